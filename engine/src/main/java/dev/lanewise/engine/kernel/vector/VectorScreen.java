package dev.lanewise.engine.kernel.vector;

import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.UMAX;
import static jdk.incubator.vector.VectorOperators.UMIN;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
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
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final int V = FLOAT.length();
  private static final int FLOAT_TILE = 2 * V;
  private static final int BYTE_TILE = BYTE.length();

  /** Even and odd lanes are bytes of one 16-bit lane; so are their bits of a mask. */
  private static final long EVEN = 0x5555_5555_5555_5555L;

  /**
   * Queries a tile. Four queries x two vectors of floats are 8 sums, as many as cover the latency
   * of two FMA units; four queries x one vector of bytes are 8 as well, an even and an odd one each.
   */
  static final int QUERIES = 4;

  private VectorScreen() {}

  static void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits) {
    Shapes.screen("dotsAtLeast", queries, vectors, limits.length, counts, hits);
    int m = queries.rows();
    int n = vectors.columns();
    int d = queries.columns();
    Arrays.fill(counts, 0, m, 0);
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    int groups = Math.ceilDiv(m, QUERIES);
    if (workspace.panel.length < groups * QUERIES * d) {
      workspace.panel = new float[groups * QUERIES * d];
    }
    float[] panel = workspace.panel;
    for (int i = 0; i < groups * QUERIES; i++) {
      pack(queries, Math.min(i, m - 1), panel, i / QUERIES * QUERIES * d + i % QUERIES);
    }
    MemorySegment v = vectors.segment();
    long first = Float.BYTES * vectors.offset();
    long step = Float.BYTES * (long) vectors.stride();
    int whole = n - n % FLOAT_TILE;
    for (int j = 0; j < whole; j += FLOAT_TILE) {
      for (int g = 0; g < groups; g++) {
        int i = g * QUERIES;
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
            workspace.masks);
        emit(workspace.masks, i, Math.min(QUERIES, m - i), j, n, counts, hits);
      }
    }
    for (int i = 0; i < m && whole < n; i++) {
      int at = i / QUERIES * QUERIES * d + i % QUERIES;
      for (int j = whole; j < n; j++) {
        if (dot(d, panel, at, v, first + (long) Float.BYTES * j, step) >= limits[i]) {
          hits[i * n + counts[i]++] = j;
        }
      }
    }
    workspace.giveBack();
  }

  private static void pack(FloatMatrix queries, int row, float[] panel, int at) {
    MemorySegment q = queries.segment();
    long from = Float.BYTES * (queries.offset() + (long) row * queries.stride());
    for (int p = 0; p < queries.columns(); p++) {
      panel[at + p * QUERIES] = q.get(ValueLayout.JAVA_FLOAT_UNALIGNED, from + 4L * p);
    }
  }

  private static void emit(
      long[] masks, int i, int queries, int j, int n, int[] counts, int[] hits) {
    for (int q = 0; q < queries; q++) {
      for (long mask = masks[q]; mask != 0; mask &= mask - 1) {
        hits[(i + q) * n + counts[i + q]++] = j + Long.numberOfTrailingZeros(mask);
      }
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
      long[] masks) {
    FloatVector c00 = FloatVector.zero(FLOAT);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    for (int p = 0; p < d; p++) {
      long q = first + p * step;
      int r = at + p * QUERIES;
      FloatVector b0 = FloatVector.fromMemorySegment(FLOAT, b, q, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(FLOAT, b, q + 4L * V, NATIVE);
      FloatVector x = FloatVector.broadcast(FLOAT, a[r]);
      c00 = Lanes.multiplyAdd(x, b0, c00);
      c01 = Lanes.multiplyAdd(x, b1, c01);
      x = FloatVector.broadcast(FLOAT, a[r + 1]);
      c10 = Lanes.multiplyAdd(x, b0, c10);
      c11 = Lanes.multiplyAdd(x, b1, c11);
      x = FloatVector.broadcast(FLOAT, a[r + 2]);
      c20 = Lanes.multiplyAdd(x, b0, c20);
      c21 = Lanes.multiplyAdd(x, b1, c21);
      x = FloatVector.broadcast(FLOAT, a[r + 3]);
      c30 = Lanes.multiplyAdd(x, b0, c30);
      c31 = Lanes.multiplyAdd(x, b1, c31);
    }
    masks[0] = c00.compare(GE, limit0).toLong() | c01.compare(GE, limit0).toLong() << V;
    masks[1] = c10.compare(GE, limit1).toLong() | c11.compare(GE, limit1).toLong() << V;
    masks[2] = c20.compare(GE, limit2).toLong() | c21.compare(GE, limit2).toLong() << V;
    masks[3] = c30.compare(GE, limit3).toLong() | c31.compare(GE, limit3).toLong() << V;
  }

  private static float dot(int d, float[] a, int at, MemorySegment b, long first, long step) {
    float sum = 0;
    for (int p = 0; p < d; p++) {
      sum += a[at + p * QUERIES] * b.get(ValueLayout.JAVA_FLOAT_UNALIGNED, first + p * step);
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
    Arrays.fill(counts, 0, m, 0);
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    int groups = Math.ceilDiv(m, QUERIES);
    if (workspace.bytePanel.length < groups * QUERIES * d) {
      workspace.bytePanel = new byte[groups * QUERIES * d];
    }
    byte[] panel = workspace.bytePanel;
    for (int i = 0; i < groups * QUERIES; i++) {
      pack(queries, Math.min(i, m - 1), panel, i / QUERIES * QUERIES * d + i % QUERIES);
    }
    MemorySegment v = vectors.segment();
    long step = vectors.stride();
    int whole = n - n % BYTE_TILE;
    for (int j = 0; j < whole; j += BYTE_TILE) {
      for (int g = 0; g < groups; g++) {
        int i = g * QUERIES;
        l1Tile(
            d,
            panel,
            i * d,
            v,
            vectors.offset() + j,
            step,
            narrow(limits[i]),
            narrow(limits[Math.min(i + 1, m - 1)]),
            narrow(limits[Math.min(i + 2, m - 1)]),
            narrow(limits[Math.min(i + 3, m - 1)]),
            workspace.masks);
        emit(workspace.masks, i, Math.min(QUERIES, m - i), j, n, counts, hits);
      }
    }
    for (int i = 0; i < m && whole < n; i++) {
      int at = i / QUERIES * QUERIES * d + i % QUERIES;
      for (int j = whole; j < n; j++) {
        if (l1(d, panel, at, v, vectors.offset() + j, step) <= limits[i]) {
          hits[i * n + counts[i]++] = j;
        }
      }
    }
    workspace.giveBack();
  }

  /** A limit as the 15-bit sums see it: none is below 0 or above the largest short. */
  private static short narrow(int limit) {
    return (short) Math.clamp(limit, -1, Short.MAX_VALUE);
  }

  private static void pack(ByteMatrix queries, int row, byte[] panel, int at) {
    MemorySegment q = queries.segment();
    long from = queries.offset() + (long) row * queries.stride();
    for (int p = 0; p < queries.columns(); p++) {
      panel[at + p * QUERIES] = q.get(ValueLayout.JAVA_BYTE, from + p);
    }
  }

  /** Even and odd bytes add up apart, split as in {@link VectorDistancesBytes}. */
  private static void l1Tile(
      int d,
      byte[] a,
      int at,
      MemorySegment b,
      long first,
      long step,
      short limit0,
      short limit1,
      short limit2,
      short limit3,
      long[] masks) {
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
      ByteVector x = ByteVector.broadcast(BYTE, a[r]);
      ShortVector e = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all0 = all0.add(e);
      odd0 = odd0.add(e.lanewise(LSHR, 8));
      x = ByteVector.broadcast(BYTE, a[r + 1]);
      e = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all1 = all1.add(e);
      odd1 = odd1.add(e.lanewise(LSHR, 8));
      x = ByteVector.broadcast(BYTE, a[r + 2]);
      e = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all2 = all2.add(e);
      odd2 = odd2.add(e.lanewise(LSHR, 8));
      x = ByteVector.broadcast(BYTE, a[r + 3]);
      e = x.lanewise(UMAX, y).sub(x.lanewise(UMIN, y)).reinterpretAsShorts();
      all3 = all3.add(e);
      odd3 = odd3.add(e.lanewise(LSHR, 8));
    }
    masks[0] = mask(all0, odd0, limit0);
    masks[1] = mask(all1, odd1, limit1);
    masks[2] = mask(all2, odd2, limit2);
    masks[3] = mask(all3, odd3, limit3);
  }

  private static long mask(ShortVector all, ShortVector odd, short limit) {
    long even = all.sub(odd.lanewise(LSHL, 8)).compare(LE, limit).toLong();
    return Long.expand(even, EVEN) | Long.expand(odd.compare(LE, limit).toLong(), ~EVEN);
  }

  private static int l1(int d, byte[] a, int at, MemorySegment b, long first, long step) {
    int sum = 0;
    for (int p = 0; p < d; p++) {
      int x = a[at + p * QUERIES] & 0xFF;
      sum += Math.abs(x - (b.get(ValueLayout.JAVA_BYTE, first + p * step) & 0xFF));
    }
    return sum;
  }
}
