package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax of rows of several vectors. Three rows are at work in one loop, {@link #threeRows}: the
 * largest element of the next is sought, this one's exponentials are computed, and the one before
 * is divided by its sum. With a loop for each, a core waits for memory in the first and the last of
 * them, and memory for the core in the second: of a matrix out of cache the three take half as long
 * again.
 *
 * <p>That loop is for memory whose accesses are not checked ({@link Memory}), and for rows whose
 * elements are near each other. Others, and the first and the last of a matrix, have loops of their
 * own over an array, where C2 checks accesses once. The exponentials of two rows are in that array
 * by turns, and the results are the same to the bit.
 *
 * <p>The last vector of a row ends where the row does and overlaps the one before. It is done
 * first, so that lanes that come again can be taken out of the sums.
 */
final class VectorElementwiseSoftmaxWide {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final int SUMS = VectorElementwiseSoftmax.SUMS;

  /** The last vector of a row, in the array, where loops write over the row. */
  private static final int LAST = SUMS - LENGTH;

  /** Where the second of two rows is in the array. */
  private static final int SECOND = LAST / 2 / LENGTH * LENGTH;

  /** Rows from here on repay a loop for each step, and the array. */
  private static final int SHORTEST = 4 * LENGTH;

  /** The size of an element, as an integer, up to which one is near all others. */
  private static final int NEAR_BITS = Float.floatToRawIntBits(VectorFunctions.NEAR / 2);

  private static final Stretch THREE = new Stretch();
  private static final Stretch MAX = new Stretch();
  private static final Stretch NEAR = new Stretch();
  private static final Stretch FAR = new Stretch();
  private static final Stretch SCALE = new Stretch();

  /**
   * {@link #threeStretches}, {@link Apart}: within {@link #rows}, which some processes had compiled
   * by way of its loop first, it took twenty times as long.
   */
  private static MethodHandle threeStretches =
      Apart.method(MethodHandles.lookup(), "threeStretches");

  /** {@link #exponentialsNear}, for the same reason. */
  private static MethodHandle exponentialsNear =
      Apart.method(MethodHandles.lookup(), "exponentialsNear");

  /** {@link #exponentialsFar}, for the same reason. */
  private static MethodHandle exponentialsFar =
      Apart.method(MethodHandles.lookup(), "exponentialsFar");

  private VectorElementwiseSoftmaxWide() {}

  /** Whether rows of n elements are for this class. */
  static boolean takes(int n) {
    return n >= SHORTEST && n <= SECOND;
  }

  /** Softmax of all rows, of a length that this {@link #takes}. */
  static void rows(FloatMatrix logits, FloatMatrix probabilities) {
    int n = logits.columns();
    int rows = logits.rows();
    MemorySegment z = Memory.of(logits);
    MemorySegment p = Memory.of(probabilities);
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    float[] row = workspace.a;
    boolean unchecked = Memory.isUnchecked(z) && Memory.isUnchecked(p);
    float most = 0;
    float factor = 0;
    // Whether the array has this row's elements; where it has this row, and the others.
    boolean held = true;
    int at = SECOND;
    int others = 0;
    // One row behind the first and one beyond the last: what is done with a next row, and a last.
    for (int i = -1; i <= rows; i++) {
      float max = most;
      long zAt = Memory.at(logits, i);
      long nextAt = Memory.at(logits, i + 1);
      long pAt = Memory.at(probabilities, i - 1);
      Arrays.fill(row, SUMS, SUMS + LENGTH, 0);
      boolean three = unchecked && i > 0 && i < rows - 1 && !Float.isNaN(max);
      if (three) {
        most = threeRows(n, max, factor, row, at, others, z, zAt, nextAt, p, pAt);
      } else {
        if (i > 0) {
          write(n, factor, row, others, p, pAt);
        }
        if (i < rows - 1) {
          most = read(n, z, nextAt, row, others);
        }
        if (!held) {
          MemorySegment.copy(z, FLOAT, zAt, row, at, n);
        }
        if (i >= 0 && i < rows) {
          exponentials(n, max, row, at);
        }
      }
      held = !three;
      factor = 1 / Lanes.sum(row, SUMS);
      int swap = at;
      at = others;
      others = swap;
    }
    workspace.giveBack();
  }

  /**
   * Of three rows: the largest element of the next, or NaN where one is not near the others or is
   * NaN; the exponentials of this one, which are near, into the array; those of the one before,
   * from the array, times a factor.
   */
  private static float threeRows(
      int n,
      float max,
      float factor,
      float[] row,
      int at,
      int before,
      MemorySegment z,
      long zAt,
      long nextAt,
      MemorySegment p,
      long pAt) {
    int whole = n / LENGTH * LENGTH;
    float most = Float.NEGATIVE_INFINITY;
    int to;
    for (int j = whole < n ? n - LENGTH : 0; j != whole; j = to) {
      boolean last = j > whole - LENGTH;
      int end = last ? n : j + THREE.next(whole - j);
      long bytes = 4L * j;
      try {
        float largest =
            (float)
                threeStretches.invokeExact(
                    end - j,
                    max,
                    factor,
                    row,
                    at + j,
                    before + j,
                    z,
                    zAt + bytes,
                    nextAt + bytes,
                    p,
                    pAt + bytes);
        most = Math.max(most, largest);
      } catch (Throwable e) {
        throw Apart.unchecked(e);
      }
      if (last) {
        leaveOut(whole - j, row);
      }
      to = last ? 0 : end;
    }
    return most;
  }

  /**
   * As {@link #threeRows}, of whole vectors; the largest element is found as in {@link #nearMax}.
   */
  @SuppressWarnings("UnusedMethod") // By the handle.
  private static float threeStretches(
      int n,
      float max,
      float factor,
      float[] row,
      int at,
      int before,
      MemorySegment z,
      long zAt,
      long nextAt,
      MemorySegment p,
      long pAt) {
    z = Memory.known(z);
    p = Memory.known(p);
    IntVector none = IntVector.broadcast(Lanes.INT, Integer.MIN_VALUE);
    IntVector size = IntVector.zero(Lanes.INT);
    IntVector most = none;
    FloatVector sums = Lanes.load(row, SUMS);
    for (int j = 0; j < n; j += LENGTH) {
      IntVector next =
          (IntVector) Lanes.INTS.cast(Lanes.load(z, nextAt + 4L * j).reinterpretAsInts());
      IntVector magnitude = next.and(Integer.MAX_VALUE);
      size = magnitude.max(size);
      most =
          next.lanewise(VectorOperators.ASHR, 31)
              .and(Integer.MAX_VALUE)
              .lanewise(VectorOperators.XOR, next)
              .max(most);
      FloatVector e = VectorFunctions.expNear(Lanes.load(z, zAt + 4L * j).sub(max));
      e.intoArray(row, at + j);
      sums = e.add(sums);
      Lanes.load(row, before + j).mul(factor).intoMemorySegment(p, pAt + 4L * j, NATIVE);
    }
    ((FloatVector) sums.check(F)).intoArray(row, SUMS);
    if (none.max(size).reduceLanes(VectorOperators.MAX) > NEAR_BITS) {
      return Float.NaN;
    }
    int largest = none.max(most).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(largest ^ (largest >> 31 & Integer.MAX_VALUE));
  }

  /** Takes the first lanes, which the loop is still to come to, out of the last vector's sums. */
  private static void leaveOut(int lanes, float[] row) {
    Arrays.fill(row, SUMS, SUMS + lanes, 0);
  }

  /** A row into the array, and its largest element, or NaN as above. */
  private static float read(int n, MemorySegment z, long zAt, float[] row, int at) {
    MemorySegment.copy(z, FLOAT, zAt, row, at, n);
    int whole = n / LENGTH * LENGTH;
    float most = Float.NEGATIVE_INFINITY;
    int to;
    for (int j = 0; j < n; j = to) {
      to = j < whole ? j + MAX.next(whole - j) : n;
      most = Math.max(most, nearMax(at + Math.min(j, n - LENGTH), at + to, row));
    }
    return most;
  }

  /**
   * The largest of some elements that differ by no more than {@link VectorFunctions#NEAR}, or NaN.
   * As integers, because Java's maximum takes several instructions, each of which waits for the one
   * before, to treat NaN and -0; a blend by comparison was boxed where C2 inlined it beside exp.
   */
  private static float nearMax(int from, int to, float[] row) {
    IntVector none = IntVector.broadcast(Lanes.INT, Integer.MIN_VALUE);
    IntVector size = IntVector.zero(Lanes.INT);
    IntVector max = none;
    for (int j = from; j < to; j += LENGTH) {
      IntVector bits = (IntVector) Lanes.INTS.cast(Lanes.load(row, j).reinterpretAsInts());
      IntVector magnitude = bits.and(Integer.MAX_VALUE);
      size = magnitude.max(size);
      // In the order of the floats: negative ones have the bits of their sizes turned over.
      max =
          bits.lanewise(VectorOperators.ASHR, 31)
              .and(Integer.MAX_VALUE)
              .lanewise(VectorOperators.XOR, bits)
              .max(max);
    }
    if (none.max(size).reduceLanes(VectorOperators.MAX) > NEAR_BITS) {
      return Float.NaN;
    }
    int largest = none.max(max).reduceLanes(VectorOperators.MAX);
    return Float.intBitsToFloat(largest ^ (largest >> 31 & Integer.MAX_VALUE));
  }

  /**
   * A row in the array becomes exponentials, which are added to the sums.
   *
   * @param max the row's largest element if all are near each other, else NaN
   */
  private static void exponentials(int n, float max, float[] row, int at) {
    boolean near = !Float.isNaN(max);
    float largest = near ? max : max(n, row, at);
    int whole = n / LENGTH * LENGTH;
    if (whole < n) {
      System.arraycopy(row, at + n - LENGTH, row, LAST, LENGTH);
    }
    int to;
    for (int j = whole < n ? LAST : at; j != at + whole; j = to) {
      boolean last = j == LAST;
      int end = last ? SUMS : j + (near ? NEAR : FAR).next(at + whole - j);
      try {
        if (near) {
          exponentialsNear.invokeExact(j, end, largest, row);
        } else {
          exponentialsFar.invokeExact(j, end, largest, row);
        }
      } catch (Throwable e) {
        throw Apart.unchecked(e);
      }
      if (last) {
        leaveOut(LENGTH - (n - whole), row);
      }
      to = last ? at : end;
    }
    if (whole < n) {
      System.arraycopy(row, LAST, row, at + n - LENGTH, LENGTH);
    }
  }

  private static float max(int n, float[] row, int at) {
    FloatVector last = Lanes.load(row, at + n - LENGTH);
    FloatVector max = last;
    for (int j = 0; j < n - LENGTH; j += LENGTH) {
      max = Lanes.load(row, at + j).max(max);
    }
    return last.max(max).reduceLanes(VectorOperators.MAX);
  }

  /** Adds to the sums that the array holds, so that a row can be done in several calls. */
  @SuppressWarnings("UnusedMethod") // By the handle.
  private static void exponentialsNear(int from, int to, float max, float[] row) {
    FloatVector sums = Lanes.load(row, SUMS);
    for (int j = from; j < to; j += LENGTH) {
      FloatVector e = VectorFunctions.expNear(Lanes.load(row, j).sub(max));
      e.intoArray(row, j);
      sums = e.add(sums);
    }
    ((FloatVector) sums.check(F)).intoArray(row, SUMS);
  }

  @SuppressWarnings("UnusedMethod") // By the handle.
  private static void exponentialsFar(int from, int to, float max, float[] row) {
    FloatVector sums = Lanes.load(row, SUMS);
    for (int j = from; j < to; j += LENGTH) {
      FloatVector e = VectorFunctions.exp(Lanes.load(row, j).sub(max));
      e.intoArray(row, j);
      sums = e.add(sums);
    }
    ((FloatVector) sums.check(F)).intoArray(row, SUMS);
  }

  /** A row from the array, times a factor. */
  private static void write(int n, float factor, float[] row, int at, MemorySegment p, long pAt) {
    int whole = n / LENGTH * LENGTH;
    int to;
    for (int j = 0; j < whole; j = to) {
      to = j + SCALE.next(whole - j);
      scale(at + j, at + to, factor, row);
    }
    for (int j = whole; j < n; j++) {
      row[at + j] *= factor;
    }
    MemorySegment.copy(row, at, p, FLOAT, pAt, n);
  }

  private static void scale(int from, int to, float factor, float[] row) {
    for (int j = from; j < to; j += LENGTH) {
      Lanes.load(row, j).mul(factor).intoArray(row, j);
    }
  }
}
