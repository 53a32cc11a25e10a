package dev.lanewise.blas;

import dev.lanewise.engine.kernel.ByteProducts;
import dev.lanewise.engine.kernel.ForwardingKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@link Kernels} that send to OpenBLAS what is a matrix product, and everything else to a
 * fallback.
 */
final class OpenBlasKernels extends ForwardingKernels {

  private final OpenBlas blas;
  private final ByteProducts byteProducts;

  OpenBlasKernels(OpenBlas blas, Kernels fallback) {
    super(fallback);
    this.blas = blas;
    this.byteProducts = new ByteProducts(blas::sgemm);
  }

  @Override
  public String name() {
    return "openblas";
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
    int k = Shapes.gemm(transposeA, transposeB, a, b, c);
    if (c.rows() == 0 || c.columns() == 0) {
      return;
    }
    if (k == 0 || alpha == 0) {
      scale(beta, c);
    } else if (c.columns() == 1) {
      multiplyVector(transposeA, alpha, a, b, beta, c);
    } else if (c.rows() == 1) {
      // c = a op(B) is c^T = op(B)^T a^T.
      multiplyVector(
          transposeB == Transpose.NO ? Transpose.YES : Transpose.NO, alpha, b, a, beta, c);
    } else {
      blas.sgemm(transposeA, transposeB, alpha, a, b, beta, c);
    }
  }

  /** C = beta C, in Java: a dimension of zero is no leading dimension that BLAS takes. */
  private static void scale(float beta, FloatMatrix c) {
    MemorySegment segment = c.segment();
    for (int i = 0; i < c.rows(); i++) {
      long row = c.index(i, 0);
      if (beta == 0) {
        segment.asSlice(row * Float.BYTES, (long) c.columns() * Float.BYTES).fill((byte) 0);
      } else {
        for (long j = row; j < row + c.columns(); j++) {
          segment.setAtIndex(
              ValueLayout.JAVA_FLOAT, j, beta * segment.getAtIndex(ValueLayout.JAVA_FLOAT, j));
        }
      }
    }
  }

  private void multiplyVector(
      Transpose transpose, float alpha, FloatMatrix a, FloatMatrix x, float beta, FloatMatrix y) {
    if (beta == 0) {
      // Releases differ in whether sgemv reads y then, and a stale NaN must not get through.
      scale(0, y);
    }
    blas.sgemv(transpose, alpha, a, x, beta, y);
  }

  @Override
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Shapes.distances(queries, rows, out);
    Shapes.byteColumns(rows);
    if (metric == Metric.L1
        || queries.rows() < ByteProducts.MIN_QUERIES
        || rows.rows() == 0
        || rows.columns() == 0) {
      fallback.distances(metric, queries, rows, out);
    } else {
      byteProducts.distances(metric, queries, rows, out);
    }
  }

  /**
   * Only the inner product is a matrix product. |a|^2 + |b|^2 - 2ab would be one too, but it
   * cancels: that is another number, not another association of the same sum.
   */
  @Override
  public void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    Shapes.distances(queries, rows, out);
    if (metric == Metric.DOT) {
      gemm(Transpose.NO, Transpose.YES, 1, queries, rows, 0, out);
    } else {
      fallback.distances(metric, queries, rows, out);
    }
  }
}
