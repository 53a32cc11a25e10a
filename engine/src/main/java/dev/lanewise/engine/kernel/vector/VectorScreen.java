package dev.lanewise.engine.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.UMAX;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Screens pairs: the values are compared with a limit while they are in registers and never
 * written; only the few pairs that pass leave, as bits.
 *
 * <p>Vectors lie in columns, so that lanes are different vectors and no lane is ever added to
 * another. What is left of the columns after whole tiles is done one by one; whoever can, asks for
 * whole tiles.
 */
final class VectorScreen {

  private static final VectorSpecies<Float> FLOAT = Lanes.FLOAT;
  private static final VectorSpecies<Byte> BYTE = Lanes.BYTE;
  private static final VectorSpecies<Short> SHORT = Lanes.SHORT;
  private static final VectorSpecies<Integer> INT = Lanes.INT;
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final int V = FLOAT.length();
  private static final int S = SHORT.length();
  private static final int FLOAT_TILE = 2 * V;
  private static final int BYTE_TILE = BYTE.length();

  /** Even and odd lanes are bytes of one 16-bit lane; so are their bits of a mask. */
  private static final long EVEN = 0x5555_5555_5555_5555L;

  /**
   * Queries a tile of floats. With two vectors they make 10 sums; 8 would cover the latency of two
   * FMA units if nothing else got in their way, and 12 leave no register for what is loaded.
   */
  static final int FLOAT_QUERIES = 5;

  /** Queries a tile of bytes: with one vector 8 sums, an even and an odd one each. */
  static final int QUERIES = 4;

  /** Positions that are written at once, from words that have 1 on average. */
  private static final int AT_ONCE = 4;

  private VectorScreen() {}

  static void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits) {
    Shapes.screen("dotsAtLeast", queries, vectors, limits.length, counts, hits);
    int m = queries.rows();
    int n = vectors.columns();
    int d = queries.columns();
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    int words = workspace.words(m, n);
    int groups = Math.ceilDiv(m, FLOAT_QUERIES);
    workspace.panel(groups * FLOAT_QUERIES, d);
    float[] panel = workspace.panel;
    for (int i = 0; i < groups * FLOAT_QUERIES; i++) {
      pack(
          queries,
          Math.min(i, m - 1),
          panel,
          i / FLOAT_QUERIES * FLOAT_QUERIES * d + i % FLOAT_QUERIES);
    }
    MemorySegment v = Memory.of(vectors);
    long first = Memory.at(vectors, 0);
    long step = Float.BYTES * (long) vectors.stride();
    int whole = n - n % FLOAT_TILE;
    for (int j = 0; j < whole; j += FLOAT_TILE) {
      for (int g = 0; g < groups; g++) {
        int i = g * FLOAT_QUERIES;
        dotTile(
            d,
            panel,
            i * d,
            v,
            first + (long) Float.BYTES * j,
            step,
            limits[i],
            limits[Math.min(i + 1, m - 1)],
            limits[Math.min(i + 2, m - 1)],
            limits[Math.min(i + 3, m - 1)],
            limits[Math.min(i + 4, m - 1)],
            workspace.masks);
        note(workspace, i, Math.min(FLOAT_QUERIES, m - i), j, words);
      }
    }
    emit(workspace.words, words, m, n, counts, hits);
    for (int i = 0; i < m && whole < n; i++) {
      int at = i / FLOAT_QUERIES * FLOAT_QUERIES * d + i % FLOAT_QUERIES;
      for (int j = whole; j < n; j++) {
        if (dot(d, panel, at, v, first + (long) Float.BYTES * j, step) >= limits[i]) {
          hits[i * n + counts[i]++] = j;
        }
      }
    }
    workspace.giveBack();
  }

  private static void pack(FloatMatrix queries, int row, float[] panel, int at) {
    MemorySegment q = Memory.of(queries);
    long from = Memory.at(queries, row);
    for (int p = 0; p < queries.columns(); p++) {
      panel[at + p * FLOAT_QUERIES] = q.get(ValueLayout.JAVA_FLOAT_UNALIGNED, from + 4L * p);
    }
  }

  /** Keeps the bits of a tile, a row of words for each query. */
  private static void note(
      VectorDistancesWorkspace workspace, int i, int queries, int j, int words) {
    int at = i * words + j / Long.SIZE;
    for (int q = 0; q < queries; q++) {
      workspace.words[at + q * words] |= workspace.masks[q] << j;
    }
  }

  /**
   * Turns bits into positions. Few words have more than {@value #AT_ONCE}, so that many are written
   * whether they are there or not: those that are not are overwritten by the next, or belong to the
   * next query. A loop over the bits of each tile, whose end no processor predicts, takes a fifth
   * of the whole scan where 1.5 % pass.
   */
  private static void emit(long[] bits, int words, int m, int n, int[] counts, int[] hits) {
    for (int i = 0; i < m; i++) {
      int start = i * n;
      int at = start;
      for (int w = 0; w < words; w++) {
        long mask = bits[i * words + w];
        int next = at + Long.bitCount(mask);
        int base = w * Long.SIZE;
        if (at + AT_ONCE <= m * n) {
          for (int h = 0; h < AT_ONCE; h++) {
            hits[at + h] = base + Long.numberOfTrailingZeros(mask);
            mask &= mask - 1;
          }
          at += AT_ONCE;
        }
        for (; mask != 0; mask &= mask - 1) {
          hits[at++] = base + Long.numberOfTrailingZeros(mask);
        }
        at = next;
      }
      counts[i] = at - start;
    }
  }

  private static void dotTile(
      int d,
      float[] a,
      int at,
      MemorySegment b,
      long first,
      long step,
      float limit0,
      float limit1,
      float limit2,
      float limit3,
      float limit4,
      long[] masks) {
    b = Memory.known(b);
    FloatVector c00 = FloatVector.zero(FLOAT);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    long q = first;
    int end = at + d * FLOAT_QUERIES;
    for (int r = at; r < end; r += FLOAT_QUERIES) {
      FloatVector b0 = Lanes.load(b, q);
      FloatVector b1 = Lanes.load(b, q + 4L * V);
      FloatVector x = Lanes.broadcast(a[r]);
      c00 = Lanes.multiplyAdd(x, b0, c00);
      c01 = Lanes.multiplyAdd(x, b1, c01);
      x = Lanes.broadcast(a[r + 1]);
      c10 = Lanes.multiplyAdd(x, b0, c10);
      c11 = Lanes.multiplyAdd(x, b1, c11);
      x = Lanes.broadcast(a[r + 2]);
      c20 = Lanes.multiplyAdd(x, b0, c20);
      c21 = Lanes.multiplyAdd(x, b1, c21);
      x = Lanes.broadcast(a[r + 3]);
      c30 = Lanes.multiplyAdd(x, b0, c30);
      c31 = Lanes.multiplyAdd(x, b1, c31);
      x = Lanes.broadcast(a[r + 4]);
      c40 = Lanes.multiplyAdd(x, b0, c40);
      c41 = Lanes.multiplyAdd(x, b1, c41);
      q += step;
    }
    masks[0] = c00.compare(GE, limit0).toLong() | c01.compare(GE, limit0).toLong() << V;
    masks[1] = c10.compare(GE, limit1).toLong() | c11.compare(GE, limit1).toLong() << V;
    masks[2] = c20.compare(GE, limit2).toLong() | c21.compare(GE, limit2).toLong() << V;
    masks[3] = c30.compare(GE, limit3).toLong() | c31.compare(GE, limit3).toLong() << V;
    masks[4] = c40.compare(GE, limit4).toLong() | c41.compare(GE, limit4).toLong() << V;
  }

  private static float dot(int d, float[] a, int at, MemorySegment b, long first, long step) {
    b = Memory.known(b);
    float sum = 0;
    for (int p = 0; p < d; p++) {
      sum += a[at + p * FLOAT_QUERIES] * b.get(ValueLayout.JAVA_FLOAT_UNALIGNED, first + p * step);
    }
    return sum;
  }

  static void l1AtMost(
      ByteMatrix queries, ByteMatrix vectors, int[] limits, int[] counts, int[] hits) {
    Shapes.screen("l1AtMost", queries, vectors, limits.length, counts, hits);
    Shapes.narrow(queries);
    int m = queries.rows();
    int n = vectors.columns();
    int d = queries.columns();
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    int words = workspace.words(m, n);
    int groups = Math.ceilDiv(m, QUERIES);
    workspace.bytePanel(groups * QUERIES, d);
    int[] panel = workspace.bytePanel;
    short[] tileLimits = workspace.limits;
    for (int i = 0; i < groups * QUERIES; i++) {
      int row = Math.min(i, m - 1);
      int sum = pack(queries, row, panel, i / QUERIES * QUERIES * d + i % QUERIES);
      tileLimits[i] = (short) Math.clamp((long) limits[row] + sum, -1, Short.MAX_VALUE);
    }
    MemorySegment v = Memory.of(vectors);
    long step = vectors.stride();
    int whole = n - n % BYTE_TILE;
    for (int j = 0; j < whole; j += BYTE_TILE) {
      long first = Memory.start(vectors) + j;
      tileSums(d, v, first, step, workspace.sums);
      for (int g = 0; g < groups; g++) {
        int i = g * QUERIES;
        l1Tile(d, panel, i * d, v, first, step, workspace.tile);
        for (int q = 0; q < QUERIES; q++) {
          workspace.masks[q] = mask(workspace.tile, q, workspace.sums, tileLimits[i + q]);
        }
        note(workspace, i, Math.min(QUERIES, m - i), j, words);
      }
    }
    emit(workspace.words, words, m, n, counts, hits);
    for (int i = 0; i < m && whole < n; i++) {
      int at = i / QUERIES * QUERIES * d + i % QUERIES;
      for (int j = whole; j < n; j++) {
        if (l1(d, panel, at, v, Memory.start(vectors) + j, step) <= limits[i]) {
          hits[i * n + counts[i]++] = j;
        }
      }
    }
    workspace.giveBack();
  }

  /**
   * Packs a row, each byte four times in an int, which a register is filled with straight from
   * memory; returns its sum.
   */
  private static int pack(ByteMatrix queries, int row, int[] panel, int at) {
    MemorySegment q = Memory.of(queries);
    long from = Memory.at(queries, row);
    int sum = 0;
    for (int p = 0; p < queries.columns(); p++) {
      int value = q.get(ValueLayout.JAVA_BYTE, from + p) & 0xFF;
      panel[at + p * QUERIES] = value * 0x0101_0101;
      sum += value;
    }
    return sum;
  }

  /** The sum of each vector of a tile: of the even ones, then of the odd ones. */
  private static void tileSums(int d, MemorySegment b, long first, long step, short[] sums) {
    b = Memory.known(b);
    ShortVector all = ShortVector.zero(SHORT);
    ShortVector odd = all;
    for (int p = 0; p < d; p++) {
      ShortVector y =
          ByteVector.fromMemorySegment(BYTE, b, first + p * step, NATIVE).reinterpretAsShorts();
      all = y.add(all);
      odd = y.lanewise(LSHR, 8).add(odd);
    }
    // all - 256 odd
    ShortVector.broadcast(SHORT, (short) -256).mul(odd).add(all).intoArray(sums, 0);
    ((ShortVector) odd.check(SHORT)).intoArray(sums, S);
  }

  /**
   * sum |a - b| = 2 sum max(a, b) - sum a - sum b, so the limit has sum a added and the comparison
   * takes sum b away: two operations less in the loop than with the difference itself. Even and odd
   * bytes add up apart, split as in {@link VectorDistancesBytes}; the largest value, twice 128 *
   * 255 less, fits 16 bits.
   */
  private static void l1Tile(
      int d, int[] a, int at, MemorySegment b, long first, long step, short[] tile) {
    b = Memory.known(b);
    ShortVector all0 = ShortVector.zero(SHORT);
    ShortVector all1 = all0;
    ShortVector all2 = all0;
    ShortVector all3 = all0;
    ShortVector odd0 = all0;
    ShortVector odd1 = all0;
    ShortVector odd2 = all0;
    ShortVector odd3 = all0;
    for (int p = 0; p < d; p++) {
      int r = at + p * QUERIES;
      ByteVector y = ByteVector.fromMemorySegment(BYTE, b, first + p * step, NATIVE);
      ShortVector e = max(a[r], y);
      all0 = e.add(all0);
      odd0 = e.lanewise(LSHR, 8).add(odd0);
      e = max(a[r + 1], y);
      all1 = e.add(all1);
      odd1 = e.lanewise(LSHR, 8).add(odd1);
      e = max(a[r + 2], y);
      all2 = e.add(all2);
      odd2 = e.lanewise(LSHR, 8).add(odd2);
      e = max(a[r + 3], y);
      all3 = e.add(all3);
      odd3 = e.lanewise(LSHR, 8).add(odd3);
    }
    ((ShortVector) all0.check(SHORT)).intoArray(tile, 0);
    ((ShortVector) odd0.check(SHORT)).intoArray(tile, S);
    ((ShortVector) all1.check(SHORT)).intoArray(tile, 2 * S);
    ((ShortVector) odd1.check(SHORT)).intoArray(tile, 3 * S);
    ((ShortVector) all2.check(SHORT)).intoArray(tile, 4 * S);
    ((ShortVector) odd2.check(SHORT)).intoArray(tile, 5 * S);
    ((ShortVector) all3.check(SHORT)).intoArray(tile, 6 * S);
    ((ShortVector) odd3.check(SHORT)).intoArray(tile, 7 * S);
  }

  private static ShortVector max(int x, ByteVector y) {
    return IntVector.broadcast(INT, x).reinterpretAsBytes().lanewise(UMAX, y).reinterpretAsShorts();
  }

  /**
   * A method of its own: with four of these at its end C2 does not inline the loop's operations.
   */
  private static long mask(short[] tile, int query, short[] sums, short limit) {
    ShortVector all = ShortVector.fromArray(SHORT, tile, 2 * query * S);
    ShortVector odd = ShortVector.fromArray(SHORT, tile, (2 * query + 1) * S);
    long evenBits =
        all.sub(odd.lanewise(LSHL, 8))
            .lanewise(LSHL, 1)
            .sub(ShortVector.fromArray(SHORT, sums, 0))
            .compare(LE, limit)
            .toLong();
    long oddBits =
        odd.lanewise(LSHL, 1)
            .sub(ShortVector.fromArray(SHORT, sums, S))
            .compare(LE, limit)
            .toLong();
    return Long.expand(evenBits, EVEN) | Long.expand(oddBits, ~EVEN);
  }

  private static int l1(int d, int[] a, int at, MemorySegment b, long first, long step) {
    b = Memory.known(b);
    int sum = 0;
    for (int p = 0; p < d; p++) {
      int x = a[at + p * QUERIES] & 0xFF;
      sum += Math.abs(x - (b.get(ValueLayout.JAVA_BYTE, first + p * step) & 0xFF));
    }
    return sum;
  }
}
