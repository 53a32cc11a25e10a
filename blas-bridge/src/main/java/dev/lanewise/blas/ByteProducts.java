package dev.lanewise.blas;

import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Exact inner products and squared distances between unsigned bytes by sgemm.
 *
 * <p>A byte is centred, x = a - 128, so |x y| is at most 2^14 and a sum of {@value #CHUNK} products
 * stays within 2^24 whatever the order of adding: every partial sum is an integer that a float
 * holds exactly. Chunks of columns are then added as ints. Squared distances are those of the
 * centred bytes, |x|^2 + |y|^2 - 2 xy; inner products are xy + 128 (sum x + sum y + 128 d). Int
 * arithmetic may wrap on the way and is right in the end, because the result fits.
 */
final class ByteProducts {

  /** 2^24 / 2^14: the most columns whose products a float sums exactly. */
  static final int CHUNK = 1024;

  /** With fewer queries, turning the rows into floats costs more than multiplying saves. */
  static final int MIN_QUERIES = 4;

  /** Rows of a tile: at 784 columns a tile of floats is 0.8 MB, within a second-level cache. */
  private static final int TILE = 256;

  private final OpenBlas blas;

  /** Work space is borrowed for a call, so there is as much of it as there are calls at once. */
  private final ConcurrentLinkedQueue<Scratch> idle = new ConcurrentLinkedQueue<>();

  ByteProducts(OpenBlas blas) {
    this.blas = blas;
  }

  private static final class Scratch {
    final MemorySegment queries;
    final MemorySegment rows;
    final FloatMatrix products = FloatMatrix.zeros(TILE, TILE);
    final int[] queryTerms = new int[TILE];
    final int[] rowTerms = new int[TILE];

    Scratch() {
      queries = Arena.ofAuto().allocate((long) TILE * CHUNK * Float.BYTES, 64);
      rows = Arena.ofAuto().allocate((long) TILE * CHUNK * Float.BYTES, 64);
    }
  }

  /** As the kernel, for {@link Metric#SQUARED_L2} and {@link Metric#DOT}; no dimension is zero. */
  void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Scratch borrowed = idle.poll();
    Scratch scratch = borrowed == null ? new Scratch() : borrowed;
    try {
      for (int j = 0; j < rows.rows(); j += TILE) {
        int toRow = Math.min(j + TILE, rows.rows());
        ByteMatrix rowTile = rows.rows(j, toRow);
        terms(metric, rowTile, scratch.rowTerms);
        for (int p = 0; p < rows.columns(); p += CHUNK) {
          int toColumn = Math.min(p + CHUNK, rows.columns());
          FloatMatrix rowFloats = centred(rowTile, p, toColumn, scratch.rows);
          for (int i = 0; i < queries.rows(); i += TILE) {
            int toQuery = Math.min(i + TILE, queries.rows());
            FloatMatrix queryFloats =
                centred(queries.rows(i, toQuery), p, toColumn, scratch.queries);
            FloatMatrix products = scratch.products.block(0, toQuery - i, 0, toRow - j);
            blas.sgemm(Transpose.NO, Transpose.YES, 1, queryFloats, rowFloats, 0, products);
            add(products, p == 0, out.block(i, toQuery, j, toRow));
          }
        }
        int offset = metric == Metric.DOT ? 128 * 128 * rows.columns() : 0;
        for (int i = 0; i < queries.rows(); i += TILE) {
          int toQuery = Math.min(i + TILE, queries.rows());
          terms(metric, queries.rows(i, toQuery), scratch.queryTerms);
          finish(metric, scratch, offset, out.block(i, toQuery, j, toRow));
        }
      }
    } finally {
      idle.add(scratch);
    }
  }

  private static FloatMatrix centred(
      ByteMatrix bytes, int fromColumn, int toColumn, MemorySegment to) {
    int width = toColumn - fromColumn;
    for (int i = 0; i < bytes.rows(); i++) {
      centre(
          bytes.segment(), bytes.index(i, fromColumn), to, (long) i * width * Float.BYTES, width);
    }
    return FloatMatrix.of(to, bytes.rows(), width);
  }

  /** Flipping the top bit and reading as signed subtracts 128. */
  private static void centre(
      MemorySegment bytes, long from, MemorySegment floats, long to, int length) {
    for (int i = 0; i < length; i++) {
      floats.set(
          ValueLayout.JAVA_FLOAT,
          to + (long) i * Float.BYTES,
          (byte) (bytes.get(ValueLayout.JAVA_BYTE, from + i) ^ 0x80));
    }
  }

  /** What each row adds to its results: |x|^2, or 128 times the sum of x. */
  private static void terms(Metric metric, ByteMatrix bytes, int[] terms) {
    for (int i = 0; i < bytes.rows(); i++) {
      long from = bytes.index(i, 0);
      terms[i] =
          metric == Metric.DOT
              ? 128 * sum(bytes.segment(), from, bytes.columns())
              : sumOfSquares(bytes.segment(), from, bytes.columns());
    }
  }

  private static int sum(MemorySegment bytes, long from, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += (byte) (bytes.get(ValueLayout.JAVA_BYTE, from + i) ^ 0x80);
    }
    return sum;
  }

  private static int sumOfSquares(MemorySegment bytes, long from, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      int x = (byte) (bytes.get(ValueLayout.JAVA_BYTE, from + i) ^ 0x80);
      sum += x * x;
    }
    return sum;
  }

  private static void add(FloatMatrix products, boolean first, IntMatrix out) {
    for (int i = 0; i < out.rows(); i++) {
      long from = products.index(i, 0);
      long to = out.index(i, 0);
      if (first) {
        for (int j = 0; j < out.columns(); j++) {
          int product = (int) products.segment().getAtIndex(ValueLayout.JAVA_FLOAT, from + j);
          out.segment().setAtIndex(ValueLayout.JAVA_INT, to + j, product);
        }
      } else {
        for (int j = 0; j < out.columns(); j++) {
          int product = (int) products.segment().getAtIndex(ValueLayout.JAVA_FLOAT, from + j);
          int sum = out.segment().getAtIndex(ValueLayout.JAVA_INT, to + j);
          out.segment().setAtIndex(ValueLayout.JAVA_INT, to + j, sum + product);
        }
      }
    }
  }

  private static void finish(Metric metric, Scratch scratch, int offset, IntMatrix out) {
    int factor = metric == Metric.DOT ? 1 : -2;
    for (int i = 0; i < out.rows(); i++) {
      long to = out.index(i, 0);
      int constant = scratch.queryTerms[i] + offset;
      for (int j = 0; j < out.columns(); j++) {
        int product = out.segment().getAtIndex(ValueLayout.JAVA_INT, to + j);
        out.segment()
            .setAtIndex(
                ValueLayout.JAVA_INT, to + j, constant + scratch.rowTerms[j] + factor * product);
      }
    }
  }
}
