package dev.lanewise.engine.kernel;

import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * {@link Kernels#gemm} on several threads. C is cut into blocks whose sides depend on its shape
 * alone, and each block is one call, so that every number of threads gives the same bits. They may
 * differ from those of a single call for the whole of C.
 */
public final class ParallelGemm {

  /**
   * The largest sides of a block of C. Each block packs its own rows of op(A) and columns of op(B):
   * at 512 x 512, two threads take 0.92 to 0.97 of the time that they take at 256 x 512, and 1,000
   * x 784 still gives four blocks to share out.
   */
  private static final int ROWS = 512;

  private static final int COLUMNS = 512;

  /** Up to this depth a product takes about as long as to write C. */
  private static final int SHALLOW = 16;

  /**
   * The columns of such a product's blocks: to write whole rows is faster than to write parts of
   * them.
   */
  private static final int COLUMNS_SHALLOW = 4096;

  /** From this many multiplications (about 50 us) an odd number of blocks is made even. */
  private static final long EVEN = 1L << 21;

  /** Fewer multiplications than this (about 20 us) are not worth waking a thread for. */
  private static final long SMALL = 1L << 20;

  private ParallelGemm() {}

  /**
   * C = alpha op(A) op(B) + beta C, as {@link Kernels#gemm}.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static void gemm(
      Kernels kernels,
      Parallelism parallelism,
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c) {
    int k = Shapes.gemm(transposeA, transposeB, a, b, c);
    int wide = k <= SHALLOW ? COLUMNS_SHALLOW : COLUMNS;
    int across = Math.ceilDiv(c.columns(), wide);
    double work = (double) c.rows() * c.columns() * k;
    int bands = Math.max(1, Math.ceilDiv(c.rows(), ROWS));
    if (bands % 2 == 1 && across % 2 == 1 && work >= EVEN) {
      bands++;
    }
    int high = Math.max(1, Math.ceilDiv(c.rows(), bands));
    int down = Math.ceilDiv(c.rows(), high);
    if (down * (long) across <= 1 || work <= SMALL) {
      kernels.gemm(transposeA, transposeB, alpha, a, b, beta, c);
      return;
    }
    parallelism.forEach(
        Math.multiplyExact(down, across),
        block -> {
          int i = block / across * high;
          int j = block % across * wide;
          int rows = Math.min(high, c.rows() - i);
          int columns = Math.min(wide, c.columns() - j);
          kernels.gemm(
              transposeA,
              transposeB,
              alpha,
              transposeA == Transpose.NO ? a.rows(i, i + rows) : a.block(0, k, i, i + rows),
              transposeB == Transpose.NO ? b.block(0, k, j, j + columns) : b.rows(j, j + columns),
              beta,
              c.block(i, i + rows, j, j + columns));
        });
  }
}
