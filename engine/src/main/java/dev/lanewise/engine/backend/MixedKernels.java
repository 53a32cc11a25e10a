package dev.lanewise.engine.backend;

import dev.lanewise.engine.kernel.ForwardingKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;

/**
 * {@link Kernels} that give large matrix products to those that are fastest at them, and everything
 * else to others. Who multiplies depends on the shape alone, so results depend on the machine and
 * the seed as they do with one backend.
 *
 * <p>Distances between floats are not among the products: an inner product of one query would then
 * differ in its last bits from that of the same query among many.
 */
final class MixedKernels extends ForwardingKernels {

  /**
   * A product is large if all three of its sides are this long. With 256 bits OpenBLAS is 1.1 to
   * 1.4 times as fast from here on; where a side is shorter neither is ahead, or we are.
   */
  static final int LARGE = 128;

  private final Kernels products;

  /**
   * @param products multiply large matrices
   * @param others do everything else
   */
  MixedKernels(Kernels products, Kernels others) {
    super(others);
    this.products = products;
  }

  @Override
  public String name() {
    return BackendRequest.MIXED.id();
  }

  private Kernels by(int m, int n, int k) {
    return Math.min(Math.min(m, n), k) >= LARGE ? products : fallback;
  }

  @Override
  public void gemm(
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c) {
    // Who is asked checks the shapes.
    int k = transposeA == Transpose.NO ? a.columns() : a.rows();
    by(c.rows(), c.columns(), k).gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  /** Exact whoever does it. Sums of differences (L1) are no product, wherever they go. */
  @Override
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    by(queries.rows(), rows.rows(), rows.columns()).distances(metric, queries, rows, out);
  }
}
