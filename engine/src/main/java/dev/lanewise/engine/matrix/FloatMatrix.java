package dev.lanewise.engine.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A matrix of 32-bit floats. See {@link Matrix} for storage and ownership. */
public final class FloatMatrix extends Matrix {

  private FloatMatrix(MemorySegment segment, long offset, int rows, int columns, int stride) {
    super(segment, offset, rows, columns, stride, 4);
  }

  /** A matrix of zeros, freed automatically. */
  public static FloatMatrix zeros(int rows, int columns) {
    return zeros(Arena.ofAuto(), rows, columns);
  }

  /** A matrix of zeros that lives as long as the arena. */
  public static FloatMatrix zeros(Arena arena, int rows, int columns) {
    return new FloatMatrix(allocate(arena, rows, columns, 4), 0, rows, columns, columns);
  }

  /**
   * A copy of row-major elements, freed automatically.
   *
   * @throws IllegalArgumentException if the array does not hold exactly rows * columns elements
   */
  public static FloatMatrix copyOf(float[] rowMajor, int rows, int columns) {
    checkLength(rowMajor.length, rows, columns);
    FloatMatrix matrix = zeros(rows, columns);
    MemorySegment.copy(rowMajor, 0, matrix.segment, ValueLayout.JAVA_FLOAT, 0, rowMajor.length);
    return matrix;
  }

  /**
   * A copy of an array of rows, freed automatically. No rows give a 0 x 0 matrix.
   *
   * @throws IllegalArgumentException if the rows differ in length
   */
  public static FloatMatrix copyOf(float[][] rows) {
    int columns = rows.length == 0 ? 0 : rows[0].length;
    FloatMatrix matrix = zeros(rows.length, columns);
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns) {
        throw new IllegalArgumentException(
            "row " + i + " has " + rows[i].length + " columns, row 0 has " + columns);
      }
      MemorySegment.copy(
          rows[i], 0, matrix.segment, ValueLayout.JAVA_FLOAT, 4L * i * columns, columns);
    }
    return matrix;
  }

  /**
   * A view of native memory that somebody else owns, rows following each other without a gap.
   *
   * @throws IllegalArgumentException if the segment is on the heap or too small
   */
  public static FloatMatrix of(MemorySegment segment, int rows, int columns) {
    return new FloatMatrix(segment, 0, rows, columns, columns);
  }

  /**
   * One element.
   *
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public float get(int row, int column) {
    return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index(row, column));
  }

  /**
   * Sets one element.
   *
   * @throws IndexOutOfBoundsException if there is no such element
   */
  public void set(int row, int column, float value) {
    segment.setAtIndex(ValueLayout.JAVA_FLOAT, index(row, column), value);
  }

  /** A view of the rows from {@code from}, inclusive, to {@code to}, exclusive. */
  public FloatMatrix rows(int from, int to) {
    return block(from, to, 0, columns);
  }

  /** A view of a block; both upper ends are exclusive. */
  public FloatMatrix block(int fromRow, int toRow, int fromColumn, int toColumn) {
    return new FloatMatrix(
        segment,
        blockOffset(fromRow, toRow, fromColumn, toColumn),
        toRow - fromRow,
        toColumn - fromColumn,
        stride);
  }

  /**
   * A new matrix of the given rows of this one, in the order given; a row may occur more than once.
   */
  public FloatMatrix gather(int... rowIndices) {
    FloatMatrix result = zeros(rowIndices.length, columns);
    for (int i = 0; i < rowIndices.length; i++) {
      blockOffset(rowIndices[i], rowIndices[i] + 1, 0, columns);
      copyRow(this, rowIndices[i], result, i);
    }
    return result;
  }

  /** A contiguous copy, freed automatically. */
  public FloatMatrix copy() {
    FloatMatrix result = zeros(rows, columns);
    result.setAll(this);
    return result;
  }

  /**
   * Copies every element of a matrix of the same shape into this one.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public void setAll(FloatMatrix source) {
    if (source.rows != rows || source.columns != columns) {
      throw new IllegalArgumentException("cannot copy " + source.shape() + " into " + shape());
    }
    for (int i = 0; i < rows; i++) {
      copyRow(source, i, this, i);
    }
  }

  /** A copy of one row. */
  public float[] row(int row) {
    float[] result = new float[columns];
    MemorySegment.copy(
        segment,
        ValueLayout.JAVA_FLOAT,
        4L * blockOffset(row, row + 1, 0, columns),
        result,
        0,
        columns);
    return result;
  }

  /** Copies the raw bits of one row: for loops over rows that should not allocate. */
  void bits(int row, int[] into) {
    MemorySegment.copy(
        segment,
        ValueLayout.JAVA_INT,
        4L * blockOffset(row, row + 1, 0, columns),
        into,
        0,
        columns);
  }

  /**
   * A row-major copy of all elements.
   *
   * @throws ArithmeticException if there are more than an array can hold
   */
  public float[] toArray() {
    float[] result = new float[Math.multiplyExact(rows, columns)];
    for (int i = 0; i < rows; i++) {
      MemorySegment.copy(
          segment,
          ValueLayout.JAVA_FLOAT,
          4L * (offset + (long) i * stride),
          result,
          i * columns,
          columns);
    }
    return result;
  }

  private static void copyRow(FloatMatrix from, int fromRow, FloatMatrix to, int toRow) {
    MemorySegment.copy(
        from.segment,
        4 * (from.offset + (long) fromRow * from.stride),
        to.segment,
        4 * (to.offset + (long) toRow * to.stride),
        4L * from.columns);
  }
}
