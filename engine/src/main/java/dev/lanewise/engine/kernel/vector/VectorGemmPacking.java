package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies blocks of A and B into panels. A panel is {@link VectorGemmTile#ROWS} rows of op(A), or
 * {@link VectorGemmTile#columns} of op(B), and holds them step by step: element (step, lane) is at
 * step * width + lane. Lanes of the last panel that lie outside the matrix hold anything: they only
 * ever meet lanes of the tile that are thrown away.
 *
 * <p>Strides and positions are in elements. One of an operand's two strides is always 1.
 */
final class VectorGemmPacking {

  private static final int MR = VectorGemmTile.ROWS;
  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();

  /**
   * Two of these, which may overlap, are a panel's rows at every width of vectors: five or eight.
   */
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /**
   * Steps of a transposed A after which the next panel's turn comes: their cache lines, four or
   * five a step, are met again by the panels beside it, and fit the first-level cache.
   */
  private static final int NEAR = 64;

  /**
   * {@link #panelsA} and {@link #panelsB}, {@link Apart}: both are more than a caller has room for.
   */
  private static MethodHandle panelsA = Apart.method(MethodHandles.lookup(), "panelsA");

  private static MethodHandle panelsB = Apart.method(MethodHandles.lookup(), "panelsB");

  private VectorGemmPacking() {}

  /** Packs {@code rows} x {@code steps} of op(A). */
  static void packA(
      MemorySegment from,
      long at,
      long rowStride,
      long stepStride,
      int rows,
      int steps,
      float[] to) {
    try {
      panelsA.invokeExact(from, at, rowStride, stepStride, rows, steps, to);
    } catch (Throwable e) {
      throw Apart.unchecked(e);
    }
  }

  @SuppressWarnings("UnusedMethod") // By its handle.
  private static void panelsA(
      MemorySegment from,
      long at,
      long rowStride,
      long stepStride,
      int rows,
      int steps,
      float[] to) {
    int whole = rows / MR * MR;
    if (stepStride == 1) {
      for (int row = 0; row < whole; row += MR) {
        VectorTranspose.transpose(
            MR, steps, from, at + row * rowStride, rowStride, to, row * steps, MR);
      }
      for (int row = whole; row < rows; row++) {
        laneOfPanelA(from, at + row * rowStride, 1, steps, to, whole * steps + row - whole);
      }
    } else {
      for (int step = 0; step < steps; step += NEAR) {
        int near = Math.min(NEAR, steps - step);
        long source = at + step * stepStride;
        for (int row = 0; row < whole; row += MR) {
          copyPanelA(from, source + row, stepStride, near, to, row * steps + step * MR);
        }
        for (int row = whole; row < rows; row++) {
          int lane = whole * steps + row - whole;
          laneOfPanelA(from, source + row, stepStride, near, to, lane + step * MR);
        }
      }
    }
  }

  private static void copyPanelA(
      MemorySegment from, long at, long stepStride, int steps, float[] to, int t) {
    from = Memory.known(from);
    for (int step = 0; step < steps; step++) {
      long source = 4 * (at + step * stepStride);
      Lanes.loadFour(from, source).intoArray(to, t + step * MR);
      Lanes.loadFour(from, source + 4L * (MR - 4)).intoArray(to, t + step * MR + MR - 4);
    }
  }

  private static void laneOfPanelA(
      MemorySegment from, long at, long stepStride, int steps, float[] to, int t) {
    from = Memory.known(from);
    for (int step = 0; step < steps; step++) {
      to[t + step * MR] = from.get(FLOAT, 4 * (at + step * stepStride));
    }
  }

  /** Packs {@code steps} x {@code columns} of op(B). */
  static void packB(
      MemorySegment from,
      long at,
      long columnStride,
      long stepStride,
      int columns,
      int steps,
      MemorySegment to,
      long t) {
    try {
      panelsB.invokeExact(from, at, columnStride, stepStride, columns, steps, to, t);
    } catch (Throwable e) {
      throw Apart.unchecked(e);
    }
  }

  @SuppressWarnings("UnusedMethod") // By its handle.
  private static void panelsB(
      MemorySegment from,
      long at,
      long columnStride,
      long stepStride,
      int columns,
      int steps,
      MemorySegment to,
      long t) {
    int width;
    for (int column = 0; column < columns; column += width) {
      width = VectorGemmTile.columns(columns - column);
      long source = at + column * columnStride;
      int used = Math.min(width, columns - column);
      if (stepStride == 1) {
        VectorTranspose.transpose(
            used, steps, from, source, columnStride, to, t + (long) column * steps, width);
      } else {
        copyPanelB(from, source, stepStride, used, width, steps, to, t + (long) column * steps);
      }
    }
  }

  private static void copyPanelB(
      MemorySegment from,
      long at,
      long stepStride,
      int columns,
      int width,
      int steps,
      MemorySegment to,
      long t) {
    // The last steps of an incomplete panel could read past the end of the matrix.
    long last = at + (steps - 1) * stepStride + columns - width;
    int wide =
        at + (steps - 1) * stepStride <= last
            ? steps
            : at > last ? 0 : (int) ((last - at) / stepStride) + 1;
    if (width == 2 * LENGTH) {
      stepsOfTwo(from, at, stepStride, wide, to, t);
    } else {
      stepsOfThree(from, at, stepStride, wide, to, t);
    }
    for (int step = wide; step < steps; step++) {
      narrowStepOfPanelB(from, at + step * stepStride, columns, to, t + (long) step * width);
    }
  }

  /** Two vectors a step, without a loop of their own: C2 kept giving up on nested ones. */
  private static void stepsOfTwo(
      MemorySegment from, long at, long stepStride, int steps, MemorySegment to, long t) {
    from = Memory.known(from);
    to = Memory.known(to);
    long step = 4 * stepStride;
    long source = 4 * at;
    long target = 4 * t;
    for (int i = 0; i < steps; i++, source += step, target += 2 * V) {
      Lanes.load(from, source).intoMemorySegment(to, target, NATIVE);
      Lanes.load(from, source + V).intoMemorySegment(to, target + V, NATIVE);
    }
  }

  /** Three: with the third one behind a condition C2 boxed them in two processes of three. */
  private static void stepsOfThree(
      MemorySegment from, long at, long stepStride, int steps, MemorySegment to, long t) {
    from = Memory.known(from);
    to = Memory.known(to);
    long step = 4 * stepStride;
    long source = 4 * at;
    long target = 4 * t;
    for (int i = 0; i < steps; i++, source += step, target += 3 * V) {
      Lanes.load(from, source).intoMemorySegment(to, target, NATIVE);
      Lanes.load(from, source + V).intoMemorySegment(to, target + V, NATIVE);
      Lanes.load(from, source + 2 * V).intoMemorySegment(to, target + 2 * V, NATIVE);
    }
  }

  private static void narrowStepOfPanelB(
      MemorySegment from, long at, int used, MemorySegment to, long t) {
    from = Memory.known(from);
    to = Memory.known(to);
    for (int j = 0; j < used; j++) {
      to.set(FLOAT, 4 * (t + j), from.get(FLOAT, 4 * (at + j)));
    }
  }
}
