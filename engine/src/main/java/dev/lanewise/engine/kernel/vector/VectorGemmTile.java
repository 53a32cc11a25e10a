package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;

/** The shapes of the micro-kernels' tiles, and the micro-kernels of those shapes. */
final class VectorGemmTile {

  private static final int LENGTH = Lanes.FLOAT.length();

  /**
   * Whether there are the 32 registers that 8 x 3 vectors need: AVX-512 has them, and what prefers
   * 128 bits and has fused multiply-add is NEON, which has them too. AVX2 has 16.
   */
  static final boolean LARGE = Lanes.FLOAT.vectorBitSize() != 256;

  /** Rows of a tile. */
  static final int ROWS = LARGE ? VectorGemmTile8x3.ROWS : VectorGemmTile5x2.ROWS;

  /** Columns of the widest tile: a number of whole vectors. */
  static final int COLUMNS =
      (LARGE ? VectorGemmTile8x3.VECTORS : VectorGemmTile5x2.VECTORS) * LENGTH;

  private static final int NARROW =
      (LARGE ? VectorGemmTile8x2.VECTORS : VectorGemmTile5x2.VECTORS) * LENGTH;

  private VectorGemmTile() {}

  /**
   * The columns of the next tile where so many are left. Four vectors are two and two and not three
   * and one, so no tile is wider than what is left by a whole vector, unless one vector is all
   * there is.
   */
  static int columns(int left) {
    return left <= NARROW || (left > COLUMNS && left <= 2 * NARROW) ? NARROW : COLUMNS;
  }

  /**
   * tile = A B.
   *
   * @param columns of the tile: {@link #columns} of some number
   * @param k the depth
   * @param a a panel of A: {@link #ROWS} elements for each of the k steps
   * @param aAt where it starts
   * @param b a panel of B: so many columns' elements for each step
   * @param bAt where it starts, in bytes
   * @param bStep from one step's elements to the next step's, in bytes
   * @param tile receives {@link #ROWS} rows of so many sums. An array: 24 stores to native memory
   *     are more than C2 always has room for, and then it boxes
   */
  static void run(
      int columns, int k, float[] a, int aAt, MemorySegment b, long bAt, long bStep, float[] tile) {
    if (!LARGE) {
      VectorGemmTile5x2.run(k, a, aAt, b, bAt, bStep, tile);
    } else if (columns == NARROW) {
      VectorGemmTile8x2.run(k, a, aAt, b, bAt, bStep, tile);
    } else {
      VectorGemmTile8x3.run(k, a, aAt, b, bAt, bStep, tile);
    }
  }
}
