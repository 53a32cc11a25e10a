package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The pairs of {@link VectorSparse} for rows shorter than a vector of 16 lanes, in vectors of half
 * as many. With a mask instead, a row that is read waits for the one before it in memory, which was
 * written as a vector that covers both: C += A' B with ten columns took 105 us for 23, C = A B,
 * where nothing is written in between, 22 for 19. A species has to be a constant, so the code is
 * here once more.
 */
final class VectorSparseHalf {

  private static final VectorSpecies<Float> F =
      VectorSpecies.of(float.class, VectorShape.forBitSize(256));

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
      even0 = x.fma(FloatVector.fromMemorySegment(F, b, at, NATIVE), even0);
      even1 = x.fma(FloatVector.fromMemorySegment(F, b, at + apart, NATIVE), even1);
      long next = bAt + step * columns[k + 1];
      FloatVector y = FloatVector.broadcast(F, values[k + 1]);
      odd0 = y.fma(FloatVector.fromMemorySegment(F, b, next, NATIVE), odd0);
      odd1 = y.fma(FloatVector.fromMemorySegment(F, b, next + apart, NATIVE), odd1);
    }
    if (k < end) {
      long at = bAt + step * columns[k];
      FloatVector x = FloatVector.broadcast(F, values[k]);
      even0 = x.fma(FloatVector.fromMemorySegment(F, b, at, NATIVE), even0);
      even1 = x.fma(FloatVector.fromMemorySegment(F, b, at + apart, NATIVE), even1);
    }
    FloatVector factor = (FloatVector) FloatVector.broadcast(F, alpha).check(F);
    FloatVector sum0 = FloatVector.fromMemorySegment(F, c, cAt, NATIVE);
    FloatVector sum1 = FloatVector.fromMemorySegment(F, c, cAt + apart, NATIVE);
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
    FloatVector b0 = FloatVector.fromMemorySegment(F, b, bAt, NATIVE).mul(alpha);
    FloatVector b1 = FloatVector.fromMemorySegment(F, b, bAt + apart, NATIVE).mul(alpha);
    for (int k = start; k < end; k++) {
      long at = cAt + step * columns[k];
      FloatVector x = (FloatVector) FloatVector.broadcast(F, values[k]).check(F);
      FloatVector before0 = FloatVector.fromMemorySegment(F, c, at, NATIVE);
      FloatVector before1 = FloatVector.fromMemorySegment(F, c, at + apart, NATIVE);
      x.fma(b0, before0).intoMemorySegment(c, at, NATIVE);
      x.fma(b1, before1).intoMemorySegment(c, at + apart, NATIVE);
    }
  }
}
