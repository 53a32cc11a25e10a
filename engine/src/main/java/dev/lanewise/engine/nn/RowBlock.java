package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Some rows of a matrix in an array, where a loop over elements takes a fraction of the time: those
 * of a matrix are checked one by one. Belongs to one thread at a time.
 */
final class RowBlock {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Elements of a block, unless a row has more: what stays in the first-level cache. */
  private static final int ELEMENTS = 2048;

  private final int columns;
  private final int most;

  /** Row-major, without gaps. */
  final float[] values;

  /** For up to so many rows of a matrix: no block of them has more. */
  RowBlock(int rows, int columns) {
    this.columns = columns;
    this.most = Math.clamp(ELEMENTS / Math.max(1, columns), 1, Math.max(1, rows));
    this.values = new float[Math.multiplyExact(most, columns)];
  }

  /** A block for each chunk of the rows of a matrix. */
  static RowBlock[] ofChunks(int rows, int columns) {
    RowBlock[] blocks = new RowBlock[Work.chunks(rows)];
    for (int c = 0; c < blocks.length; c++) {
      blocks[c] = new RowBlock(Work.chunkEnd(c, rows) - c * Work.CHUNK, columns);
    }
    return blocks;
  }

  /** The end of the block that begins at a row. */
  int end(int from, int to) {
    return Math.min(to, from + most);
  }

  void load(FloatMatrix x, int from, int to) {
    if (x.isContiguous()) {
      MemorySegment.copy(
          x.segment(), FLOAT, 4 * x.index(from, 0), values, 0, (to - from) * columns);
      return;
    }
    for (int i = from; i < to; i++) {
      MemorySegment.copy(
          x.segment(), FLOAT, 4 * x.index(i, 0), values, (i - from) * columns, columns);
    }
  }

  void store(FloatMatrix x, int from, int to) {
    if (x.isContiguous()) {
      MemorySegment.copy(
          values, 0, x.segment(), FLOAT, 4 * x.index(from, 0), (to - from) * columns);
      return;
    }
    for (int i = from; i < to; i++) {
      MemorySegment.copy(
          values, (i - from) * columns, x.segment(), FLOAT, 4 * x.index(i, 0), columns);
    }
  }
}
