package dev.lanewise.engine.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A dense matrix, rows x columns, row-major, in native memory.
 *
 * <p>One storage decision for every element type: native memory, aligned to {@value #ALIGNMENT}
 * bytes. Vector loads then never cross a cache line without need, a native library reads the same
 * bytes without a copy, and a file can be mapped in place. A matrix is either the owner's whole
 * storage or a view of a block of it; views share the memory.
 *
 * <p>Memory belongs to the {@link Arena} a matrix was allocated from. The factories without an
 * arena use an automatic one: the memory is freed some time after the last view of it has become
 * unreachable. Use after an explicit arena was closed throws {@link IllegalStateException}.
 *
 * <p>Thread-safety: elements are plain memory. Any number of threads may read; a write must
 * happen-before the reads that should see it.
 */
public abstract sealed class Matrix permits ByteMatrix, FloatMatrix, IntMatrix {

  /**
   * The alignment in bytes of freshly allocated storage: a cache line, and the widest vector
   * register.
   */
  public static final int ALIGNMENT = 64;

  final MemorySegment segment;
  final long offset;
  final int rows;
  final int columns;
  final int stride;

  Matrix(MemorySegment segment, long offset, int rows, int columns, int stride, int elementBytes) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "matrix storage must be native memory, not a heap segment");
    }
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException("negative shape " + rows + " x " + columns);
    }
    if (rows > 0) {
      long end = offset + (long) (rows - 1) * stride + columns;
      if (end > segment.byteSize() / elementBytes) {
        throw new IllegalArgumentException(
            "a "
                + rows
                + " x "
                + columns
                + " matrix (stride "
                + stride
                + ", offset "
                + offset
                + ") needs "
                + end
                + " elements; the segment holds "
                + segment.byteSize() / elementBytes);
      }
    }
    this.segment = segment;
    this.offset = offset;
    this.rows = rows;
    this.columns = columns;
    this.stride = stride;
  }

  static MemorySegment allocate(Arena arena, int rows, int columns, int elementBytes) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException("negative shape " + rows + " x " + columns);
    }
    return arena.allocate(
        Math.max(1, Math.multiplyExact((long) rows * columns, (long) elementBytes)), ALIGNMENT);
  }

  /** The number of rows. */
  public final int rows() {
    return rows;
  }

  /** The number of columns. */
  public final int columns() {
    return columns;
  }

  /**
   * The distance, in elements, from a row's first element to the next row's: the leading dimension.
   */
  public final int stride() {
    return stride;
  }

  /**
   * The storage that this matrix is in; element (i, j) is at {@link #index index(i, j)}. For
   * kernels.
   */
  public final MemorySegment segment() {
    return segment;
  }

  /**
   * The position, in elements from the start of {@link #segment}, of element (0, 0). For kernels.
   */
  public final long offset() {
    return offset;
  }

  /**
   * The position, in elements from the start of {@link #segment}, of an element.
   *
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public final long index(int row, int column) {
    Objects.checkIndex(row, rows);
    Objects.checkIndex(column, columns);
    return offset + (long) row * stride + column;
  }

  /** Whether rows follow each other without a gap. */
  public final boolean isContiguous() {
    return stride == columns || rows <= 1;
  }

  final long blockOffset(int fromRow, int toRow, int fromColumn, int toColumn) {
    Objects.checkFromToIndex(fromRow, toRow, rows);
    Objects.checkFromToIndex(fromColumn, toColumn, columns);
    return offset + (long) fromRow * stride + fromColumn;
  }

  static void checkLength(int length, int rows, int columns) {
    if (rows < 0 || columns < 0 || length != (long) rows * columns) {
      throw new IllegalArgumentException(
          length + " elements cannot fill a " + rows + " x " + columns + " matrix");
    }
  }

  /** The shape, as in {@code 3 x 4}. */
  public final String shape() {
    return rows + " x " + columns;
  }

  @Override
  public String toString() {
    return getClass().getSimpleName() + "[" + shape() + "]";
  }
}
