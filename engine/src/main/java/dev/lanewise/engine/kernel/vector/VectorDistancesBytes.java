package dev.lanewise.engine.kernel.vector;

import static jdk.incubator.vector.VectorOperators.ADD;
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
 * <p>A loop takes one row, whose sum leaves it as a number. Loops of two rows load a query half as
 * often, but their sums have to leave through memory: two vectors a row took 12 ns, and take 7,
 * thirteen 36 and 24 (Zen 5, 512 bits; 256 bits 13 and 10, 56 and 36). With the vector at a row's
 * end or other measures in the same method C2 would run out of its inlining budget and box the
 * vectors; for L1 it has room.
 */
final class VectorDistancesBytes {

  private static final VectorSpecies<Byte> BYTE = Lanes.BYTE;
  private static final VectorSpecies<Short> SHORT = Lanes.SHORT;
  private static final VectorSpecies<Integer> INT = Lanes.INT;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final int STEP = BYTE.length();

  /**
   * How many steps add up in 16-bit lanes before they must be emptied: E + O gains at most 510 a
   * step, and 65 * 510 = 33,150, with the columns at the end, fits 16 bits.
   */
  private static final int SHORT_STEPS = 64;

  /** Zeros, then ones: a vector loaded at offset r keeps the last r bytes of a vector. */
  private static final byte[] KEEP = new byte[2 * STEP];

  static {
    Arrays.fill(KEEP, STEP, 2 * STEP, (byte) -1);
  }

  /**
   * Whether columns at the end are taken even where there are none: indexes have sums padded to
   * half a vector of 512 bits, and 14 ns a row of 224 columns are 16 with a branch. Narrower
   * vectors, which fit, take 12 ns with it and 15 without.
   */
  private static final boolean ALWAYS_REST = STEP > 32;

  /**
   * What positions advance by: {@link #STEP}, as a variable. With the constant C2 knows where a
   * loop will end and checks ranges ahead of it, in some 60 instructions that take longer than the
   * checks of the few vectors of a row: 9 ns for 7 with two vectors, 20 for 14 with four.
   */
  private static long step = STEP;

  private VectorDistancesBytes() {}

  /** Between two rows, given by the positions of their first elements. */
  static int measure(
      Metric metric, MemorySegment q, long q0, MemorySegment r, long r0, int columns) {
    if (columns < STEP) {
      return narrow(metric, q, q0, r, r0, columns);
    }
    int rest = columns % STEP;
    int whole = columns - rest;
    int last = columns - STEP;
    return switch (metric) {
      case L1 -> {
        int sum = 0;
        for (int from = 0; from < whole; from += SHORT_STEPS * STEP) {
          int steps = Math.min((whole - from) / STEP, SHORT_STEPS);
          sum += l1(q, q0, r, r0, from, steps, step, last, from == 0 ? rest : 0);
        }
        yield sum;
      }
      case SQUARED_L2 ->
          squaredL2(q, q0, r, r0, whole / STEP, step)
              + (rest == 0 ? 0 : squaredL2Rest(q, q0 + last, r, r0 + last, rest));
      case DOT ->
          dot(q, q0, r, r0, whole / STEP, step)
              + (rest == 0 ? 0 : dotRest(q, q0 + last, r, r0 + last, rest));
    };
  }

  /**
   * The columns of some steps.
   *
   * @param last where the last vector of the row begins
   * @param rest how many columns at its end count too
   */
  private static int l1(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long r0,
      int from,
      int steps,
      long step,
      int last,
      int rest) {
    q = Memory.known(q);
    r = Memory.known(r);
    ShortVector all = ShortVector.zero(SHORT);
    ShortVector odds = all;
    if (ALWAYS_REST || rest > 0) {
      ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0 + last, NATIVE);
      ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0 + last, NATIVE);
      ByteVector keep = ByteVector.fromArray(BYTE, KEEP, rest);
      ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).and(keep).reinterpretAsShorts();
      all = d;
      odds = d.lanewise(LSHR, 8);
    }
    long xAt = q0 + from;
    long yAt = r0 + from;
    for (int i = 0; i < steps; i++) {
      ByteVector x = ByteVector.fromMemorySegment(BYTE, q, xAt, NATIVE);
      ByteVector y = ByteVector.fromMemorySegment(BYTE, r, yAt, NATIVE);
      ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all = d.add(all);
      odds = d.lanewise(LSHR, 8).add(odds);
      xAt += step;
      yAt += step;
    }
    // E + O = all - 256 O + O, an unsigned 16-bit number a lane.
    IntVector pairs =
        ShortVector.broadcast(SHORT, (short) -255).mul(odds).add(all).reinterpretAsInts();
    return pairs.and(0xFFFF).add(pairs.lanewise(LSHR, 16)).reduceLanes(ADD);
  }

  private static int squaredL2(
      MemorySegment q, long x0, MemorySegment r, long y0, int steps, long step) {
    q = Memory.known(q);
    r = Memory.known(r);
    long q0 = x0;
    long r0 = y0;
    IntVector all = IntVector.zero(INT);
    IntVector high = all;
    ShortVector low = ShortVector.broadcast(SHORT, (short) 0xFF);
    for (int i = 0; i < steps; i++) {
      ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE);
      ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE);
      ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      ShortVector e = d.and(low);
      ShortVector o = d.lanewise(LSHR, 8);
      // 255^2 = 65,025 fits an unsigned 16-bit lane.
      IntVector even = e.mul(e).reinterpretAsInts();
      IntVector odd = o.mul(o).reinterpretAsInts();
      all = even.add(odd).add(all);
      high = even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)).add(high);
      q0 += step;
      r0 += step;
    }
    return lowAndHigh(all, high);
  }

  private static int squaredL2Rest(MemorySegment q, long q0, MemorySegment r, long r0, int rest) {
    q = Memory.known(q);
    r = Memory.known(r);
    ByteVector x = ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE);
    ByteVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE);
    ByteVector keep = ByteVector.fromArray(BYTE, KEEP, rest);
    ShortVector d = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).and(keep).reinterpretAsShorts();
    ShortVector e = d.and((short) 0xFF);
    ShortVector o = d.lanewise(LSHR, 8);
    IntVector even = e.mul(e).reinterpretAsInts();
    IntVector odd = o.mul(o).reinterpretAsInts();
    return lowAndHigh(even.add(odd), even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)));
  }

  private static int dot(MemorySegment q, long x0, MemorySegment r, long y0, int steps, long step) {
    q = Memory.known(q);
    r = Memory.known(r);
    long q0 = x0;
    long r0 = y0;
    IntVector all = IntVector.zero(INT);
    IntVector high = all;
    ShortVector low = ShortVector.broadcast(SHORT, (short) 0xFF);
    for (int i = 0; i < steps; i++) {
      ShortVector x = ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE).reinterpretAsShorts();
      ShortVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE).reinterpretAsShorts();
      IntVector even = x.and(low).mul(y.and(low)).reinterpretAsInts();
      IntVector odd = x.lanewise(LSHR, 8).mul(y.lanewise(LSHR, 8)).reinterpretAsInts();
      all = even.add(odd).add(all);
      high = even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)).add(high);
      q0 += step;
      r0 += step;
    }
    return lowAndHigh(all, high);
  }

  private static int dotRest(MemorySegment q, long q0, MemorySegment r, long r0, int rest) {
    q = Memory.known(q);
    r = Memory.known(r);
    ByteVector keep = ByteVector.fromArray(BYTE, KEEP, rest);
    ShortVector x =
        ByteVector.fromMemorySegment(BYTE, q, q0, NATIVE).and(keep).reinterpretAsShorts();
    ShortVector y = ByteVector.fromMemorySegment(BYTE, r, r0, NATIVE).reinterpretAsShorts();
    IntVector even = x.and((short) 0xFF).mul(y.and((short) 0xFF)).reinterpretAsInts();
    IntVector odd = x.lanewise(LSHR, 8).mul(y.lanewise(LSHR, 8)).reinterpretAsInts();
    return lowAndHigh(even.add(odd), even.lanewise(LSHR, 16).add(odd.lanewise(LSHR, 16)));
  }

  /** Low plus high halves, all - 65,536 H + H, modulo 2^32; the sum fits an int. */
  private static int lowAndHigh(IntVector all, IntVector high) {
    return IntVector.broadcast(INT, -65_535).mul(high).add(all).reduceLanes(ADD);
  }

  /** Rows narrower than a vector: one element at a time. */
  private static int narrow(
      Metric metric, MemorySegment q, long q0, MemorySegment r, long r0, int columns) {
    q = Memory.known(q);
    r = Memory.known(r);
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
