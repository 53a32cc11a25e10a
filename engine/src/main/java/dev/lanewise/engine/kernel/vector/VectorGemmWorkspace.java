package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.memory.Pool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Scratch memory of one running multiplication: a block of A and the sums of a tile as arrays; a
 * block of B, a transposed result and a tile in native memory, so that every panel of B starts on a
 * cache line. Softmax keeps a long row in the block of A, tanh one of its two forms.
 *
 * <p>Ownership: a call takes a workspace and gives it back, and in between nobody else sees it.
 * Some idle ones are kept for the life of the process; more exist only while more calls run at
 * once, and their memory, like all of it, belongs to automatic arenas.
 */
final class VectorGemmWorkspace {

  /**
   * Depth of a block. A panel of B (16 columns on AVX2) of this depth is twice a first-level cache
   * and is read from the second, which costs less than C, read and written once for every block,
   * does at half the depth.
   */
  static final int DEPTH = 1024;

  /** Processors with vectors of 512 bits have second levels of 1 MB and more, others of 512 KB. */
  private static final int LEVELS = Lanes.FLOAT.vectorBitSize() == 512 ? 2 : 1;

  /** Rows of a block of A, in tiles: 60 x 1024 floats, 240 KB, half of the smaller second level. */
  static final int ROWS = 60 * LEVELS / VectorGemmTile.ROWS * VectorGemmTile.ROWS;

  /** Columns of a block of B, in tiles: 2 or 4 MB at most, for the third level. */
  static final int COLUMNS =
      Math.ceilDiv(512 * LEVELS, VectorGemmTile.COLUMNS) * VectorGemmTile.COLUMNS;

  /** Elements of a block of A. */
  static final int A = ROWS * DEPTH;

  /** Elements of a block of B. */
  static final int B = COLUMNS * DEPTH;

  /** Elements of a transposed result. */
  static final int TRANSPOSED = 32 * 1024;

  /** Elements of a tile. */
  private static final int TILE = VectorGemmTile.ROWS * VectorGemmTile.COLUMNS;

  private static final Pool<VectorGemmWorkspace> IDLE = new Pool<>(VectorGemmWorkspace::new);

  final float[] a = new float[A];
  final float[] sums = new float[TILE];

  /** Lives as long as this. */
  private final MemorySegment owned;

  /** What native memory is read and written by; positions are in floats, as of matrices. */
  final MemorySegment memory;

  final long b;
  final long transposed;
  final long tile;

  private VectorGemmWorkspace() {
    owned = Arena.ofAuto().allocate(4L * (B + TRANSPOSED + TILE), Matrix.ALIGNMENT);
    memory = Memory.of(owned);
    b = Memory.start(owned, Float.BYTES);
    transposed = b + B;
    tile = transposed + TRANSPOSED;
  }

  static VectorGemmWorkspace take() {
    return IDLE.take();
  }

  void giveBack() {
    IDLE.give(this);
  }
}
