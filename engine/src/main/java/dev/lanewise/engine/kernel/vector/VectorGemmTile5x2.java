package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The micro-kernel for 16 vector registers (AVX2): a tile of 5 rows x 2 vectors keeps 10 sums,
 * which cover the latency (4 cycles) of 2 FMA units, and leaves 6 registers for B and the
 * broadcasts of A. The 12 sums that 16 registers could hold on paper are more than C2 colours
 * without spilling.
 *
 * <p>Panels of A are an array and not native memory, because C2 removes the range checks of an int
 * index and leaves those of a segment in the loop. The loop is not unrolled and the sums leave by
 * one plain store each: C1 has to be able to compile the method ("out of virtual registers"
 * otherwise), or HotSpot may leave it in a slow tier for good, and C2 gets no type profile.
 *
 * <p>The position of B is said to be one in each step: beside another program on the same core,
 * which gets every second instruction slot, two checks less are a quarter of the time. What else
 * shortens the loop lets C2 load all of A first, and then a sum is spilled.
 */
final class VectorGemmTile5x2 {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int L = F.length();
  private static final long V = F.vectorByteSize();

  static final int ROWS = 5;
  static final int VECTORS = 2;

  private VectorGemmTile5x2() {}

  /** As {@link VectorGemmTile#run}. */
  static void run(int k, float[] a, int aAt, MemorySegment b, long bAt, long bStep, float[] tile) {
    b = Memory.known(b);
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
    long next = bAt;
    for (int p = 0; p < k; p++, next += bStep) {
      int r = aAt + p * 5;
      long at = Memory.position(next);
      FloatVector b0 = Lanes.load(b, at);
      FloatVector b1 = Lanes.load(b, at + V);
      FloatVector a0 = Lanes.broadcast(a[r]);
      c00 = Lanes.multiplyAdd(b0, a0, c00);
      c01 = Lanes.multiplyAdd(b1, a0, c01);
      FloatVector a1 = Lanes.broadcast(a[r + 1]);
      c10 = Lanes.multiplyAdd(b0, a1, c10);
      c11 = Lanes.multiplyAdd(b1, a1, c11);
      FloatVector a2 = Lanes.broadcast(a[r + 2]);
      c20 = Lanes.multiplyAdd(b0, a2, c20);
      c21 = Lanes.multiplyAdd(b1, a2, c21);
      FloatVector a3 = Lanes.broadcast(a[r + 3]);
      c30 = Lanes.multiplyAdd(b0, a3, c30);
      c31 = Lanes.multiplyAdd(b1, a3, c31);
      FloatVector a4 = Lanes.broadcast(a[r + 4]);
      c40 = Lanes.multiplyAdd(b0, a4, c40);
      c41 = Lanes.multiplyAdd(b1, a4, c41);
    }
    ((FloatVector) c00.check(F)).intoArray(tile, 0);
    ((FloatVector) c01.check(F)).intoArray(tile, L);
    ((FloatVector) c10.check(F)).intoArray(tile, 2 * L);
    ((FloatVector) c11.check(F)).intoArray(tile, 3 * L);
    ((FloatVector) c20.check(F)).intoArray(tile, 4 * L);
    ((FloatVector) c21.check(F)).intoArray(tile, 5 * L);
    ((FloatVector) c30.check(F)).intoArray(tile, 6 * L);
    ((FloatVector) c31.check(F)).intoArray(tile, 7 * L);
    ((FloatVector) c40.check(F)).intoArray(tile, 8 * L);
    ((FloatVector) c41.check(F)).intoArray(tile, 9 * L);
  }
}
