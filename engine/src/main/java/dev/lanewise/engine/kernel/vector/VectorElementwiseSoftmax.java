package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Row-wise softmax in three passes over a row that is then in the first-level cache: the maximum,
 * exp and its sum, the division. The last few elements of a row are computed in a vector too, so
 * that an element's exp does not depend on where in its row it stands.
 *
 * <p>exp is a polynomial of this class and not {@code VectorOperators.EXP}: that one calls a
 * library that exists on some platforms and widths only, and elsewhere falls back to a call of
 * {@code StrictMath} a lane; this one costs about the same and gives the same bits everywhere.
 */
final class VectorElementwiseSoftmax {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** exp(x) is below half of the smallest float from here on, and rounds to zero. */
  static final float LOWEST = -104;

  static final float LOG2_E = 0x1.715476p0f;

  /** ln 2 in two parts (Cody and Waite): multiples of the first up to 150 are exact. */
  static final float LN2_HIGH = 0x1.63p-1f;

  static final float LN2_LOW = -0x1.bd0106p-13f;

  /** Adding 1.5 * 2^23 leaves a number's nearest integer in the low bits of the sum. */
  static final float ROUND = 0x1.8p23f;

  static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

  /**
   * exp(r) = 1 + r + r^2 / 2 + r^3 (C3 + ...) on |r| at most ln(2) / 2, fitted for the least
   * relative error (0.06 half ulps before rounding, 1 ulp with it).
   */
  static final float C3 = 0x1.5554a4p-3f;

  static final float C4 = 0x1.555688p-5f;
  static final float C5 = 0x1.122f7ap-7f;
  static final float C6 = 0x1.6b6e48p-10f;

  private VectorElementwiseSoftmax() {}

  static void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    Shapes.same("softmaxRows", logits, probabilities);
    int n = logits.columns();
    for (int i = 0; i < logits.rows(); i++) {
      MemorySegment z = logits.segment();
      long zAt = 4 * (logits.offset() + (long) i * logits.stride());
      MemorySegment p = probabilities.segment();
      long pAt = 4 * (probabilities.offset() + (long) i * probabilities.stride());
      float max = max(n, z, zAt);
      float sum = exponentials(n, max, z, zAt, p, pAt);
      divide(n, sum, p, pAt);
    }
  }

  private static float max(int n, MemorySegment z, long at) {
    float result = Float.NEGATIVE_INFINITY;
    int j = 0;
    if (n >= LENGTH) {
      FloatVector max = FloatVector.fromMemorySegment(F, z, at, NATIVE);
      for (j = LENGTH; j <= n - LENGTH; j += LENGTH) {
        max = max.max(FloatVector.fromMemorySegment(F, z, at + 4L * j, NATIVE));
      }
      result = max.reduceLanes(VectorOperators.MAX);
    }
    for (; j < n; j++) {
      result = Math.max(result, z.get(FLOAT, at + 4L * j));
    }
    return result;
  }

  /** p = exp(z - max), element by element; returns their sum, always added in the same order. */
  private static float exponentials(
      int n, float max, MemorySegment z, long zAt, MemorySegment p, long pAt) {
    FloatVector sums = FloatVector.zero(F);
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      FloatVector x =
          FloatVector.fromMemorySegment(F, z, zAt + 4L * j, NATIVE).sub(max).max(LOWEST);
      FloatVector t = x.mul(LOG2_E).add(ROUND);
      FloatVector whole = t.sub(ROUND);
      FloatVector r = Lanes.multiplyAdd(whole, FloatVector.broadcast(F, -LN2_HIGH), x);
      r = Lanes.multiplyAdd(whole, FloatVector.broadcast(F, -LN2_LOW), r);
      FloatVector e = FloatVector.broadcast(F, C6);
      e = Lanes.multiplyAdd(e, r, FloatVector.broadcast(F, C5));
      e = Lanes.multiplyAdd(e, r, FloatVector.broadcast(F, C4));
      e = Lanes.multiplyAdd(e, r, FloatVector.broadcast(F, C3));
      e = Lanes.multiplyAdd(e, r, FloatVector.broadcast(F, 0.5f));
      e = Lanes.multiplyAdd(e, r, FloatVector.broadcast(F, 1));
      e = Lanes.multiplyAdd(e, r, FloatVector.broadcast(F, 1));
      IntVector power = t.reinterpretAsInts().sub(ROUND_BITS);
      // In two steps, so that results below the normal range are rounded once and not flushed.
      IntVector half = power.lanewise(VectorOperators.ASHR, 1);
      FloatVector scale = half.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      FloatVector rest =
          power.sub(half).add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
      e = e.mul(scale).mul(rest);
      e.intoMemorySegment(p, pAt + 4L * j, NATIVE);
      sums = sums.add(e);
    }
    float sum = Lanes.sum(sums);
    for (; j < n; j++) {
      float e = exp(z.get(FLOAT, zAt + 4L * j) - max);
      p.set(FLOAT, pAt + 4L * j, e);
      sum += e;
    }
    return sum;
  }

  /** The loop body of {@link #exponentials} for one element: the same operations, the same bits. */
  static float exp(float argument) {
    float x = Math.max(argument, LOWEST);
    float t = x * LOG2_E + ROUND;
    float whole = t - ROUND;
    float r = Lanes.multiplyAdd(whole, -LN2_HIGH, x);
    r = Lanes.multiplyAdd(whole, -LN2_LOW, r);
    float e = Lanes.multiplyAdd(C6, r, C5);
    e = Lanes.multiplyAdd(e, r, C4);
    e = Lanes.multiplyAdd(e, r, C3);
    e = Lanes.multiplyAdd(e, r, 0.5f);
    e = Lanes.multiplyAdd(e, r, 1);
    e = Lanes.multiplyAdd(e, r, 1);
    int power = Float.floatToRawIntBits(t) - ROUND_BITS;
    int half = power >> 1;
    return e
        * Float.intBitsToFloat((half + 127) << 23)
        * Float.intBitsToFloat((power - half + 127) << 23);
  }

  private static void divide(int n, float sum, MemorySegment p, long at) {
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      FloatVector.fromMemorySegment(F, p, at + 4L * j, NATIVE)
          .div(sum)
          .intoMemorySegment(p, at + 4L * j, NATIVE);
    }
    for (; j < n; j++) {
      p.set(FLOAT, at + 4L * j, p.get(FLOAT, at + 4L * j) / sum);
    }
  }
}
