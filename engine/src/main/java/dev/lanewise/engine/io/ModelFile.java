package dev.lanewise.engine.io;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A file of named matrices and scalars, mapped into memory: opening one reads its directory alone,
 * whatever its length.
 *
 * <p>Opening checks the header and the directory, by rules and by their checksum, so that whatever
 * an entry says can be relied on: names, types, shapes, and that its bytes lie in the file. The
 * content of matrices is checked by {@link #verify()}, which reads all of it.
 *
 * <p>Memory: the mapping lives as long as the arena it was opened in, and matrices are views of it,
 * read-only. A file that is mapped may be replaced by a rename, as {@link ModelWriter} does it, but
 * must not be cut short or written into: who reads memory that the file no longer backs gets an
 * {@link InternalError}, native code a signal that ends the process.
 *
 * <p>Thread-safety: immutable, if the arena allows access by any thread.
 */
public final class ModelFile {

  /**
   * What the directory says of a matrix or a scalar.
   *
   * @param name unique in the file
   * @param type what it holds
   * @param rows of a matrix; 0 for a scalar
   * @param columns of a matrix; 0 for a scalar
   * @param offset in the file, of a matrix's first byte or a scalar's value
   * @param bytes of a matrix; 0 for a scalar
   * @param checksum CRC-32C of a matrix's bytes; 0 for a scalar
   */
  public record Entry(
      String name, ElementType type, int rows, int columns, long offset, long bytes, int checksum) {

    /** One past a matrix's last byte. */
    long end() {
      return offset + bytes;
    }
  }

  private final Path path;
  private final MemorySegment file;
  private final String kind;
  private final Map<String, Entry> entries;

  /** Of what {@link Directory} has checked. */
  ModelFile(Path path, MemorySegment file, String kind, Map<String, Entry> entries) {
    this.path = path;
    this.file = file;
    this.kind = kind;
    this.entries = entries;
  }

  /**
   * Opens a file; its memory is unmapped some time after the last view of it has become
   * unreachable.
   *
   * @throws ModelFormatException as {@link #open(Path, Arena)}
   * @throws UncheckedIOException as {@link #open(Path, Arena)}
   * @throws UnsupportedOperationException as {@link #open(Path, Arena)}
   */
  public static ModelFile open(Path path) {
    return open(path, Arena.ofAuto());
  }

  /**
   * Opens a file.
   *
   * @param arena how long the mapping lives, and which threads may read it
   * @throws ModelFormatException if the file is not one of these, is of a newer version, or is
   *     damaged where this looks
   * @throws UncheckedIOException if it cannot be read
   * @throws UnsupportedOperationException on a big-endian machine
   */
  public static ModelFile open(Path path, Arena arena) {
    Layout.checkByteOrder();
    try {
      if (!Files.isRegularFile(path)) {
        // A pipe would be waited for.
        throw Files.exists(path)
            ? new FileSystemException(path.toString(), null, "not a regular file")
            : new NoSuchFileException(path.toString());
      }
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        return Directory.read(
            path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + path + ": " + e, e);
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** What the file holds, as in {@code mlp}. */
  public String kind() {
    return kind;
  }

  /** All entries, in the order of the directory. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  /**
   * Refuses a file of another kind.
   *
   * @throws ModelFormatException if it is one
   */
  public void expect(String... kinds) {
    if (!List.of(kinds).contains(kind)) {
      throw new ModelFormatException(
          path,
          Layout.KIND_AT,
          "holds a '" + kind + "', not a '" + String.join("' or '", kinds) + "'");
    }
  }

  /** Whether there is an entry of that name. */
  public boolean has(String name) {
    return entries.containsKey(name);
  }

  /**
   * An integer.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public long integer(String name) {
    return file.get(Layout.LONG, entry(name, ElementType.INTEGER).offset());
  }

  /**
   * An integer within bounds, both inclusive.
   *
   * @throws ModelFormatException if there is none of that name, or it is outside
   */
  public int integer(String name, int least, int most) {
    long value = integer(name);
    if (value < least || value > most) {
      throw wrong(name, value + " is not in " + least + " .. " + most);
    }
    return (int) value;
  }

  /**
   * A number.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public double real(String name) {
    return Double.longBitsToDouble(file.get(Layout.LONG, entry(name, ElementType.REAL).offset()));
  }

  /**
   * A short text.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public String text(String name) {
    return Directory.text(file, entry(name, ElementType.TEXT).offset(), Layout.TEXT_BYTES);
  }

  /**
   * A text that names a constant of an enum.
   *
   * @throws ModelFormatException if there is none of that name, or no such constant
   */
  public <E extends Enum<E>> E constant(String name, Class<E> type) {
    String text = text(name);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equals(text)) {
        return constant;
      }
    }
    throw wrong(
        name,
        "'"
            + text
            + "' is none of "
            + List.of(type.getEnumConstants())
            + ": a newer library may"
            + " know it");
  }

  /**
   * A matrix of bytes, a read-only view of the file.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public ByteMatrix bytes(String name) {
    Entry entry = entry(name, ElementType.UINT8);
    return ByteMatrix.of(content(entry), entry.rows(), entry.columns());
  }

  /**
   * A matrix of floats, a read-only view of the file.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public FloatMatrix floats(String name) {
    Entry entry = entry(name, ElementType.FLOAT32);
    return FloatMatrix.of(content(entry), entry.rows(), entry.columns());
  }

  /**
   * A matrix of ints, a read-only view of the file.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public IntMatrix ints(String name) {
    Entry entry = entry(name, ElementType.INT32);
    return IntMatrix.of(content(entry), entry.rows(), entry.columns());
  }

  /**
   * A copy of a matrix of doubles, an array a row.
   *
   * @throws ModelFormatException if there is none of that name
   */
  public double[][] doubles(String name) {
    Entry entry = entry(name, ElementType.FLOAT64);
    MemorySegment content = content(entry);
    double[][] rows = new double[entry.rows()][entry.columns()];
    for (int i = 0; i < rows.length; i++) {
      MemorySegment.copy(
          content, ValueLayout.JAVA_DOUBLE, 8L * i * entry.columns(), rows[i], 0, entry.columns());
    }
    return rows;
  }

  private Entry entry(String name, ElementType type) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new ModelFormatException(
          path, Layout.HEADER, "the directory of this '" + kind + "' lacks '" + name + "'");
    }
    if (entry.type() != type) {
      throw wrong(name, "is of type " + entry.type() + ", not " + type);
    }
    return entry;
  }

  private MemorySegment content(Entry entry) {
    return file.asSlice(entry.offset(), entry.bytes());
  }

  /** An error to throw when an entry is not what a model demands. */
  public ModelFormatException wrong(String name, String what) {
    Entry entry = entries.get(name);
    return new ModelFormatException(
        path, entry == null ? Layout.HEADER : entry.offset(), "'" + name + "' " + what);
  }

  /**
   * As {@link #wrong}, for an element of a matrix.
   *
   * @throws IndexOutOfBoundsException if the matrix has no such element
   */
  public ModelFormatException wrong(String name, int row, int column, String what) {
    Entry entry = entries.get(name);
    if (entry == null
        || row < 0
        || row >= entry.rows()
        || column < 0
        || column >= entry.columns()) {
      throw new IndexOutOfBoundsException("no element " + row + ", " + column + " in " + entry);
    }
    return new ModelFormatException(
        path,
        entry.offset() + ((long) row * entry.columns() + column) * entry.type().bytes,
        "'" + name + "' row " + row + ", column " + column + " " + what);
  }

  /**
   * Reads all content and compares it with its checksums, and looks for NaN and infinities among
   * floats: no file of this format holds any.
   *
   * @throws ModelFormatException at the first that is wrong
   */
  public void verify() {
    long end = Layout.HEADER + (long) Layout.ENTRY * entries.size();
    for (Entry entry : entries.values()) {
      if (entry.type().isMatrix()) {
        checkPadding(end, entry.offset());
        verify(entry);
        end = entry.end();
      }
    }
    checkPadding(end, file.byteSize());
  }

  private void checkPadding(long from, long to) {
    for (long at = from; at < to; at++) {
      if (file.get(ValueLayout.JAVA_BYTE, at) != 0) {
        throw new ModelFormatException(path, at, "the space between entries is not zero");
      }
    }
  }

  private void verify(Entry entry) {
    MemorySegment content = content(entry);
    CRC32C crc = new CRC32C();
    Layout.buffers(content, crc::update);
    if ((int) crc.getValue() != entry.checksum()) {
      throw wrong(
          entry.name(),
          "is damaged: its checksum is %08x, the directory says %08x; get the file anew"
              .formatted((int) crc.getValue(), entry.checksum()));
    }
    long count = entry.bytes() / entry.type().bytes;
    if (entry.type() == ElementType.FLOAT32) {
      for (long i = 0; i < count; i++) {
        check(entry, i, content.getAtIndex(ValueLayout.JAVA_FLOAT, i));
      }
    } else if (entry.type() == ElementType.FLOAT64) {
      for (long i = 0; i < count; i++) {
        check(entry, i, content.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
      }
    }
  }

  private void check(Entry entry, long at, double value) {
    if (!Double.isFinite(value)) {
      throw wrong(
          entry.name(),
          (int) (at / entry.columns()),
          (int) (at % entry.columns()),
          "is " + value + ", not a finite number");
    }
  }
}
