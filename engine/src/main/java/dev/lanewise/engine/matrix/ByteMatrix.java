package dev.lanewise.engine.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A matrix of unsigned bytes, 0..255: pixels as they are stored. See {@link Matrix} for storage and
 * ownership.
 */
public final class ByteMatrix extends Matrix {

  private ByteMatrix(MemorySegment segment, long offset, int rows, int columns, int stride) {
    super(segment, offset, rows, columns, stride, 1);
  }

  /** A matrix of zeros, freed automatically. */
  public static ByteMatrix zeros(int rows, int columns) {
    return zeros(Arena.ofAuto(), rows, columns);
  }

  /** A matrix of zeros that lives as long as the arena. */
  public static ByteMatrix zeros(Arena arena, int rows, int columns) {
    return new ByteMatrix(allocate(arena, rows, columns, 1), 0, rows, columns, columns);
  }

  /**
   * A copy of row-major elements, freed automatically.
   *
   * @throws IllegalArgumentException if the array does not hold exactly rows * columns elements
   */
  public static ByteMatrix copyOf(byte[] rowMajor, int rows, int columns) {
    checkLength(rowMajor.length, rows, columns);
    ByteMatrix matrix = zeros(rows, columns);
    MemorySegment.copy(rowMajor, 0, matrix.segment, ValueLayout.JAVA_BYTE, 0, rowMajor.length);
    return matrix;
  }

  /**
   * A copy of an array of rows, freed automatically. No rows give a 0 x 0 matrix.
   *
   * @throws IllegalArgumentException if the rows differ in length
   */
  public static ByteMatrix copyOf(byte[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    ByteMatrix matrix = zeros(rows.length, columns);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            "row " + i + " has " + rows[i].length + " columns, row 0 has " + columns);
      }
      MemorySegment.copy(
          rows[i], 0, matrix.segment, ValueLayout.JAVA_BYTE, 1L * i * columns, columns);
    }
    return matrix;
  }

  /**
   * A view of native memory that somebody else owns, rows following each other without a gap.
   *
   * @throws IllegalArgumentException if the segment is on the heap or too small
   */
  public static ByteMatrix of(MemorySegment segment, int rows, int columns) {
    return new ByteMatrix(segment, 0, rows, columns, columns);
  }

  /**
   * One element, 0..255.
   *
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public int get(int row, int column) {
    return segment.getAtIndex(ValueLayout.JAVA_BYTE, index(row, column)) & 0xFF;
  }

  /**
   * Sets one element.
   *
   * @throws IllegalArgumentException if the value is not in 0..255
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public void set(int row, int column, int value) {
    if ((value & ~0xFF) != 0) {
      throw new IllegalArgumentException("value " + value + " is not in 0..255");
    }
    segment.setAtIndex(ValueLayout.JAVA_BYTE, index(row, column), (byte) value);
  }

  /** A view of the rows from {@code from}, inclusive, to {@code to}, exclusive. */
  public ByteMatrix rows(int from, int to) {
    return block(from, to, 0, columns);
  }

  /** A view of a block; both upper ends are exclusive. */
  public ByteMatrix block(int fromRow, int toRow, int fromColumn, int toColumn) {
    return new ByteMatrix(
        segment,
        blockOffset(fromRow, toRow, fromColumn, toColumn),
        toRow - fromRow,
        toColumn - fromColumn,
        stride);
  }

  /**
   * A new matrix of the given rows of this one, in the order given; a row may occur more than once.
   */
  public ByteMatrix gather(int... rowIndices) {
    ByteMatrix result = zeros(rowIndices.length, columns);
    for (int i = 0; i < rowIndices.length; i++) {
      blockOffset(rowIndices[i], rowIndices[i] + 1, 0, columns);
      copyRow(this, rowIndices[i], result, i);
    }
    return result;
  }

  /** A contiguous copy, freed automatically. */
  public ByteMatrix copy() {
    ByteMatrix result = zeros(rows, columns);
    result.setAll(this);
    return result;
  }

  /**
   * Copies every element of a matrix of the same shape into this one.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public void setAll(ByteMatrix source) {
    if (source.rows != rows || source.columns != columns) {
      throw new IllegalArgumentException("cannot copy " + source.shape() + " into " + shape());
    }
    for (int i = 0; i < rows; i++) {
      copyRow(source, i, this, i);
    }
  }

  /** A copy of one row. */
  public byte[] row(int row) {
    byte[] result = new byte[columns];
    MemorySegment.copy(
        segment,
        ValueLayout.JAVA_BYTE,
        1L * blockOffset(row, row + 1, 0, columns),
        result,
        0,
        columns);
    return result;
  }

  /**
   * A row-major copy of all elements.
   *
   * @throws ArithmeticException if there are more than an array can hold
   */
  public byte[] toArray() {
    byte[] result = new byte[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      MemorySegment.copy(
          segment,
          ValueLayout.JAVA_BYTE,
          1L * (offset + (long) i * stride),
          result,
          i * columns,
          columns);
    }
    return result;
  }

  private static void copyRow(ByteMatrix from, int fromRow, ByteMatrix to, int toRow) {
    MemorySegment.copy(
        from.segment,
        1 * (from.offset + (long) fromRow * from.stride),
        to.segment,
        1 * (to.offset + (long) toRow * to.stride),
        1L * from.columns);
  }
}
