package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;

/**
 * {@link Kernels} on the Vector API: checks nothing itself, sends each primitive to the class that
 * has its loops.
 */
final class VectorKernels implements Kernels {

  private final Kernels fallback;

  VectorKernels(Kernels fallback) {
    this.fallback = fallback;
  }

  @Override
  public String name() {
    return "vector";
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
    VectorGemm.gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  @Override
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    VectorDistances.distances(metric, queries, rows, out);
  }

  @Override
  public void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    VectorDistances.distances(metric, queries, rows, out);
  }

  @Override
  public int atMost(IntMatrix values, int row, int limit, int[] hits) {
    return VectorScan.atMost(values, row, limit, hits);
  }

  @Override
  public int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    return VectorScan.atMost(values, row, limit, hits);
  }

  @Override
  public void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    fallback.softmaxRows(logits, probabilities);
  }

  @Override
  public void addRow(FloatMatrix row, FloatMatrix x) {
    fallback.addRow(row, x);
  }

  @Override
  public void columnSums(FloatMatrix x, FloatMatrix sums) {
    fallback.columnSums(x, sums);
  }

  @Override
  public void axpy(float alpha, FloatMatrix x, FloatMatrix y) {
    fallback.axpy(alpha, x, y);
  }
}
