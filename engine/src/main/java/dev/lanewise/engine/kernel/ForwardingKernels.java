package dev.lanewise.engine.kernel;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;

/**
 * {@link Kernels} that hand everything to others: a backend that is better at a few operations
 * extends this and overrides those.
 */
public abstract class ForwardingKernels implements Kernels {

  /** Who does what is not overridden. */
  protected final Kernels fallback;

  /** With the kernels that do what is not overridden. */
  protected ForwardingKernels(Kernels fallback) {
    this.fallback = fallback;
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
    fallback.gemm(transposeA, transposeB, alpha, a, b, beta, c);
  }

  @Override
  public void sparseGemm(
      Transpose transposeA, float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c) {
    fallback.sparseGemm(transposeA, alpha, a, b, beta, c);
  }

  @Override
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    fallback.distances(metric, queries, rows, out);
  }

  @Override
  public void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    fallback.distances(metric, queries, rows, out);
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
    fallback.distances(metric, queries, query, rows, chosen, count, out);
  }

  @Override
  public void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits) {
    fallback.dotsAtLeast(queries, vectors, limits, counts, hits);
  }

  @Override
  public void l1AtMost(
      ByteMatrix queries, ByteMatrix vectors, int[] limits, int[] counts, int[] hits) {
    fallback.l1AtMost(queries, vectors, limits, counts, hits);
  }

  @Override
  public int atMost(IntMatrix values, int row, int limit, int[] hits) {
    return fallback.atMost(values, row, limit, hits);
  }

  @Override
  public int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    return fallback.atMost(values, row, limit, hits);
  }

  @Override
  public void transpose(FloatMatrix x, FloatMatrix out) {
    fallback.transpose(x, out);
  }

  @Override
  public void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    fallback.softmaxRows(logits, probabilities);
  }

  @Override
  public void inverseProbabilities(FloatMatrix x, FloatMatrix y, int[] labels, float[] out) {
    fallback.inverseProbabilities(x, y, labels, out);
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

  @Override
  public void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y) {
    fallback.axpby(alpha, x, beta, y);
  }

  @Override
  public void activate(Activation activation, FloatMatrix sums, FloatMatrix activations) {
    fallback.activate(activation, sums, activations);
  }

  @Override
  public void timesDerivative(
      Activation activation, FloatMatrix sums, FloatMatrix activations, FloatMatrix gradient) {
    fallback.timesDerivative(activation, sums, activations, gradient);
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
    fallback.adam(beta1, beta2, rate, rootCorrection, epsilon, gradient, mean, meanSquare, x);
  }

  @Override
  public long firstNonFinite(FloatMatrix x) {
    return fallback.firstNonFinite(x);
  }
}
