package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Row-wise softmax in three passes over a row that is then in the first-level cache: the maximum,
 * exp and its sum, the division. The last vector of a row ends where the row does and overlaps the
 * one before; lanes that were done already are not added again. Of ten classes two are left over by
 * the first vector of eight: one by one they took longer than all the others. Only rows shorter
 * than a vector need masks. Short rows pass through an array; lanes of one that is longer than it
 * are put back where vectors overlap. What lies between is {@link VectorElementwiseSoftmaxWide}'s.
 *
 * <p>exp is a polynomial of this class and not {@code VectorOperators.EXP}: that one calls a
 * library that exists on some platforms and widths only, and elsewhere falls back to a call of
 * {@code StrictMath} a lane; this one costs about the same and gives the same bits everywhere.
 */
final class VectorElementwiseSoftmax {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

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

  /** Where a row's exponentials leave the vector of their sums, in the array of a row. */
  static final int SUMS = VectorGemmWorkspace.A - LENGTH;

  private static final FloatVector ZERO = FloatVector.zero(F);

  private static final FloatVector INDEX = FloatVector.zero(F).addIndex(1);

  /**
   * {@link #rows}, {@link Apart}: within a learner's method, where C2 came to that first, a softmax
   * of ten classes took 2.4 times as long, in half of all processes.
   */
  private static MethodHandle rows = Apart.method(MethodHandles.lookup(), "rows");

  private VectorElementwiseSoftmax() {}

  static void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    try {
      rows.invokeExact(logits, probabilities);
    } catch (Throwable e) {
      throw Apart.unchecked(e);
    }
  }

  @SuppressWarnings("UnusedMethod") // By the handle.
  private static void rows(FloatMatrix logits, FloatMatrix probabilities) {
    Shapes.same("softmaxRows", logits, probabilities);
    int n = logits.columns();
    if (VectorElementwiseSoftmaxWide.takes(n)) {
      VectorElementwiseSoftmaxWide.rows(logits, probabilities);
      return;
    }
    MemorySegment z = Memory.of(logits);
    MemorySegment p = Memory.of(probabilities);
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    float[] row = workspace.a;
    for (int i = 0; i < logits.rows(); i++) {
      long zAt = Memory.at(logits, i);
      long pAt = Memory.at(probabilities, i);
      if (n < LENGTH) {
        narrowExponentials(n, z, zAt, row);
        narrowDivide(n, Lanes.sum(row, SUMS), row, p, pAt);
      } else if (n <= SUMS) {
        exponentials(n, max(n, z, zAt), z, zAt, row);
        divide(n, Lanes.sum(row, SUMS), row, p, pAt);
      } else {
        exponentials(n, max(n, z, zAt), z, zAt, p, pAt, row);
        divide(n, Lanes.sum(row, SUMS), p, pAt);
      }
    }
    workspace.giveBack();
  }

  /** The mask is made here: C2 may have no room to inline this, and boxes what it passes then. */
  private static void narrowExponentials(int n, MemorySegment z, long zAt, float[] row) {
    z = Memory.known(z);
    VectorMask<Float> mask = F.indexInRange(0, n);
    FloatVector x =
        (FloatVector) Lanes.FLOATS.cast(FloatVector.fromMemorySegment(F, z, zAt, NATIVE, mask));
    float max = x.reduceLanes(VectorOperators.MAX, mask);
    ZERO.blend(VectorFunctions.exp(x.sub(max)), mask).intoArray(row, SUMS);
  }

  private static void narrowDivide(int n, float sum, float[] row, MemorySegment p, long pAt) {
    p = Memory.known(p);
    Lanes.load(row, SUMS).div(sum).intoMemorySegment(p, pAt, NATIVE, F.indexInRange(0, n));
  }

  private static float max(int n, MemorySegment z, long at) {
    z = Memory.known(z);
    FloatVector last = Lanes.load(z, at + 4L * (n - LENGTH));
    FloatVector max = last;
    for (int j = 0; j < n - LENGTH; j += LENGTH) {
      max = Lanes.load(z, at + 4L * j).max(max);
    }
    return last.max(max).reduceLanes(VectorOperators.MAX);
  }

  /** row = exp(z - max), element by element. */
  private static void exponentials(int n, float max, MemorySegment z, long zAt, float[] row) {
    z = Memory.known(z);
    FloatVector sums = Lanes.broadcast(0);
    for (int j = 0; j < n; j += LENGTH) {
      int from = Math.min(j, n - LENGTH);
      FloatVector x = Lanes.load(z, zAt + 4L * from);
      VectorMask<Float> done = INDEX.compare(VectorOperators.LT, (float) (j - from));
      FloatVector e = VectorFunctions.exp(x.sub(max));
      e.intoArray(row, from);
      sums = e.blend(0, done).add(sums);
    }
    ((FloatVector) sums.check(F)).intoArray(row, SUMS);
  }

  private static void divide(int n, float sum, float[] row, MemorySegment p, long at) {
    p = Memory.known(p);
    for (int j = 0; j < n; j += LENGTH) {
      int from = Math.min(j, n - LENGTH);
      Lanes.load(row, from).div(sum).intoMemorySegment(p, at + 4L * from, NATIVE);
    }
  }

  /** p = exp(z - max), element by element. */
  private static void exponentials(
      int n, float max, MemorySegment z, long zAt, MemorySegment p, long pAt, float[] row) {
    z = Memory.known(z);
    p = Memory.known(p);
    FloatVector sums = FloatVector.zero(F);
    for (int j = 0; j < n; j += LENGTH) {
      int from = Math.min(j, n - LENGTH);
      FloatVector x = Lanes.load(z, zAt + 4L * from);
      FloatVector before = Lanes.load(p, pAt + 4L * from);
      VectorMask<Float> done = INDEX.compare(VectorOperators.LT, (float) (j - from));
      FloatVector e = VectorFunctions.exp(x.sub(max));
      e.blend(before, done).intoMemorySegment(p, pAt + 4L * from, NATIVE);
      sums = e.blend(0, done).add(sums);
    }
    ((FloatVector) sums.check(F)).intoArray(row, SUMS);
  }

  private static void divide(int n, float sum, MemorySegment p, long at) {
    p = Memory.known(p);
    for (int j = 0; j < n; j += LENGTH) {
      int from = Math.min(j, n - LENGTH);
      FloatVector before = Lanes.load(p, at + 4L * from);
      VectorMask<Float> done = INDEX.compare(VectorOperators.LT, (float) (j - from));
      before.div(sum).blend(before, done).intoMemorySegment(p, at + 4L * from, NATIVE);
    }
  }
}
