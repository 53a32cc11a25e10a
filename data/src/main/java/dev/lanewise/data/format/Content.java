package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The content of a file, or of a member of an archive, read once from front to back. It knows how
 * long it can be before anything is read, so that a length found in a header is checked before
 * memory is allocated for it, and it says where it is when something is wrong.
 */
final class Content implements Closeable {
  /** No stream of deflate expands more: a match of 258 bytes costs two bits or more. */
  private static final long MAX_DEFLATE_RATIO = 1032;

  /**
   * No compressed content may be longer. It is 45 times the largest file of any data set here, and
   * bounds what a small hostile file can make this process allocate.
   */
  static final long MAX_UNPACKED = 1L << 31;

  private static final int BUFFER = 1 << 16;

  private final String name;
  private final InputStream in;
  private final long maxLength;
  private long position;

  /**
   * @param maxLength no more bytes than this can be in the content
   */
  Content(String name, InputStream in, long maxLength) {
    this.name = name;
    this.in = in;
    this.maxLength = maxLength;
  }

  /** Opens a file; content that starts with gzip's magic number is unpacked. */
  static Content open(Path file) throws IOException {
    long size = Files.size(file);
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      raw.mark(2);
      int first = raw.read();
      int second = raw.read();
      raw.reset();
      return Gunzip.isMagic(first, second)
          ? new Content(file + " (unpacked)", new Gunzip(file.toString(), raw), maxUnpacked(size))
          : new Content(file.toString(), raw, size);
    } catch (IOException | RuntimeException e) {
      raw.close();
      throw e;
    }
  }

  /** No more than this can come out of so many bytes of deflate. */
  static long maxUnpacked(long packed) {
    return packed > MAX_UNPACKED / MAX_DEFLATE_RATIO ? MAX_UNPACKED : packed * MAX_DEFLATE_RATIO;
  }

  String name() {
    return name;
  }

  /** How many bytes have been read. */
  long position() {
    return position;
  }

  /**
   * Checks that so many bytes may follow.
   *
   * @param what what needs them, for the message
   * @throws DataFormatException if the content cannot be that long
   */
  void require(long bytes, String what) {
    if (bytes < 0 || bytes > maxLength - position) {
      throw malformed(
          what
              + (bytes < 0 ? " is too large" : " needs " + bytes + " bytes")
              + "; at most "
              + (maxLength - position)
              + " can follow");
    }
  }

  /** The next byte, 0..255. */
  int u8(String what) throws IOException {
    int value = in.read();
    if (value < 0) {
      throw malformed("the file ends where " + what + " should be");
    }
    position++;
    return value;
  }

  /** The next four bytes, most significant first, as a signed number. */
  int i32(String what) throws IOException {
    return u8(what) << 24 | u8(what) << 16 | u8(what) << 8 | u8(what);
  }

  /** The next bytes, after {@link #require}. */
  byte[] bytes(int length, String what) throws IOException {
    require(length, what);
    byte[] result = new byte[length];
    int read = in.readNBytes(result, 0, length);
    position += read;
    if (read < length) {
      throw truncated(what, length - read);
    }
    return result;
  }

  /** Reads what comes next, as much as fits; 0 at the end. */
  int read(byte[] target) throws IOException {
    int read = in.readNBytes(target, 0, target.length);
    position += read;
    return read;
  }

  /** Fills a segment with the next bytes. */
  void fill(MemorySegment target, String what) throws IOException {
    byte[] chunk = new byte[(int) Math.min(BUFFER, target.byteSize())];
    long done = 0;
    while (done < target.byteSize()) {
      int read = in.readNBytes(chunk, 0, (int) Math.min(chunk.length, target.byteSize() - done));
      position += read;
      if (read == 0) {
        throw truncated(what, target.byteSize() - done);
      }
      MemorySegment.copy(chunk, 0, target, ValueLayout.JAVA_BYTE, done, read);
      done += read;
    }
  }

  /**
   * Checks that nothing follows.
   *
   * @throws DataFormatException if something does
   */
  void expectEnd() throws IOException {
    if (in.read() >= 0) {
      throw malformed("there are bytes after the end of the data");
    }
  }

  private DataFormatException truncated(String what, long missing) {
    return malformed("the file ends " + missing + " bytes before the end of " + what);
  }

  /** An exception that names this content and the current position. */
  DataFormatException malformed(String what) {
    return malformed(position, what);
  }

  /** An exception that names this content and a position in it. */
  DataFormatException malformed(long at, String what) {
    return new DataFormatException(name, at, what);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
