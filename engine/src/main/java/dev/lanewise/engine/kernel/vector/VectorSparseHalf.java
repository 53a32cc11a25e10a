package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pairs of {@link VectorSparse} for rows shorter than a vector of 16 lanes, in vectors of half
 * as many. With a mask instead, a row that is read waits for the one before it in memory, which was
 * written as a vector that covers both: C += A' B with ten columns took 105 us for 23, C = A B,
 * where nothing is written in between, 22 for 19. A species has to be a constant, so the code is
 * here once more.
 */
final class VectorSparseHalf {

  private static final VectorSpecies<Float> F = Lanes.HALF;

  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  private VectorSparseHalf() {}

  /** Whether rows of n elements are one to two of these vectors, and less than a whole one. */
  static boolean suits(int n) {
    return n < Lanes.FLOAT.length() && n >= F.length();
  }

  /** A row of C += alpha times a sparse row times B, n columns wide. */
  static void multiply(
      int n,
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      long step,
      MemorySegment c,
      long cAt) {
    b = Memory.known(b);
    c = Memory.known(c);
    long apart = 4L * (n - F.length());
    FloatVector even0 = FloatVector.zero(F);
    FloatVector even1 = FloatVector.zero(F);
    FloatVector odd0 = FloatVector.zero(F);
    FloatVector odd1 = FloatVector.zero(F);
    int k = start;
    for (; k < end - 1; k += 2) {
      long at = bAt + step * columns[k];
      FloatVector x = FloatVector.broadcast(F, values[k]);
      even0 = Lanes.loadHalf(b, at).fma(x, even0);
      even1 = Lanes.loadHalf(b, at + apart).fma(x, even1);
      long next = bAt + step * columns[k + 1];
      FloatVector y = FloatVector.broadcast(F, values[k + 1]);
      odd0 = Lanes.loadHalf(b, next).fma(y, odd0);
      odd1 = Lanes.loadHalf(b, next + apart).fma(y, odd1);
    }
    if (k < end) {
      long at = bAt + step * columns[k];
      FloatVector x = FloatVector.broadcast(F, values[k]);
      even0 = Lanes.loadHalf(b, at).fma(x, even0);
      even1 = Lanes.loadHalf(b, at + apart).fma(x, even1);
    }
    FloatVector factor = (FloatVector) FloatVector.broadcast(F, alpha).check(F);
    FloatVector sum0 = Lanes.loadHalf(c, cAt);
    FloatVector sum1 = Lanes.loadHalf(c, cAt + apart);
    sum0 = factor.fma(even0, sum0);
    sum1 = factor.fma(even1, sum1);
    sum0 = factor.fma(odd0, sum0);
    sum1 = factor.fma(odd1, sum1);
    sum0.intoMemorySegment(c, cAt, NATIVE);
    sum1.intoMemorySegment(c, cAt + apart, NATIVE);
  }

  /** Rows of C that a sparse row names += its values times alpha times a row of B, n wide. */
  static void scatter(
      int n,
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      MemorySegment c,
      long cAt,
      long step) {
    b = Memory.known(b);
    c = Memory.known(c);
    long apart = 4L * (n - F.length());
    FloatVector factor = FloatVector.broadcast(F, alpha);
    FloatVector b0 = Lanes.loadHalf(b, bAt).mul(factor);
    FloatVector b1 = Lanes.loadHalf(b, bAt + apart).mul(factor);
    for (int k = start; k < end; k++) {
      long at = cAt + step * columns[k];
      FloatVector x = FloatVector.broadcast(F, values[k]);
      FloatVector before0 = Lanes.loadHalf(c, at);
      FloatVector before1 = Lanes.loadHalf(c, at + apart);
      b0.fma(x, before0).intoMemorySegment(c, at, NATIVE);
      b1.fma(x, before1).intoMemorySegment(c, at + apart, NATIVE);
    }
  }
}
