package dev.lanewise.engine.kernel.vector;

import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.UMAX;
import static jdk.incubator.vector.VectorOperators.UMIN;

import dev.lanewise.engine.kernel.Metric;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Exact measures between rows of unsigned bytes.
 *
 * <p>Lanes are split without shuffles. A vector of bytes x, seen as 16-bit lanes, holds e + 256 o
 * for an even byte e and an odd one o. Adding up x in one accumulator and x >>> 8 = o in another
 * gives, modulo 2^16, E + 256 O and O, so E is the first less 256 times the second: two additions
 * and a shift, and exact while E and O fit. Products are split the same way in 32-bit lanes.
 *
 * <p>The last vector of a row ends at the last column; the columns that it shares with the one
 * before count 0.
 *
 * <p>Partial sums leave a loop through an array and are reduced in a method of their own: with
 * reductions in the same method C2 runs out of its inlining budget and boxes the vectors. The same
 * happened with four rows in one loop, so a loop takes two, and with all measures in one method.
 */
final class VectorDistancesBytes {

  private static final VectorSpecies<Byte> BYTE = Lanes.BYTE;
  private static final VectorSpecies<Short> SHORT = Lanes.SHORT;
  private static final VectorSpecies<Integer> INT = Lanes.INT;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final int STEP = BYTE.length();
  private static final int INTS = INT.length();
  private static final int ROWS = VectorDistances.ROWS;

  /**
   * How many steps add up in 16-bit lanes before they must be emptied: E + O gains at most 510 a
   * step, and 64 * 510 = 32,640 fits a signed short.
   */
  private static final int SHORT_STEPS = 64;

  /** Where sums of high halves of products begin, after the rows' sums of the whole. */
  private static final int HIGH = ROWS * INTS;

  /** Zeros, then ones: a vector loaded at offset r keeps the last r bytes of a vector. */
  private static final byte[] KEEP = new byte[2 * STEP];

  static {
    Arrays.fill(KEEP, STEP, 2 * STEP, (byte) -1);
  }

  private VectorDistancesBytes() {}

  /** One query against four rows, given by the positions of their first elements. */
  static void oneToFour(
      Metric metric,
      MemorySegment q,
      long q0,
      MemorySegment r,
      int columns,
      VectorDistancesWorkspace workspace) {
    long[] rows = workspace.rows;
    int[] partial = workspace.partialInts;
    int[] results = workspace.ints;
    if (columns < STEP) {
      for (int i = 0; i < ROWS; i++) {
        results[i] = narrow(metric, q, q0, r, rows[i], columns);
      }
      return;
    }
    switch (metric) {
      case L1 -> l1(q, q0, r, rows, columns, partial, results);
      case SQUARED_L2 -> squaredL2(q, q0, r, rows, columns, partial, results);
      case DOT -> dot(q, q0, r, rows, columns, partial, results);
    }
  }

  private static void l1(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long[] rows,
      int columns,
      int[] partial,
      int[] results) {
    Arrays.fill(partial, 0);
    int whole = columns - columns % STEP;
    int from = 0;
    while (from < whole) {
      int to = Math.min(whole, from + SHORT_STEPS * STEP);
      for (int i = 0; i < ROWS; i += 2) {
        l1(q, q0, r, rows[i], rows[i + 1], from, to, partial, i * INTS);
      }
      from = to;
    }
    int last = columns - STEP;
    for (int i = 0; i < ROWS && whole < columns; i++) {
      l1Rest(q, q0 + last, r, rows[i] + last, columns - whole, partial, i * INTS);
    }
    reduce(partial, results);
  }

  private static void squaredL2(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long[] rows,
      int columns,
      int[] partial,
      int[] results) {
    int whole = columns - columns % STEP;
    for (int i = 0; i < ROWS; i += 2) {
      squaredL2(q, q0, r, rows[i], rows[i + 1], whole, partial, i * INTS);
    }
    int last = columns - STEP;
    for (int i = 0; i < ROWS && whole < columns; i++) {
      squaredL2Rest(q, q0 + last, r, rows[i] + last, columns - whole, partial, i * INTS);
    }
    reduceProducts(partial, results);
  }

  private static void dot(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long[] rows,
      int columns,
      int[] partial,
      int[] results) {
    int whole = columns - columns % STEP;
    for (int i = 0; i < ROWS; i += 2) {
      dot(q, q0, r, rows[i], rows[i + 1], whole, partial, i * INTS);
    }
    int last = columns - STEP;
    for (int i = 0; i < ROWS && whole < columns; i++) {
      dotRest(q, q0 + last, r, rows[i] + last, columns - whole, partial, i * INTS);
    }
    reduceProducts(partial, results);
  }

  private static void reduce(int[] partial, int[] results) {
    for (int r = 0; r < ROWS; r++) {
      results[r] = IntVector.fromArray(INT, partial, r * INTS).reduceLanes(VectorOperators.ADD);
    }
  }

  /** Low plus high halves, all - 65,536 H + H, modulo 2^32; the sum fits an int. */
  private static void reduceProducts(int[] partial, int[] results) {
    for (int r = 0; r < ROWS; r++) {
      IntVector all = IntVector.fromArray(INT, partial, r * INTS);
      IntVector high = IntVector.fromArray(INT, partial, HIGH + r * INTS);
      results[r] =
          all.sub(high.lanewise(VectorOperators.LSHL, 16))
              .add(high)
              .reduceLanes(VectorOperators.ADD);
    }
  }

  private static void l1(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long r0,
      long r1,
      int from,
      int to,
      int[] partial,
      int at) {
    ShortVector all0 = ShortVector.zero(SHORT);
    ShortVector all1 = all0;
    ShortVector odd0 = all0;
    ShortVector odd1 = all0;
    for (int p = from; p < to; p += STEP) {
      ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0 + p, NATIVE);
      ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0 + p, NATIVE);
      ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all0 = d.add(all0);
      odd0 = d.lanewise(LSHR, 8).add(odd0);
      y = ByteVector.fromMemorySegment(BYTE, r, r1 + p, NATIVE);
      d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all1 = d.add(all1);
      odd1 = d.lanewise(LSHR, 8).add(odd1);
    }
    // E + O = all - 256 O + O, a non-negative short a lane.
    ShortVector factor = ShortVector.broadcast(SHORT, (short) -255);
    IntVector pairs = factor.mul(odd0).add(all0).reinterpretAsInts();
    IntVector.fromArray(INT, partial, at)
        .add(pairs.and(0xFFFF))
        .add(pairs.lanewise(LSHR, 16))
        .intoArray(partial, at);
    pairs = factor.mul(odd1).add(all1).reinterpretAsInts();
    IntVector.fromArray(INT, partial, at + INTS)
        .add(pairs.and(0xFFFF))
        .add(pairs.lanewise(LSHR, 16))
        .intoArray(partial, at + INTS);
  }

  private static void l1Rest(
      MemorySegment q, long q0, MemorySegment r, long r0, int rest, int[] partial, int at) {
    ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE);
    ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE);
    ByteVector keep = ByteVector.fromArray(BYTE, KEEP, rest);
    ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).and(keep).reinterpretAsShorts();
    IntVector pairs = d.and((short) 0xFF).add(d.lanewise(LSHR, 8)).reinterpretAsInts();
    IntVector.fromArray(INT, partial, at)
        .add(pairs.and(0xFFFF))
        .add(pairs.lanewise(LSHR, 16))
        .intoArray(partial, at);
  }

  private static void squaredL2(
      MemorySegment q, long q0, MemorySegment r, long r0, long r1, int to, int[] partial, int at) {
    IntVector all0 = IntVector.zero(INT);
    IntVector all1 = all0;
    IntVector high0 = all0;
    IntVector high1 = all0;
    ShortVector low = ShortVector.broadcast(SHORT, (short) 0xFF);
    for (int p = 0; p < to; p += STEP) {
      ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0 + p, NATIVE);
      ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0 + p, NATIVE);
      ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      ShortVector e = d.and(low);
      ShortVector o = d.lanewise(LSHR, 8);
      IntVector even = e.mul(e).reinterpretAsInts();
      IntVector odd = o.mul(o).reinterpretAsInts();
      all0 = even.add(odd).add(all0);
      high0 = even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)).add(high0);
      y = ByteVector.fromMemorySegment(BYTE, r, r1 + p, NATIVE);
      d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      e = d.and(low);
      o = d.lanewise(LSHR, 8);
      even = e.mul(e).reinterpretAsInts();
      odd = o.mul(o).reinterpretAsInts();
      all1 = even.add(odd).add(all1);
      high1 = even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)).add(high1);
    }
    all0.intoArray(partial, at);
    all1.intoArray(partial, at + INTS);
    high0.intoArray(partial, HIGH + at);
    high1.intoArray(partial, HIGH + at + INTS);
  }

  private static void squaredL2Rest(
      MemorySegment q, long q0, MemorySegment r, long r0, int rest, int[] partial, int at) {
    ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE);
    ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE);
    ByteVector keep = ByteVector.fromArray(BYTE, KEEP, rest);
    ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).and(keep).reinterpretAsShorts();
    ShortVector e = d.and((short) 0xFF);
    ShortVector o = d.lanewise(LSHR, 8);
    // 255^2 = 65,025 fits an unsigned 16-bit lane.
    IntVector even = e.mul(e).reinterpretAsInts();
    IntVector odd = o.mul(o).reinterpretAsInts();
    IntVector.fromArray(INT, partial, at)
        .add(even.and(0xFFFF))
        .add(even.lanewise(LSHR, 16))
        .add(odd.and(0xFFFF))
        .add(odd.lanewise(LSHR, 16))
        .intoArray(partial, at);
  }

  private static void dot(
      MemorySegment q, long q0, MemorySegment r, long r0, long r1, int to, int[] partial, int at) {
    IntVector all0 = IntVector.zero(INT);
    IntVector all1 = all0;
    IntVector high0 = all0;
    IntVector high1 = all0;
    ShortVector low = ShortVector.broadcast(SHORT, (short) 0xFF);
    for (int p = 0; p < to; p += STEP) {
      ShortVector x = ByteVector.fromMemorySegment(BYTE, q, q0 + p, NATIVE).reinterpretAsShorts();
      ShortVector xEven = x.and(low);
      ShortVector xOdd = x.lanewise(LSHR, 8);
      ShortVector y = ByteVector.fromMemorySegment(BYTE, r, r0 + p, NATIVE).reinterpretAsShorts();
      IntVector even = xEven.mul(y.and(low)).reinterpretAsInts();
      IntVector odd = xOdd.mul(y.lanewise(LSHR, 8)).reinterpretAsInts();
      all0 = even.add(odd).add(all0);
      high0 = even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)).add(high0);
      y = ByteVector.fromMemorySegment(BYTE, r, r1 + p, NATIVE).reinterpretAsShorts();
      even = xEven.mul(y.and(low)).reinterpretAsInts();
      odd = xOdd.mul(y.lanewise(LSHR, 8)).reinterpretAsInts();
      all1 = even.add(odd).add(all1);
      high1 = even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)).add(high1);
    }
    all0.intoArray(partial, at);
    all1.intoArray(partial, at + INTS);
    high0.intoArray(partial, HIGH + at);
    high1.intoArray(partial, HIGH + at + INTS);
  }

  private static void dotRest(
      MemorySegment q, long q0, MemorySegment r, long r0, int rest, int[] partial, int at) {
    ByteVector keep = ByteVector.fromArray(BYTE, KEEP, rest);
    ShortVector x =
        ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE).and(keep).reinterpretAsShorts();
    ShortVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE).reinterpretAsShorts();
    IntVector even = x.and((short) 0xFF).mul(y.and((short) 0xFF)).reinterpretAsInts();
    IntVector odd = x.lanewise(LSHR, 8).mul(y.lanewise(LSHR, 8)).reinterpretAsInts();
    IntVector.fromArray(INT, partial, at)
        .add(even.and(0xFFFF))
        .add(even.lanewise(LSHR, 16))
        .add(odd.and(0xFFFF))
        .add(odd.lanewise(LSHR, 16))
        .intoArray(partial, at);
  }

  /** Rows narrower than a vector: one element at a time. */
  private static int narrow(
      Metric metric, MemorySegment q, long q0, MemorySegment r, long r0, int columns) {
    int sum = 0;
    for (int p = 0; p < columns; p++) {
      int a = q.get(ValueLayout.JAVA_BYTE, q0 + p) & 0xFF;
      int b = r.get(ValueLayout.JAVA_BYTE, r0 + p) & 0xFF;
      sum +=
          switch (metric) {
            case L1 -> Math.abs(a - b);
            case SQUARED_L2 -> (a - b) * (a - b);
            case DOT -> a * b;
          };
    }
    return sum;
  }
}
