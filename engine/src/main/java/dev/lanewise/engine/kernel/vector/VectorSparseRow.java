package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Adds multiples of rows of one matrix to a row of another, up to eight at a time, so that a vector
 * of the sum is read and written once for eight products. Rows are passed over from end to end:
 * pages and cache lines are met in order, whichever rows they are.
 *
 * <p>A row is at least a vector long. What is left after the last whole vector is done as a vector
 * that overlaps it, of which only the lanes that are left are changed.
 *
 * <p>One loop a method, at most eight factors, nothing else: with two vectors a turn, the vector
 * that overlaps, or a method for every count up to eight, C2 leaves boxes in the loops, which makes
 * them two to ten times as slow. A method for three would be one too many.
 */
final class VectorSparseRow {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final FloatVector INDEX = FloatVector.zero(F).addIndex(1);
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /**
   * {@link #four} and {@link #two}, {@link Apart}: beside {@link #eight} {@link #add} has no room
   * for them. The call costs some 15 ns, so it is not eight that is apart.
   */
  private static MethodHandle four = Apart.method(MethodHandles.lookup(), "four");

  private static MethodHandle two = Apart.method(MethodHandles.lookup(), "two");

  private VectorSparseRow() {}

  /**
   * C row += alpha times the sum of {@code values[k]} times row {@code rows[k]} of B, for k from
   * start to end.
   *
   * @param n elements of a row, at least {@code F.length()}
   * @param bAt where row 0 of B begins, in bytes
   * @param step bytes from a row of B to the next
   * @param at where the row of C begins, in bytes
   */
  static void add(
      int n,
      float alpha,
      int start,
      int end,
      int[] rows,
      float[] values,
      MemorySegment b,
      long bAt,
      long step,
      MemorySegment c,
      long at) {
    int k = start;
    for (; k <= end - 8; k += 8) {
      eight(
          n,
          alpha * values[k],
          alpha * values[k + 1],
          alpha * values[k + 2],
          alpha * values[k + 3],
          alpha * values[k + 4],
          alpha * values[k + 5],
          alpha * values[k + 6],
          alpha * values[k + 7],
          b,
          bAt + step * rows[k],
          bAt + step * rows[k + 1],
          bAt + step * rows[k + 2],
          bAt + step * rows[k + 3],
          bAt + step * rows[k + 4],
          bAt + step * rows[k + 5],
          bAt + step * rows[k + 6],
          bAt + step * rows[k + 7],
          c,
          at);
    }
    try {
      if (k <= end - 4) {
        four.invokeExact(
            n,
            alpha * values[k],
            alpha * values[k + 1],
            alpha * values[k + 2],
            alpha * values[k + 3],
            b,
            bAt + step * rows[k],
            bAt + step * rows[k + 1],
            bAt + step * rows[k + 2],
            bAt + step * rows[k + 3],
            c,
            at);
        k += 4;
      }
      if (k <= end - 2) {
        two.invokeExact(
            n,
            alpha * values[k],
            alpha * values[k + 1],
            b,
            bAt + step * rows[k],
            bAt + step * rows[k + 1],
            c,
            at);
        k += 2;
      }
    } catch (Throwable e) {
      throw Apart.unchecked(e);
    }
    if (k < end) {
      one(n, alpha * values[k], b, bAt + step * rows[k], c, at);
    }
    if (n % LENGTH != 0) {
      long left = 4L * (n - LENGTH);
      rest(n % LENGTH, alpha, start, end, rows, values, b, bAt + left, step, c, at + left);
    }
  }

  /** The last {@code left} elements of a row, as the last lanes of a vector. */
  private static void rest(
      int left,
      float alpha,
      int start,
      int end,
      int[] rows,
      float[] values,
      MemorySegment b,
      long bAt,
      long step,
      MemorySegment c,
      long at) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector before = Lanes.load(c, at);
    FloatVector sum = before;
    for (int k = start; k < end; k++) {
      FloatVector row = Lanes.load(b, bAt + step * rows[k]);
      sum = Lanes.broadcast(alpha * values[k]).fma(row, sum);
    }
    VectorMask<Float> last = INDEX.compare(VectorOperators.GE, (float) (LENGTH - left));
    before.blend(sum, last).intoMemorySegment(c, at, NATIVE);
  }

  private static void eight(
      int n,
      float x0,
      float x1,
      float x2,
      float x3,
      float x4,
      float x5,
      float x6,
      float x7,
      MemorySegment b,
      long b0,
      long b1,
      long b2,
      long b3,
      long b4,
      long b5,
      long b6,
      long b7,
      MemorySegment c,
      long at) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector v0 = Lanes.broadcast(x0);
    FloatVector v1 = Lanes.broadcast(x1);
    FloatVector v2 = Lanes.broadcast(x2);
    FloatVector v3 = Lanes.broadcast(x3);
    FloatVector v4 = Lanes.broadcast(x4);
    FloatVector v5 = Lanes.broadcast(x5);
    FloatVector v6 = Lanes.broadcast(x6);
    FloatVector v7 = Lanes.broadcast(x7);
    for (int j = 0; j <= n - LENGTH; j += LENGTH) {
      long next = 4L * j;
      FloatVector sum = Lanes.load(c, at + next);
      sum = v0.fma(Lanes.load(b, b0 + next), sum);
      sum = v1.fma(Lanes.load(b, b1 + next), sum);
      sum = v2.fma(Lanes.load(b, b2 + next), sum);
      sum = v3.fma(Lanes.load(b, b3 + next), sum);
      sum = v4.fma(Lanes.load(b, b4 + next), sum);
      sum = v5.fma(Lanes.load(b, b5 + next), sum);
      sum = v6.fma(Lanes.load(b, b6 + next), sum);
      sum = v7.fma(Lanes.load(b, b7 + next), sum);
      sum.intoMemorySegment(c, at + next, NATIVE);
    }
  }

  @SuppressWarnings("UnusedMethod") // By its handle.
  private static void four(
      int n,
      float x0,
      float x1,
      float x2,
      float x3,
      MemorySegment b,
      long b0,
      long b1,
      long b2,
      long b3,
      MemorySegment c,
      long at) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector v0 = Lanes.broadcast(x0);
    FloatVector v1 = Lanes.broadcast(x1);
    FloatVector v2 = Lanes.broadcast(x2);
    FloatVector v3 = Lanes.broadcast(x3);
    for (int j = 0; j <= n - LENGTH; j += LENGTH) {
      long next = 4L * j;
      FloatVector sum = Lanes.load(c, at + next);
      sum = v0.fma(Lanes.load(b, b0 + next), sum);
      sum = v1.fma(Lanes.load(b, b1 + next), sum);
      sum = v2.fma(Lanes.load(b, b2 + next), sum);
      sum = v3.fma(Lanes.load(b, b3 + next), sum);
      sum.intoMemorySegment(c, at + next, NATIVE);
    }
  }

  @SuppressWarnings("UnusedMethod") // By its handle.
  private static void two(
      int n, float x0, float x1, MemorySegment b, long b0, long b1, MemorySegment c, long at) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector v0 = Lanes.broadcast(x0);
    FloatVector v1 = Lanes.broadcast(x1);
    for (int j = 0; j <= n - LENGTH; j += LENGTH) {
      long next = 4L * j;
      FloatVector sum = Lanes.load(c, at + next);
      sum = v0.fma(Lanes.load(b, b0 + next), sum);
      sum = v1.fma(Lanes.load(b, b1 + next), sum);
      sum.intoMemorySegment(c, at + next, NATIVE);
    }
  }

  private static void one(int n, float x0, MemorySegment b, long b0, MemorySegment c, long at) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector v0 = Lanes.broadcast(x0);
    for (int j = 0; j <= n - LENGTH; j += LENGTH) {
      long next = 4L * j;
      FloatVector sum = Lanes.load(c, at + next);
      sum = v0.fma(Lanes.load(b, b0 + next), sum);
      sum.intoMemorySegment(c, at + next, NATIVE);
    }
  }
}
