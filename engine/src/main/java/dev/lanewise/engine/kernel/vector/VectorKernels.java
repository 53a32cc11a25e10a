package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;

/**
 * {@link Kernels} on the Vector API: checks nothing itself, sends each primitive to the class that
 * has its loops.
 */
final class VectorKernels implements Kernels {

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
    int k = Shapes.gemm(transposeA, transposeB, a, b, c);
    if (alpha == 1 && beta == 0 && VectorGemmStripes.suits(transposeB, c.rows(), c.columns(), k)) {
      VectorGemmStripes.multiply(transposeA, transposeB, k, a, b, c);
    } else if (VectorGemmShallow.suits(transposeB, b, c.columns())) {
      VectorGemmShallow.gemm(transposeA, alpha, a, b, beta, c);
    } else {
      VectorGemm.gemm(transposeA, transposeB, alpha, a, b, beta, c);
    }
  }

  @Override
  public void sparseGemm(
      Transpose transposeA, float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c) {
    VectorSparse.gemm(transposeA, alpha, a, b, beta, c);
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
  public void distances(
      Metric metric,
      ByteMatrix queries,
      int query,
      ByteMatrix rows,
      int[] chosen,
      int count,
      int[] out) {
    VectorDistances.distances(metric, queries, query, rows, chosen, count, out);
  }

  @Override
  public void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits) {
    VectorScreen.dotsAtLeast(queries, vectors, limits, counts, hits);
  }

  @Override
  public void l1AtMost(
      ByteMatrix queries, ByteMatrix vectors, int[] limits, int[] counts, int[] hits) {
    VectorScreen.l1AtMost(queries, vectors, limits, counts, hits);
  }

  @Override
  public int atMost(IntMatrix values, int row, int limit, int[] hits) {
    return VectorElementwise.atMost(values, row, limit, hits);
  }

  @Override
  public int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    return VectorElementwise.atMost(values, row, limit, hits);
  }

  @Override
  public void transpose(FloatMatrix x, FloatMatrix out) {
    Shapes.transposed("transpose", x, out);
    VectorTranspose.transpose(
        x.rows(),
        x.columns(),
        x.segment(),
        x.offset(),
        x.stride(),
        out.segment(),
        out.offset(),
        out.stride());
  }

  @Override
  public void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    VectorElementwiseSoftmax.softmaxRows(logits, probabilities);
  }

  @Override
  public void inverseProbabilities(FloatMatrix x, FloatMatrix y, int[] labels, float[] out) {
    VectorInverseProbabilities.inverseProbabilities(x, y, labels, out);
  }

  @Override
  public void addRow(FloatMatrix row, FloatMatrix x) {
    VectorElementwise.addRow(row, x);
  }

  @Override
  public void columnSums(FloatMatrix x, FloatMatrix sums) {
    VectorElementwise.columnSums(x, sums);
  }

  @Override
  public void axpy(float alpha, FloatMatrix x, FloatMatrix y) {
    VectorElementwise.axpy(alpha, x, y);
  }

  @Override
  public void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y) {
    VectorActivations.axpby(alpha, x, beta, y);
  }

  @Override
  public void activate(Activation activation, FloatMatrix sums, FloatMatrix activations) {
    VectorActivations.activate(activation, sums, activations);
  }

  @Override
  public void timesDerivative(
      Activation activation, FloatMatrix sums, FloatMatrix activations, FloatMatrix gradient) {
    VectorActivations.timesDerivative(activation, sums, activations, gradient);
  }

  @Override
  public void adam(
      float beta1,
      float beta2,
      float rate,
      float rootCorrection,
      float epsilon,
      FloatMatrix gradient,
      FloatMatrix mean,
      FloatMatrix meanSquare,
      FloatMatrix x) {
    VectorActivations.adam(
        beta1, beta2, rate, rootCorrection, epsilon, gradient, mean, meanSquare, x);
  }

  @Override
  public long firstNonFinite(FloatMatrix x) {
    return VectorActivations.firstNonFinite(x);
  }
}
