package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;

/** The shape of the micro-kernel's tile, and the micro-kernel of that shape. */
final class VectorGemmTile {

  /**
   * Whether there are the 32 registers that 8 x 3 vectors need: AVX-512 has them, and what prefers
   * 128 bits and has fused multiply-add is NEON, which has them too. AVX2 has 16.
   */
  private static final boolean LARGE = Lanes.FLOAT.vectorBitSize() != 256;

  /** Rows of a tile. */
  static final int ROWS = LARGE ? VectorGemmTile8x3.ROWS : VectorGemmTile5x2.ROWS;

  /** Columns of a tile: a number of whole vectors. */
  static final int COLUMNS =
      (LARGE ? VectorGemmTile8x3.VECTORS : VectorGemmTile5x2.VECTORS) * Lanes.FLOAT.length();

  private VectorGemmTile() {}

  /**
   * tile = A B.
   *
   * @param k the depth
   * @param a a panel of A: {@link #ROWS} elements for each of the k steps
   * @param aAt where it starts
   * @param b a panel of B: {@link #COLUMNS} elements for each step
   * @param bAt where it starts, in bytes
   * @param bStep from one step's elements to the next step's, in bytes
   * @param tile receives {@link #ROWS} x {@link #COLUMNS} sums, row-major
   */
  static void run(
      int k, float[] a, int aAt, MemorySegment b, long bAt, long bStep, MemorySegment tile) {
    if (LARGE) {
      VectorGemmTile8x3.run(k, a, aAt, b, bAt, bStep, tile);
    } else {
      VectorGemmTile5x2.run(k, a, aAt, b, bAt, bStep, tile);
    }
  }
}
