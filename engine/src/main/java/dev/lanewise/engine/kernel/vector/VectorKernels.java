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
 * {@link Kernels} on the Vector API: sends each primitive to the class that has its loops. What
 * those cannot see, because they work with addresses ({@link Memory}), is seen to here: that
 * results may be written, and that nothing is freed before the end.
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
    Memory.result(c);
    int k = Shapes.gemm(transposeA, transposeB, a, b, c);
    if (alpha == 1 && beta == 0 && VectorGemmStripes.suits(transposeB, c.rows(), c.columns(), k)) {
      VectorGemmStripes.multiply(transposeA, transposeB, k, a, b, c);
    } else if (VectorGemmShallow.suits(transposeB, b, c.columns())) {
      VectorGemmShallow.gemm(transposeA, alpha, a, b, beta, c);
    } else {
      VectorGemm.gemm(transposeA, transposeB, alpha, a, b, beta, c);
    }
    Memory.keep(a, b, c);
  }

  @Override
  public void sparseGemm(
      Transpose transposeA, float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c) {
    Memory.result(c);
    VectorSparse.gemm(transposeA, alpha, a, b, beta, c);
    Memory.keep(a, b, c);
  }

  @Override
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Memory.result(out);
    VectorDistances.distances(metric, queries, rows, out);
    Memory.keep(queries, rows, out);
  }

  @Override
  public void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    Memory.result(out);
    VectorDistances.distances(metric, queries, rows, out);
    Memory.keep(queries, rows, out);
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
    Memory.keep(queries, rows);
  }

  @Override
  public void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits) {
    VectorScreen.dotsAtLeast(queries, vectors, limits, counts, hits);
    Memory.keep(queries, vectors);
  }

  @Override
  public void l1AtMost(
      ByteMatrix queries, ByteMatrix vectors, int[] limits, int[] counts, int[] hits) {
    VectorScreen.l1AtMost(queries, vectors, limits, counts, hits);
    Memory.keep(queries, vectors);
  }

  @Override
  public int atMost(IntMatrix values, int row, int limit, int[] hits) {
    int count = VectorElementwise.atMost(values, row, limit, hits);
    Memory.keep(values);
    return count;
  }

  @Override
  public int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    int count = VectorElementwise.atMost(values, row, limit, hits);
    Memory.keep(values);
    return count;
  }

  @Override
  public void transpose(FloatMatrix x, FloatMatrix out) {
    Memory.result(out);
    Shapes.transposed("transpose", x, out);
    VectorTranspose.transpose(
        x.rows(),
        x.columns(),
        Memory.of(x),
        Memory.start(x),
        x.stride(),
        Memory.of(out),
        Memory.start(out),
        out.stride());
    Memory.keep(x, out);
  }

  @Override
  public void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    Memory.result(probabilities);
    VectorElementwiseSoftmax.softmaxRows(logits, probabilities);
    Memory.keep(logits, probabilities);
  }

  @Override
  public void inverseProbabilities(FloatMatrix x, FloatMatrix y, int[] labels, float[] out) {
    VectorInverseProbabilities.inverseProbabilities(x, y, labels, out);
    Memory.keep(x, y);
  }

  @Override
  public void addRow(FloatMatrix row, FloatMatrix x) {
    Memory.result(x);
    VectorElementwise.addRow(row, x);
    Memory.keep(row, x);
  }

  @Override
  public void columnSums(FloatMatrix x, FloatMatrix sums) {
    Memory.result(sums);
    VectorElementwise.columnSums(x, sums);
    Memory.keep(x, sums);
  }

  @Override
  public void axpy(float alpha, FloatMatrix x, FloatMatrix y) {
    Memory.result(y);
    VectorElementwise.axpy(alpha, x, y);
    Memory.keep(x, y);
  }

  @Override
  public void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y) {
    Memory.result(y);
    VectorActivations.axpby(alpha, x, beta, y);
    Memory.keep(x, y);
  }

  @Override
  public void activate(Activation activation, FloatMatrix sums, FloatMatrix activations) {
    Memory.result(activations);
    VectorActivations.activate(activation, sums, activations);
    Memory.keep(sums, activations);
  }

  @Override
  public void timesDerivative(
      Activation activation, FloatMatrix sums, FloatMatrix activations, FloatMatrix gradient) {
    Memory.result(gradient);
    VectorActivations.timesDerivative(activation, sums, activations, gradient);
    Memory.keep(sums, activations, gradient);
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
    Memory.result(mean);
    Memory.result(meanSquare);
    Memory.result(x);
    VectorActivations.adam(
        beta1, beta2, rate, rootCorrection, epsilon, gradient, mean, meanSquare, x);
    Memory.keep(gradient, mean);
    Memory.keep(meanSquare, x);
  }

  @Override
  public long firstNonFinite(FloatMatrix x) {
    long first = VectorActivations.firstNonFinite(x);
    Memory.keep(x);
    return first;
  }
}
