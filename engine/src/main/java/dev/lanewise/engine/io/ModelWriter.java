package dev.lanewise.engine.io;

import dev.lanewise.engine.file.AtomicWrite;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32C;

/**
 * Collects what a file will hold, then writes it in one step. Matrices are not copied before {@link
 * #write}. Not thread-safe.
 */
public final class ModelWriter {

  /**
   * A place in the directory.
   *
   * @param entry its 64 bytes; offset and checksum of a matrix are filled in when it is written
   * @param content of a matrix: what follows each other in the file; of a scalar nothing
   */
  private record Entry(MemorySegment entry, List<MemorySegment> content) {
    boolean isMatrix() {
      return !content.isEmpty();
    }
  }

  private final String kind;
  private final List<Entry> entries = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  /**
   * A file of some kind.
   *
   * @param kind 1 to 32 ASCII letters, digits, dots, underscores and hyphens: what a reader must
   *     ask for
   * @throws IllegalArgumentException if it is anything else
   */
  public ModelWriter(String kind) {
    if (!Layout.TEXT.matcher(kind).matches()) {
      throw new IllegalArgumentException("'" + kind + "' cannot be the kind of a file");
    }
    this.kind = kind;
  }

  private MemorySegment entry(String name, ElementType type) {
    if (!Layout.NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' cannot be the name of an entry");
    }
    if (!names.add(name)) {
      throw new IllegalArgumentException("there is an entry '" + name + "' already");
    }
    if (names.size() > Layout.MAX_ENTRIES) {
      throw new IllegalArgumentException("a file has at most " + Layout.MAX_ENTRIES + " entries");
    }
    MemorySegment entry = MemorySegment.ofArray(new byte[Layout.ENTRY]);
    Layout.putText(entry, 0, name);
    entry.set(Layout.INT, Layout.TYPE_AT, type.code);
    return entry;
  }

  private ModelWriter scalar(MemorySegment entry) {
    entries.add(new Entry(entry, List.of()));
    return this;
  }

  /** Adds an integer. Names are 1 to 24 lower-case ASCII letters, digits, and {@code . _ -}. */
  public ModelWriter integer(String name, long value) {
    MemorySegment entry = entry(name, ElementType.INTEGER);
    entry.set(Layout.LONG, Layout.VALUE_AT, value);
    return scalar(entry);
  }

  /** Adds a number. */
  public ModelWriter real(String name, double value) {
    MemorySegment entry = entry(name, ElementType.REAL);
    entry.set(Layout.LONG, Layout.VALUE_AT, Double.doubleToRawLongBits(value));
    return scalar(entry);
  }

  /**
   * Adds a short text.
   *
   * @throws IllegalArgumentException if it is not 1 to 32 ASCII letters, digits, and {@code . _ -}
   */
  public ModelWriter text(String name, String value) {
    if (!Layout.TEXT.matcher(value).matches()) {
      throw new IllegalArgumentException("'" + value + "' cannot be the value of " + name);
    }
    MemorySegment entry = entry(name, ElementType.TEXT);
    Layout.putText(entry, Layout.VALUE_AT, value);
    return scalar(entry);
  }

  /**
   * Adds a matrix.
   *
   * @param matrix with at least one row and one column
   */
  public ModelWriter bytes(String name, ByteMatrix matrix) {
    return matrix(name, ElementType.UINT8, matrix, 1);
  }

  /**
   * Adds a matrix, given as blocks of its rows.
   *
   * @throws IllegalArgumentException if blocks differ in columns, or there is nothing
   */
  public ModelWriter bytes(String name, List<ByteMatrix> blocks) {
    int rows = 0;
    int columns = blocks.isEmpty() ? 0 : blocks.get(0).columns();
    List<MemorySegment> content = new ArrayList<>();
    for (ByteMatrix block : blocks) {
      if (block.columns() != columns) {
        throw new IllegalArgumentException(
            name + ": a block of " + block.shape() + " beside one of " + columns + " columns");
      }
      rows = Math.addExact(rows, block.rows());
      content.addAll(content(block, 1));
    }
    return add(name, ElementType.UINT8, rows, columns, content);
  }

  /** As {@link #bytes(String, ByteMatrix)}. */
  public ModelWriter floats(String name, FloatMatrix matrix) {
    return matrix(name, ElementType.FLOAT32, matrix, 4);
  }

  /** As {@link #bytes(String, ByteMatrix)}. */
  public ModelWriter ints(String name, IntMatrix matrix) {
    return matrix(name, ElementType.INT32, matrix, 4);
  }

  /**
   * Adds a matrix of doubles, given as its rows.
   *
   * @throws IllegalArgumentException if rows differ in length, or there is nothing
   */
  public ModelWriter doubles(String name, double[]... rows) {
    return arrays(name, ElementType.FLOAT64, rows, row -> row.length, MemorySegment::ofArray);
  }

  /** As {@link #doubles}, of ints. */
  public ModelWriter intRows(String name, int[]... rows) {
    return arrays(name, ElementType.INT32, rows, row -> row.length, MemorySegment::ofArray);
  }

  private <T> ModelWriter arrays(
      String name,
      ElementType type,
      T[] rows,
      ToIntFunction<T> length,
      Function<T, MemorySegment> segment) {
    int columns = rows.length == 0 ? 0 : length.applyAsInt(rows[0]);
    List<MemorySegment> segments = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      if (length.applyAsInt(rows[i]) != columns) {
        throw new IllegalArgumentException(
            name
                + ": row "
                + i
                + " has "
                + length.applyAsInt(rows[i])
                + " numbers, row 0 has "
                + columns);
      }
      segments.add(segment.apply(rows[i]));
    }
    return add(name, type, rows.length, columns, segments);
  }

  private ModelWriter matrix(String name, ElementType type, Matrix matrix, int elementBytes) {
    return add(name, type, matrix.rows(), matrix.columns(), content(matrix, elementBytes));
  }

  private static List<MemorySegment> content(Matrix matrix, int elementBytes) {
    List<MemorySegment> rows = new ArrayList<>();
    long from = matrix.offset() * elementBytes;
    if (matrix.isContiguous()) {
      rows.add(
          matrix.segment().asSlice(from, (long) matrix.rows() * matrix.columns() * elementBytes));
    } else {
      for (int i = 0; i < matrix.rows(); i++) {
        rows.add(
            matrix
                .segment()
                .asSlice(
                    from + (long) i * matrix.stride() * elementBytes,
                    (long) matrix.columns() * elementBytes));
      }
    }
    return rows;
  }

  private ModelWriter add(
      String name, ElementType type, int rows, int columns, List<MemorySegment> content) {
    if (rows == 0 || columns == 0) {
      throw new IllegalArgumentException(name + " is empty: " + rows + " x " + columns);
    }
    MemorySegment entry = entry(name, type);
    entry.set(Layout.INT, Layout.ROWS_AT, rows);
    entry.set(Layout.INT, Layout.COLUMNS_AT, columns);
    entry.set(Layout.LONG, Layout.BYTES_AT, (long) rows * columns * type.bytes);
    entries.add(new Entry(entry, content));
    return this;
  }

  /**
   * Writes the file: to a temporary one in the same directory, forced to the disk and renamed, so
   * that there is the older file or the new one at any time, also after the process was killed or
   * the machine lost power. When this has returned, the new one is on the disk. A process that is
   * killed may leave the temporary one, {@code .NAME.UUID.tmp}, which the next write removes.
   *
   * @throws UncheckedIOException if the file cannot be written; an older one is then as it was
   * @throws UnsupportedOperationException on a big-endian machine
   */
  public void write(Path file) {
    Layout.checkByteOrder();
    try (Arena arena = Arena.ofConfined()) {
      long directoryEnd = Layout.HEADER + (long) Layout.ENTRY * entries.size();
      MemorySegment head = arena.allocate(Layout.aligned(directoryEnd));
      long end = head.byteSize();
      for (int i = 0; i < entries.size(); i++) {
        Entry entry = entries.get(i);
        MemorySegment bytes = entry.entry();
        if (entry.isMatrix()) {
          CRC32C crc = new CRC32C();
          eachBuffer(entry, crc::update);
          bytes.set(Layout.INT, Layout.ENTRY_CHECKSUM_AT, (int) crc.getValue());
          bytes.set(Layout.LONG, Layout.OFFSET_AT, end);
          end = Layout.aligned(end + bytes.get(Layout.LONG, Layout.BYTES_AT));
        }
        MemorySegment.copy(bytes, 0, head, Layout.HEADER + (long) Layout.ENTRY * i, Layout.ENTRY);
      }
      MemorySegment.copy(Layout.MAGIC, 0, head, ValueLayout.JAVA_BYTE, 0, Layout.MAGIC.length);
      head.set(Layout.INT, Layout.VERSION_AT, Layout.VERSION);
      head.set(Layout.INT, Layout.ENTRIES_AT, entries.size());
      head.set(Layout.LONG, Layout.LENGTH_AT, end);
      Layout.putText(head, Layout.KIND_AT, kind);
      head.set(
          Layout.INT, Layout.CHECKSUM_AT, Layout.directoryChecksum(head.asSlice(0, directoryEnd)));
      AtomicWrite.replace(file, channel -> write(channel, head));
    }
  }

  private void write(FileChannel channel, MemorySegment head) throws IOException {
    Layout.buffers(head, part -> write(channel, part));
    for (Entry entry : entries) {
      if (entry.isMatrix()) {
        eachBuffer(entry, part -> write(channel, part));
        int padding = (int) (Layout.aligned(channel.position()) - channel.position());
        write(channel, ByteBuffer.allocate(padding));
      }
    }
  }

  private static void write(FileChannel channel, ByteBuffer part) throws IOException {
    while (part.hasRemaining()) {
      channel.write(part);
    }
  }

  /** A matrix's bytes in order. Arrays other than of bytes have no buffer and are copied. */
  private static <X extends Exception> void eachBuffer(Entry entry, Layout.Sink<X> sink) throws X {
    for (MemorySegment segment : entry.content()) {
      if (segment.isNative()) {
        Layout.buffers(segment, sink);
      } else {
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment copy = arena.allocate(segment.byteSize());
          copy.copyFrom(segment);
          Layout.buffers(copy, sink);
        }
      }
    }
  }
}
