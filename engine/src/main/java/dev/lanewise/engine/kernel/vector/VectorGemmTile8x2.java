package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernel beside {@link VectorGemmTile8x3} for what columns that leaves over: 16 sums, two
 * for each cycle of latency and FMA unit.
 *
 * <p>Made as {@link VectorGemmTile5x2}, for the reasons given there.
 */
final class VectorGemmTile8x2 {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  static final int ROWS = 8;
  static final int VECTORS = 2;

  private VectorGemmTile8x2() {}

  /** As {@link VectorGemmTile#run}. */
  static void run(
      int k,
      float[] a,
      int aAt,
      MemorySegment b,
      long bAt,
      long bStep,
      MemorySegment to,
      long t,
      long row) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    FloatVector c40 = FloatVector.zero(F);
    FloatVector c41 = FloatVector.zero(F);
    FloatVector c50 = FloatVector.zero(F);
    FloatVector c51 = FloatVector.zero(F);
    FloatVector c60 = FloatVector.zero(F);
    FloatVector c61 = FloatVector.zero(F);
    FloatVector c70 = FloatVector.zero(F);
    FloatVector c71 = FloatVector.zero(F);
    long at = bAt;
    for (int p = 0; p < k; p++, at += bStep) {
      int r = aAt + p * 8;
      FloatVector b0 = FloatVector.fromMemorySegment(F, b, at, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, b, at + V, NATIVE);
      FloatVector a0 = FloatVector.broadcast(F, a[r]);
      c00 = Lanes.multiplyAdd(a0, b0, c00);
      c01 = Lanes.multiplyAdd(a0, b1, c01);
      FloatVector a1 = FloatVector.broadcast(F, a[r + 1]);
      c10 = Lanes.multiplyAdd(a1, b0, c10);
      c11 = Lanes.multiplyAdd(a1, b1, c11);
      FloatVector a2 = FloatVector.broadcast(F, a[r + 2]);
      c20 = Lanes.multiplyAdd(a2, b0, c20);
      c21 = Lanes.multiplyAdd(a2, b1, c21);
      FloatVector a3 = FloatVector.broadcast(F, a[r + 3]);
      c30 = Lanes.multiplyAdd(a3, b0, c30);
      c31 = Lanes.multiplyAdd(a3, b1, c31);
      FloatVector a4 = FloatVector.broadcast(F, a[r + 4]);
      c40 = Lanes.multiplyAdd(a4, b0, c40);
      c41 = Lanes.multiplyAdd(a4, b1, c41);
      FloatVector a5 = FloatVector.broadcast(F, a[r + 5]);
      c50 = Lanes.multiplyAdd(a5, b0, c50);
      c51 = Lanes.multiplyAdd(a5, b1, c51);
      FloatVector a6 = FloatVector.broadcast(F, a[r + 6]);
      c60 = Lanes.multiplyAdd(a6, b0, c60);
      c61 = Lanes.multiplyAdd(a6, b1, c61);
      FloatVector a7 = FloatVector.broadcast(F, a[r + 7]);
      c70 = Lanes.multiplyAdd(a7, b0, c70);
      c71 = Lanes.multiplyAdd(a7, b1, c71);
    }
    c00.intoMemorySegment(to, t, NATIVE);
    c01.intoMemorySegment(to, t + V, NATIVE);
    c10.intoMemorySegment(to, t + row, NATIVE);
    c11.intoMemorySegment(to, t + row + V, NATIVE);
    c20.intoMemorySegment(to, t + 2 * row, NATIVE);
    c21.intoMemorySegment(to, t + 2 * row + V, NATIVE);
    c30.intoMemorySegment(to, t + 3 * row, NATIVE);
    c31.intoMemorySegment(to, t + 3 * row + V, NATIVE);
    c40.intoMemorySegment(to, t + 4 * row, NATIVE);
    c41.intoMemorySegment(to, t + 4 * row + V, NATIVE);
    c50.intoMemorySegment(to, t + 5 * row, NATIVE);
    c51.intoMemorySegment(to, t + 5 * row + V, NATIVE);
    c60.intoMemorySegment(to, t + 6 * row, NATIVE);
    c61.intoMemorySegment(to, t + 6 * row + V, NATIVE);
    c70.intoMemorySegment(to, t + 7 * row, NATIVE);
    c71.intoMemorySegment(to, t + 7 * row + V, NATIVE);
  }
}
