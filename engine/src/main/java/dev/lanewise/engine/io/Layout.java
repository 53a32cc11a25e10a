package dev.lanewise.engine.io;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/** Where things are in a file: what reader and writer share. See {@code docs/format.md}. */
final class Layout {

  /**
   * As PNG does it: a byte above 127 and both line ends, so that a transfer as text is seen at
   * once, and an end-of-file mark for terminals.
   */
  static final byte[] MAGIC = {(byte) 0x89, 'L', 'W', 'M', '\r', '\n', 0x1A, '\n'};

  static final int VERSION = 1;

  static final int HEADER = 64;
  static final int VERSION_AT = 8;
  static final int ENTRIES_AT = 12;
  static final int LENGTH_AT = 16;
  static final int KIND_AT = 24;
  static final int KIND_BYTES = 32;
  static final int RESERVED_AT = 56;
  static final int CHECKSUM_AT = 60;

  static final int ENTRY = 64;
  static final int NAME_BYTES = 24;
  static final int TYPE_AT = 24;
  static final int ROWS_AT = 28;
  static final int COLUMNS_AT = 32;
  static final int ENTRY_CHECKSUM_AT = 36;
  static final int OFFSET_AT = 40;
  static final int BYTES_AT = 48;
  static final int ENTRY_RESERVED_AT = 56;

  /** A scalar's value, in place of all that follows a matrix's type; the rest is zero. */
  static final int VALUE_AT = 28;

  /** The longest text. */
  static final int TEXT_BYTES = 32;

  /** More than any model needs; a directory is then at most 256 kB. */
  static final int MAX_ENTRIES = 4096;

  /** Of a matrix's first byte: a cache line, and the widest vector register. */
  static final int ALIGNMENT = 64;

  static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,23}");

  static final Pattern TEXT = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");

  static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private Layout() {}

  static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** Matrices are used where they lie in the file, so their bytes must be this machine's. */
  static void checkByteOrder() {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "model files are little-endian and are used in place; this machine is big-endian");
    }
  }

  static void putText(MemorySegment to, long at, String text) {
    MemorySegment.copy(
        MemorySegment.ofArray(text.getBytes(StandardCharsets.US_ASCII)), 0, to, at, text.length());
  }

  /** Receives a part. */
  interface Sink<X extends Exception> {
    void accept(ByteBuffer part) throws X;
  }

  /** Native memory as buffers of at most 1 GiB. */
  static <X extends Exception> void buffers(MemorySegment bytes, Sink<X> sink) throws X {
    long most = 1L << 30;
    for (long from = 0; from < bytes.byteSize(); from += most) {
      sink.accept(bytes.asSlice(from, Math.min(most, bytes.byteSize() - from)).asByteBuffer());
    }
  }

  /** Of a header, but for the checksum itself, and of the directory that follows it. */
  static int directoryChecksum(MemorySegment headerAndDirectory) {
    CRC32C crc = new CRC32C();
    buffers(headerAndDirectory.asSlice(0, CHECKSUM_AT), crc::update);
    buffers(headerAndDirectory.asSlice(HEADER), crc::update);
    return (int) crc.getValue();
  }
}
