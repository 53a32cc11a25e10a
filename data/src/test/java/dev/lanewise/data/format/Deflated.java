package dev.lanewise.data.format;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** What archives hold of their content. */
final class Deflated {

  private Deflated() {}

  /** The content without a header of its own. */
  static byte[] of(byte[] content) {
    Deflater deflater = new Deflater(9, true);
    deflater.setInput(content);
    deflater.finish();
    byte[] packed = new byte[content.length + 100];
    int length = deflater.deflate(packed);
    deflater.end();
    return Arrays.copyOf(packed, length);
  }

  static long crc(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return crc.getValue();
  }
}
