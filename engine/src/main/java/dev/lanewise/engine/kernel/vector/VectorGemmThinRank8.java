package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products of {@link VectorGemmThin} that are at most eight deep and have A transposed, such as
 * the gradient of ten classes from a batch of eight: eight rows of B stay in registers, and the
 * rows of C, a vector each, pass by. They are made in vectors of 16 lanes and written in two of
 * eight, which may overlap: no mask is needed.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmThinRank8 {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final VectorSpecies<Float> HALF = Lanes.HALF;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Rows of B that are held. */
  private static final int DEPTH = 8;

  /** Less deep, more than half of the multiplications would be by zeros. */
  private static final int SHALLOW = 5;

  /** Fewer rows of C do not repay the copies. */
  private static final int FEWEST_ROWS = 32;

  /** Rows of C at a time, whose vectors stay in the first-level cache. */
  private static final int ROWS = 384;

  /** From one row of A in the array to the next: no multiple of a large power of two. */
  private static final int PITCH = ROWS + LENGTH;

  /** Elements of B in the array; rows of A follow them. */
  private static final int B = DEPTH * LENGTH;

  private VectorGemmThinRank8() {}

  /** Whether an m x n x k product with A transposed is one of these. */
  static boolean suits(int m, int n, int k) {
    return Lanes.FUSED
        && LENGTH == 16
        && k >= SHALLOW
        && k <= DEPTH
        && m >= FEWEST_ROWS
        && n >= HALF.length()
        && n < LENGTH;
  }

  /** C = alpha A' B + beta C, with A k x m and B k x n by rows. */
  static void multiply(
      VectorGemmWorkspace workspace,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      long aAt,
      long aStep,
      MemorySegment b,
      long bAt,
      long bStep,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    float[] ab = workspace.a;
    for (int p = 0; p < k; p++) {
      MemorySegment.copy(b, FLOAT, 4 * (bAt + p * bStep), ab, p * LENGTH, n);
    }
    // Zeros for rows that there are not.
    Arrays.fill(ab, k * LENGTH, DEPTH * LENGTH, 0);
    Arrays.fill(ab, B + k * PITCH, B + DEPTH * PITCH, 0);
    for (int i = 0; i < m; i += ROWS) {
      int rows = Math.min(ROWS, m - i);
      for (int p = 0; p < k; p++) {
        MemorySegment.copy(a, FLOAT, 4 * (aAt + p * aStep + i), ab, B + p * PITCH, rows);
      }
      rows(rows, ab, workspace.memory, 4 * workspace.transposed);
      long apart = 4L * (n - HALF.length());
      write(
          rows,
          apart,
          alpha,
          workspace.memory,
          4 * workspace.transposed,
          beta,
          c,
          4 * (cAt + i * cRow),
          4 * cRow);
    }
  }

  /** Rows of A' B, a vector each, of which the last lanes hold anything. */
  private static void rows(int rows, float[] ab, MemorySegment to, long t) {
    to = Memory.known(to);
    FloatVector x0 = Lanes.load(ab, 0);
    FloatVector x1 = Lanes.load(ab, LENGTH);
    FloatVector x2 = Lanes.load(ab, 2 * LENGTH);
    FloatVector x3 = Lanes.load(ab, 3 * LENGTH);
    FloatVector x4 = Lanes.load(ab, 4 * LENGTH);
    FloatVector x5 = Lanes.load(ab, 5 * LENGTH);
    FloatVector x6 = Lanes.load(ab, 6 * LENGTH);
    FloatVector x7 = Lanes.load(ab, 7 * LENGTH);
    for (int i = 0; i < rows; i++) {
      int r = B + i;
      FloatVector sum = x0.mul(Lanes.broadcast(ab[r]));
      sum = x1.fma(Lanes.broadcast(ab[r + PITCH]), sum);
      sum = x2.fma(Lanes.broadcast(ab[r + 2 * PITCH]), sum);
      sum = x3.fma(Lanes.broadcast(ab[r + 3 * PITCH]), sum);
      sum = x4.fma(Lanes.broadcast(ab[r + 4 * PITCH]), sum);
      sum = x5.fma(Lanes.broadcast(ab[r + 5 * PITCH]), sum);
      sum = x6.fma(Lanes.broadcast(ab[r + 6 * PITCH]), sum);
      sum = x7.fma(Lanes.broadcast(ab[r + 7 * PITCH]), sum);
      sum.intoMemorySegment(to, t + V * i, NATIVE);
    }
  }

  /** C = alpha sums + beta C; both vectors of a row are read before either is written. */
  private static void write(
      int rows,
      long apart,
      float alpha,
      MemorySegment sums,
      long from,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    sums = Memory.known(sums);
    c = Memory.known(c);
    FloatVector factor = FloatVector.broadcast(HALF, alpha);
    FloatVector before = FloatVector.broadcast(HALF, beta);
    long to = cAt;
    for (int i = 0; i < rows; i++, to += cRow) {
      FloatVector x = Lanes.loadHalf(sums, from + V * i).mul(factor);
      FloatVector y = Lanes.loadHalf(sums, from + V * i + apart).mul(factor);
      if (beta != 0) {
        x = Lanes.loadHalf(c, to).mul(before).add(x);
        y = Lanes.loadHalf(c, to + apart).mul(before).add(y);
      }
      x.intoMemorySegment(c, to, NATIVE);
      y.intoMemorySegment(c, to + apart, NATIVE);
    }
  }
}
