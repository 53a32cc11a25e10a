package dev.lanewise.data.format;

import dev.lanewise.data.AtomicFile;
import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Reads and writes NumPy's {@code .npy} (format versions 1, 2 and 3): arrays of {@link NpyType} in
 * either byte order, C or Fortran order. Objects and records are refused.
 *
 * <p>Nothing is allocated before the shape was checked against the length of the file.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** NumPy starts the elements at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private Npy() {}

  /**
   * Reads a file.
   *
   * @throws DataFormatException if the file is not exactly one array of a type that is read
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static NpyArray read(Path file) {
    return Reading.of(
        file,
        () -> {
          try (Content content = Content.open(file)) {
            return read(content);
          }
        });
  }

  static NpyArray read(Content content) throws IOException {
    for (byte expected : MAGIC) {
      if ((byte) content.u8("the magic number") != expected) {
        throw content.malformed(0, "this is not an .npy file: its magic number is wrong");
      }
    }
    int version = content.u8("the version");
    int minor = content.u8("the version");
    if (version < 1 || version > 3 || minor != 0) {
      throw content.malformed(6, "version " + version + "." + minor + " is not known");
    }
    int length = content.u8("the header's length") | content.u8("the header's length") << 8;
    if (version > 1) {
      length |= content.u8("the header's length") << 16 | content.u8("the header's length") << 24;
      if (length < 0) {
        throw content.malformed(8, "the header's length is too large");
      }
    }
    long headerStart = content.position();
    byte[] headerBytes = content.bytes(length, "the header");
    NpyHeader header =
        NpyHeader.parse(new String(headerBytes, StandardCharsets.ISO_8859_1), content, headerStart);
    long count = NpyArray.count(header.shape());
    int size = header.type().bytes();
    long bytes = count < 0 || count > Long.MAX_VALUE / size ? -1 : count * size;
    content.require(bytes, "an array of shape " + Arrays.toString(header.shape()));
    MemorySegment raw = NpyArray.allocate(bytes);
    long start = content.position();
    content.fill(raw, "the elements");
    content.expectEnd();
    return NpyArray.decode(
        content.name(),
        start,
        header.type(),
        header.shape(),
        header.bigEndian(),
        header.fortran(),
        raw);
  }

  /**
   * Writes a file, whole or not at all: it appears under its name only when it is complete, and
   * replaces an older one. The same array gives the same bytes.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path file, NpyArray array) {
    AtomicFile.write(file, out -> write(out, array));
  }

  static void write(OutputStream out, NpyArray array) throws IOException {
    out.write(header(array));
    MemorySegment data = array.data();
    // a chunk at a time, because an array may be larger than a byte[] can be
    long chunk = 1 << 20;
    for (long at = 0; at < data.byteSize(); at += chunk) {
      out.write(
          data.asSlice(at, Math.min(chunk, data.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  private static byte[] header(NpyArray array) {
    String order = array.type().bytes() == 1 ? "|" : "<";
    int[] shape = array.shape();
    String dimensions =
        Arrays.stream(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "))
            + (shape.length == 1 ? "," : "");
    String text =
        "{'descr': '"
            + order
            + array.type().code()
            + "', 'fortran_order': False, 'shape': ("
            + dimensions
            + "), }";
    int prefix = MAGIC.length + 4;
    int padding = ALIGNMENT - (prefix + text.length() + 1) % ALIGNMENT;
    byte[] body =
        (text + " ".repeat(padding % ALIGNMENT) + "\n").getBytes(StandardCharsets.US_ASCII);
    byte[] result = Arrays.copyOf(MAGIC, prefix + body.length);
    result[MAGIC.length] = 1;
    result[MAGIC.length + 2] = (byte) body.length;
    result[MAGIC.length + 3] = (byte) (body.length >>> 8);
    System.arraycopy(body, 0, result, prefix, body.length);
    return result;
  }
}
