package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes by blocks of 4 x 4 in registers, at every width of vectors. One element at a time
 * takes twice as long.
 *
 * <p>Positions and strides are in elements.
 */
final class VectorTranspose {

  private static final int SIDE = 4;

  private static final VectorSpecies<Float> F = Lanes.FOUR;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private static final VectorShuffle<Float> SWAP_HALVES = VectorShuffle.fromValues(F, 2, 3, 0, 1);
  private static final VectorShuffle<Float> SWAP_PAIRS = VectorShuffle.fromValues(F, 1, 0, 3, 2);
  private static final VectorMask<Float> UPPER = VectorMask.fromValues(F, false, false, true, true);
  private static final VectorMask<Float> ODD = VectorMask.fromValues(F, false, true, false, true);

  private VectorTranspose() {}

  /** to(j, i) = from(i, j), for rows x columns elements. */
  static void transpose(
      int rows,
      int columns,
      MemorySegment from,
      long at,
      long stride,
      MemorySegment to,
      long t,
      long toStride) {
    int r = 0;
    for (; r <= rows - SIDE && columns >= SIDE; r += SIDE) {
      fourRows(columns, from, at + r * stride, stride, to, t + r, toStride);
    }
    for (; r < rows; r++) {
      row(columns, from, at + r * stride, to, t + r, toStride);
    }
  }

  private static void fourRows(
      int columns,
      MemorySegment from,
      long at,
      long stride,
      MemorySegment to,
      long t,
      long toStride) {
    for (int j = 0; j < columns; j += SIDE) {
      // The last block overlaps the one before.
      int first = Math.min(j, columns - SIDE);
      block(from, 4 * (at + first), 4 * stride, to, 4 * (t + first * toStride), 4 * toStride);
    }
  }

  private static void row(
      int columns, MemorySegment from, long at, MemorySegment to, long t, long toStride) {
    from = Memory.known(from);
    to = Memory.known(to);
    for (int j = 0; j < columns; j++) {
      to.set(FLOAT, 4 * (t + j * toStride), from.get(FLOAT, 4 * (at + j)));
    }
  }

  /** As the other, to an array. */
  static void transpose(
      int rows,
      int columns,
      MemorySegment from,
      long at,
      long stride,
      float[] to,
      int t,
      int toStride) {
    int r = 0;
    for (; r <= rows - SIDE && columns >= SIDE; r += SIDE) {
      fourRows(columns, from, at + r * stride, stride, to, t + r, toStride);
    }
    for (; r < rows; r++) {
      row(columns, from, at + r * stride, to, t + r, toStride);
    }
  }

  private static void fourRows(
      int columns, MemorySegment from, long at, long stride, float[] to, int t, int toStride) {
    for (int j = 0; j < columns; j += SIDE) {
      // The last block overlaps the one before.
      int first = Math.min(j, columns - SIDE);
      block(from, 4 * (at + first), 4 * stride, to, t + first * toStride, toStride);
    }
  }

  private static void row(
      int columns, MemorySegment from, long at, float[] to, int t, int toStride) {
    from = Memory.known(from);
    for (int j = 0; j < columns; j++) {
      to[t + j * toStride] = from.get(FLOAT, 4 * (at + j));
    }
  }

  /** Positions and strides in bytes. */
  private static void block(
      MemorySegment from, long at, long stride, MemorySegment to, long t, long toStride) {
    from = Memory.known(from);
    to = Memory.known(to);
    FloatVector a = Lanes.loadFour(from, at);
    FloatVector b = Lanes.loadFour(from, at + stride);
    FloatVector c = Lanes.loadFour(from, at + 2 * stride);
    FloatVector d = Lanes.loadFour(from, at + 3 * stride);
    FloatVector ac = lower(a, c);
    FloatVector bd = lower(b, d);
    even(ac, bd).intoMemorySegment(to, t, NATIVE);
    odd(ac, bd).intoMemorySegment(to, t + toStride, NATIVE);
    ac = upper(a, c);
    bd = upper(b, d);
    even(ac, bd).intoMemorySegment(to, t + 2 * toStride, NATIVE);
    odd(ac, bd).intoMemorySegment(to, t + 3 * toStride, NATIVE);
  }

  /** As the other; where it is read from in bytes, where it goes in elements. */
  private static void block(
      MemorySegment from, long at, long stride, float[] to, int t, int toStride) {
    from = Memory.known(from);
    FloatVector a = Lanes.loadFour(from, at);
    FloatVector b = Lanes.loadFour(from, at + stride);
    FloatVector c = Lanes.loadFour(from, at + 2 * stride);
    FloatVector d = Lanes.loadFour(from, at + 3 * stride);
    FloatVector ac = lower(a, c);
    FloatVector bd = lower(b, d);
    even(ac, bd).intoArray(to, t);
    odd(ac, bd).intoArray(to, t + toStride);
    ac = upper(a, c);
    bd = upper(b, d);
    even(ac, bd).intoArray(to, t + 2 * toStride);
    odd(ac, bd).intoArray(to, t + 3 * toStride);
  }

  /** x0 x1 y0 y1. */
  private static FloatVector lower(FloatVector x, FloatVector y) {
    return x.blend(y.rearrange(SWAP_HALVES), UPPER);
  }

  /** x2 x3 y2 y3. */
  private static FloatVector upper(FloatVector x, FloatVector y) {
    return x.rearrange(SWAP_HALVES).blend(y, UPPER);
  }

  /** x0 y0 x2 y2. */
  private static FloatVector even(FloatVector x, FloatVector y) {
    return x.blend(y.rearrange(SWAP_PAIRS), ODD);
  }

  /** x1 y1 x3 y3. */
  private static FloatVector odd(FloatVector x, FloatVector y) {
    return x.rearrange(SWAP_PAIRS).blend(y, ODD);
  }
}
