package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products whose rows are shorter than a vector of 512 bits, such as logits of ten classes: a row
 * of C is one vector under a mask, and eight rows share what is loaded of B. Nothing is packed or
 * transposed.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmThin {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Eight sums cover the latency of a fused multiply-add in both of its units. */
  private static final int ROWS = 8;

  /**
   * The depth up to which this is faster than to copy an operand, where it is not a single tile:
   * 128 x 8 x 128 takes 0.75 of the time, but 128 x 10 x 784 1.6.
   */
  private static final int DEEP = 192;

  /** The same where A is transposed: 300 x 10 x 8 takes 0.66 of the time, 784 x 10 x 128 2.1. */
  private static final int DEEP_TRANSPOSED = 16;

  private VectorGemmThin() {}

  /** Whether an m x n x k product is one of these, and wastes less than half of a vector. */
  static boolean suits(boolean plainA, int m, int n, int k) {
    return LENGTH == 16
        && n >= LENGTH / 2
        && n < LENGTH
        && (m == 1 || m >= ROWS)
        && (plainA ? k < DEEP || m <= ROWS : k <= DEEP_TRANSPOSED);
  }

  /** C = alpha A B + beta C, with A m x k given by its strides and B k x n by rows. */
  static void multiply(
      VectorGemmWorkspace workspace,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      long aAt,
      long aRow,
      long aStep,
      MemorySegment b,
      long bAt,
      long bStep,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    for (int row = 0; row < m; row += ROWS) {
      // The last tile ends where C does, rows that the one before had are not looked at; a single
      // row is all eight.
      int i = Math.clamp(row, 0, Math.max(0, m - ROWS));
      tile(
          n,
          k,
          a,
          4 * (aAt + i * aRow),
          m == 1 ? 0 : 4 * aRow,
          4 * aStep,
          b,
          4 * bAt,
          4 * bStep,
          workspace.tile);
      write(
          n,
          Math.min(ROWS, m - row),
          alpha,
          workspace.tile,
          (row - i) * V,
          beta,
          c,
          4 * (cAt + row * cRow),
          4 * cRow);
    }
  }

  /** Eight rows of A B; positions and strides in bytes. */
  private static void tile(
      int n,
      int k,
      MemorySegment a,
      long aAt,
      long aRow,
      long aStep,
      MemorySegment b,
      long bAt,
      long bStep,
      MemorySegment tile) {
    VectorMask<Float> mask = F.indexInRange(0, n);
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    long at = bAt;
    long r = aAt;
    for (int p = 0; p < k; p++, at += bStep, r += aStep) {
      FloatVector x = FloatVector.fromMemorySegment(F, b, at, NATIVE, mask);
      c0 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r)), x, c0);
      c1 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + aRow)), x, c1);
      c2 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + 2 * aRow)), x, c2);
      c3 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + 3 * aRow)), x, c3);
      c4 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + 4 * aRow)), x, c4);
      c5 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + 5 * aRow)), x, c5);
      c6 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + 6 * aRow)), x, c6);
      c7 = Lanes.multiplyAdd(FloatVector.broadcast(F, a.get(FLOAT, r + 7 * aRow)), x, c7);
    }
    c0.intoMemorySegment(tile, 0, NATIVE);
    c1.intoMemorySegment(tile, V, NATIVE);
    c2.intoMemorySegment(tile, 2 * V, NATIVE);
    c3.intoMemorySegment(tile, 3 * V, NATIVE);
    c4.intoMemorySegment(tile, 4 * V, NATIVE);
    c5.intoMemorySegment(tile, 5 * V, NATIVE);
    c6.intoMemorySegment(tile, 6 * V, NATIVE);
    c7.intoMemorySegment(tile, 7 * V, NATIVE);
  }

  /** C = alpha tile + beta C. */
  private static void write(
      int n,
      int rows,
      float alpha,
      MemorySegment tile,
      long tileAt,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    VectorMask<Float> mask = F.indexInRange(0, n);
    long from = tileAt;
    long to = cAt;
    for (int r = 0; r < rows; r++, from += V, to += cRow) {
      FloatVector x = FloatVector.fromMemorySegment(F, tile, from, NATIVE).mul(alpha);
      if (beta != 0) {
        x = FloatVector.fromMemorySegment(F, c, to, NATIVE, mask).mul(beta).add(x);
      }
      x.intoMemorySegment(c, to, NATIVE, mask);
    }
  }
}
