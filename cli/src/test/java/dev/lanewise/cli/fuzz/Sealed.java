package dev.lanewise.cli.fuzz;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * A model file with its length and its checksums made right, which no fuzzer would guess: what is
 * behind them is then reached. See {@code docs/format.md}.
 */
final class Sealed {

  private static final int HEADER = 64;
  private static final int ENTRY = 64;
  private static final int HIGHEST_MATRIX_TYPE = 4;

  private Sealed() {}

  static byte[] of(byte[] input) {
    byte[] bytes = input.clone();
    if (bytes.length < HEADER) {
      return bytes;
    }
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(16, bytes.length);
    int entries = file.getInt(12);
    long directory = (long) ENTRY * entries;
    boolean fits = entries >= 0 && directory <= bytes.length - HEADER;
    for (int at = HEADER; fits && at < HEADER + directory; at += ENTRY) {
      int type = file.getInt(at + 24);
      long offset = file.getLong(at + 40);
      long length = file.getLong(at + 48);
      if (type >= 1
          && type <= HIGHEST_MATRIX_TYPE
          && offset >= HEADER + directory
          && offset <= bytes.length
          && length >= 0
          && length <= bytes.length - offset) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, (int) offset, (int) length);
        file.putInt(at + 36, (int) crc.getValue());
      }
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 60);
    crc.update(bytes, HEADER, fits ? (int) directory : 0);
    file.putInt(60, (int) crc.getValue());
    return bytes;
  }
}
