package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernel for 32 vector registers (AVX-512, NEON): a tile of 8 rows x 3 vectors keeps 24
 * sums, 3 vectors of B and a broadcast of A in registers.
 *
 * <p>Made as {@link VectorGemmTile5x2}, for the reasons given there.
 */
final class VectorGemmTile8x3 {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int L = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  static final int ROWS = 8;
  static final int VECTORS = 3;

  private VectorGemmTile8x3() {}

  /** As {@link VectorGemmTile#run}. */
  static void run(int k, float[] a, int aAt, MemorySegment b, long bAt, long bStep, float[] tile) {
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = c00;
    FloatVector c02 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c12 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c22 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c32 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c42 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    FloatVector c52 = c00;
    FloatVector c60 = c00;
    FloatVector c61 = c00;
    FloatVector c62 = c00;
    FloatVector c70 = c00;
    FloatVector c71 = c00;
    FloatVector c72 = c00;
    long at = bAt;
    for (int p = 0; p < k; p++, at += bStep) {
      int r = aAt + p * 8;
      FloatVector b0 = FloatVector.fromMemorySegment(F, b, at, NATIVE);
      FloatVector b1 = FloatVector.fromMemorySegment(F, b, at + V, NATIVE);
      FloatVector b2 = FloatVector.fromMemorySegment(F, b, at + 2 * V, NATIVE);
      FloatVector a0 = FloatVector.broadcast(F, a[r]);
      c00 = Lanes.multiplyAdd(a0, b0, c00);
      c01 = Lanes.multiplyAdd(a0, b1, c01);
      c02 = Lanes.multiplyAdd(a0, b2, c02);
      FloatVector a1 = FloatVector.broadcast(F, a[r + 1]);
      c10 = Lanes.multiplyAdd(a1, b0, c10);
      c11 = Lanes.multiplyAdd(a1, b1, c11);
      c12 = Lanes.multiplyAdd(a1, b2, c12);
      FloatVector a2 = FloatVector.broadcast(F, a[r + 2]);
      c20 = Lanes.multiplyAdd(a2, b0, c20);
      c21 = Lanes.multiplyAdd(a2, b1, c21);
      c22 = Lanes.multiplyAdd(a2, b2, c22);
      FloatVector a3 = FloatVector.broadcast(F, a[r + 3]);
      c30 = Lanes.multiplyAdd(a3, b0, c30);
      c31 = Lanes.multiplyAdd(a3, b1, c31);
      c32 = Lanes.multiplyAdd(a3, b2, c32);
      FloatVector a4 = FloatVector.broadcast(F, a[r + 4]);
      c40 = Lanes.multiplyAdd(a4, b0, c40);
      c41 = Lanes.multiplyAdd(a4, b1, c41);
      c42 = Lanes.multiplyAdd(a4, b2, c42);
      FloatVector a5 = FloatVector.broadcast(F, a[r + 5]);
      c50 = Lanes.multiplyAdd(a5, b0, c50);
      c51 = Lanes.multiplyAdd(a5, b1, c51);
      c52 = Lanes.multiplyAdd(a5, b2, c52);
      FloatVector a6 = FloatVector.broadcast(F, a[r + 6]);
      c60 = Lanes.multiplyAdd(a6, b0, c60);
      c61 = Lanes.multiplyAdd(a6, b1, c61);
      c62 = Lanes.multiplyAdd(a6, b2, c62);
      FloatVector a7 = FloatVector.broadcast(F, a[r + 7]);
      c70 = Lanes.multiplyAdd(a7, b0, c70);
      c71 = Lanes.multiplyAdd(a7, b1, c71);
      c72 = Lanes.multiplyAdd(a7, b2, c72);
    }
    c00.intoArray(tile, 0);
    c01.intoArray(tile, L);
    c02.intoArray(tile, 2 * L);
    c10.intoArray(tile, 3 * L);
    c11.intoArray(tile, 4 * L);
    c12.intoArray(tile, 5 * L);
    c20.intoArray(tile, 6 * L);
    c21.intoArray(tile, 7 * L);
    c22.intoArray(tile, 8 * L);
    c30.intoArray(tile, 9 * L);
    c31.intoArray(tile, 10 * L);
    c32.intoArray(tile, 11 * L);
    c40.intoArray(tile, 12 * L);
    c41.intoArray(tile, 13 * L);
    c42.intoArray(tile, 14 * L);
    c50.intoArray(tile, 15 * L);
    c51.intoArray(tile, 16 * L);
    c52.intoArray(tile, 17 * L);
    c60.intoArray(tile, 18 * L);
    c61.intoArray(tile, 19 * L);
    c62.intoArray(tile, 20 * L);
    c70.intoArray(tile, 21 * L);
    c71.intoArray(tile, 22 * L);
    c72.intoArray(tile, 23 * L);
  }
}
