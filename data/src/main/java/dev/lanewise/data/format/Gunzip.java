package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Inflater;

/**
 * Unpacks gzip (RFC 1952), one member or several. Unlike {@link java.util.zip.GZIPInputStream} it
 * does not take garbage after the last member for the end of the file, and says at which byte of
 * the packed file something is wrong.
 */
final class Gunzip extends InputStream {
  private static final int MAGIC_1 = 0x1F;
  private static final int MAGIC_2 = 0x8B;
  private static final int HEADER_CRC = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int FILE_NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0xE0;

  private final String name;
  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final CRC32 headerCrc = new CRC32();
  private final byte[] buffer = new byte[1 << 14];
  private int next;
  private int limit;
  private long consumed;
  private boolean ended;

  /** Takes ownership of a stream that stands before the first member. */
  Gunzip(String name, InputStream in) throws IOException {
    this.name = name;
    this.in = in;
    try {
      readHeader();
    } catch (IOException | RuntimeException e) {
      inflater.end();
      throw e;
    }
  }

  static boolean isMagic(int first, int second) {
    return first == MAGIC_1 && second == MAGIC_2;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    while (!ended) {
      int unpacked;
      try {
        unpacked = inflater.inflate(target, offset, length);
      } catch (java.util.zip.DataFormatException e) {
        throw new DataFormatException(
            name, position(), "the compressed data is damaged: " + e.getMessage(), e);
      }
      if (unpacked > 0) {
        crc.update(target, offset, unpacked);
        return unpacked;
      }
      if (inflater.finished()) {
        next = limit - inflater.getRemaining();
        readTrailer();
        ended = !fill();
        if (!ended) {
          readHeader();
        }
      } else {
        next = limit;
        if (!fill()) {
          throw malformed("the file ends within the compressed data");
        }
        inflater.setInput(buffer, next, limit - next);
      }
    }
    return -1;
  }

  private void readHeader() throws IOException {
    long start = position();
    headerCrc.reset();
    if (u8() != MAGIC_1 || u8() != MAGIC_2) {
      throw new DataFormatException(name, start, "there are bytes after the end of the gzip data");
    }
    if (u8() != 8) {
      throw new DataFormatException(name, start + 2, "the compression method is not deflate");
    }
    int flags = u8();
    if ((flags & RESERVED) != 0) {
      throw new DataFormatException(name, start + 3, "reserved flags of the gzip header are set");
    }
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(u8() | u8() << 8);
    }
    if ((flags & FILE_NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      int expected = (int) headerCrc.getValue() & 0xFFFF;
      long at = position();
      if ((u8() | u8() << 8) != expected) {
        throw new DataFormatException(name, at, "the header's checksum does not match the header");
      }
    }
    crc.reset();
    inflater.reset();
    inflater.setInput(buffer, next, limit - next);
  }

  private void readTrailer() throws IOException {
    long start = position();
    if (u32() != crc.getValue()) {
      throw new DataFormatException(name, start, "the checksum (CRC-32) does not match the data");
    }
    if (u32() != (inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
      throw new DataFormatException(name, start + 4, "the length does not match the data");
    }
  }

  private void skip(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      u8();
    }
  }

  private void skipText() throws IOException {
    while (u8() != 0) {
      // up to the zero that ends it
    }
  }

  private long u32() throws IOException {
    return u8() | u8() << 8 | u8() << 16 | (long) u8() << 24;
  }

  private int u8() throws IOException {
    if (!fill()) {
      throw malformed("the file ends within a gzip header or trailer");
    }
    int value = buffer[next++] & 0xFF;
    headerCrc.update(value);
    return value;
  }

  /** Makes sure that the buffer holds a byte; false at the end of the file. */
  private boolean fill() throws IOException {
    if (next < limit) {
      return true;
    }
    int read = in.read(buffer, 0, buffer.length);
    if (read <= 0) {
      return false;
    }
    consumed += read;
    next = 0;
    limit = read;
    return true;
  }

  private long position() {
    return consumed - (limit - next);
  }

  private DataFormatException malformed(String what) {
    return new DataFormatException(name, position(), what);
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
