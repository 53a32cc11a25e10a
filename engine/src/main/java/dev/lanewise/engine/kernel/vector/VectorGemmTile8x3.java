package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
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

  static final int ROWS = 8;
  static final int VECTORS = 3;

  private VectorGemmTile8x3() {}

  /** As {@link VectorGemmTile#run}. */
  static void run(int k, float[] a, int aAt, MemorySegment b, long bAt, long bStep, float[] tile) {
    b = Memory.known(b);
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
      FloatVector b0 = Lanes.load(b, at);
      FloatVector b1 = Lanes.load(b, at + V);
      FloatVector b2 = Lanes.load(b, at + 2 * V);
      FloatVector a0 = Lanes.broadcast(a[r]);
      c00 = Lanes.multiplyAdd(b0, a0, c00);
      c01 = Lanes.multiplyAdd(b1, a0, c01);
      c02 = Lanes.multiplyAdd(b2, a0, c02);
      FloatVector a1 = Lanes.broadcast(a[r + 1]);
      c10 = Lanes.multiplyAdd(b0, a1, c10);
      c11 = Lanes.multiplyAdd(b1, a1, c11);
      c12 = Lanes.multiplyAdd(b2, a1, c12);
      FloatVector a2 = Lanes.broadcast(a[r + 2]);
      c20 = Lanes.multiplyAdd(b0, a2, c20);
      c21 = Lanes.multiplyAdd(b1, a2, c21);
      c22 = Lanes.multiplyAdd(b2, a2, c22);
      FloatVector a3 = Lanes.broadcast(a[r + 3]);
      c30 = Lanes.multiplyAdd(b0, a3, c30);
      c31 = Lanes.multiplyAdd(b1, a3, c31);
      c32 = Lanes.multiplyAdd(b2, a3, c32);
      FloatVector a4 = Lanes.broadcast(a[r + 4]);
      c40 = Lanes.multiplyAdd(b0, a4, c40);
      c41 = Lanes.multiplyAdd(b1, a4, c41);
      c42 = Lanes.multiplyAdd(b2, a4, c42);
      FloatVector a5 = Lanes.broadcast(a[r + 5]);
      c50 = Lanes.multiplyAdd(b0, a5, c50);
      c51 = Lanes.multiplyAdd(b1, a5, c51);
      c52 = Lanes.multiplyAdd(b2, a5, c52);
      FloatVector a6 = Lanes.broadcast(a[r + 6]);
      c60 = Lanes.multiplyAdd(b0, a6, c60);
      c61 = Lanes.multiplyAdd(b1, a6, c61);
      c62 = Lanes.multiplyAdd(b2, a6, c62);
      FloatVector a7 = Lanes.broadcast(a[r + 7]);
      c70 = Lanes.multiplyAdd(b0, a7, c70);
      c71 = Lanes.multiplyAdd(b1, a7, c71);
      c72 = Lanes.multiplyAdd(b2, a7, c72);
    }
    ((FloatVector) c00.check(F)).intoArray(tile, 0);
    ((FloatVector) c01.check(F)).intoArray(tile, L);
    ((FloatVector) c02.check(F)).intoArray(tile, 2 * L);
    ((FloatVector) c10.check(F)).intoArray(tile, 3 * L);
    ((FloatVector) c11.check(F)).intoArray(tile, 4 * L);
    ((FloatVector) c12.check(F)).intoArray(tile, 5 * L);
    ((FloatVector) c20.check(F)).intoArray(tile, 6 * L);
    ((FloatVector) c21.check(F)).intoArray(tile, 7 * L);
    ((FloatVector) c22.check(F)).intoArray(tile, 8 * L);
    ((FloatVector) c30.check(F)).intoArray(tile, 9 * L);
    ((FloatVector) c31.check(F)).intoArray(tile, 10 * L);
    ((FloatVector) c32.check(F)).intoArray(tile, 11 * L);
    ((FloatVector) c40.check(F)).intoArray(tile, 12 * L);
    ((FloatVector) c41.check(F)).intoArray(tile, 13 * L);
    ((FloatVector) c42.check(F)).intoArray(tile, 14 * L);
    ((FloatVector) c50.check(F)).intoArray(tile, 15 * L);
    ((FloatVector) c51.check(F)).intoArray(tile, 16 * L);
    ((FloatVector) c52.check(F)).intoArray(tile, 17 * L);
    ((FloatVector) c60.check(F)).intoArray(tile, 18 * L);
    ((FloatVector) c61.check(F)).intoArray(tile, 19 * L);
    ((FloatVector) c62.check(F)).intoArray(tile, 20 * L);
    ((FloatVector) c70.check(F)).intoArray(tile, 21 * L);
    ((FloatVector) c71.check(F)).intoArray(tile, 22 * L);
    ((FloatVector) c72.check(F)).intoArray(tile, 23 * L);
  }
}
