package dev.lanewise.cli.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.GZIPInputStream;

/** What a file holds after unpacking, as the JDK unpacks it. */
final class Unpacked {
  private Unpacked() {}

  static byte[] bytes(byte[] file) {
    if (file.length < 2 || file[0] != 0x1F || file[1] != (byte) 0x8B) {
      return file;
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("the JDK does not unpack what was unpacked here", e);
    }
  }
}
