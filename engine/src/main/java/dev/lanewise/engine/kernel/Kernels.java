package dev.lanewise.engine.kernel;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;

/**
 * The primitives everything else is made of. One implementation a backend.
 *
 * <p><b>Contract.</b> Operands are row-major views (see {@link dev.lanewise.engine.matrix.Matrix});
 * the stride is the leading dimension. Shapes are checked here, through {@link Shapes}, and a wrong
 * one is an {@link IllegalArgumentException} that names both; values are not checked: NaN and
 * infinities go through arithmetic as IEEE 754 has it. An output must not overlap an input unless a
 * method says so. Integer results are exact and so the same on every backend. Float results are the
 * same for the same call on the same backend, but reductions may be associated differently by
 * another backend.
 *
 * <p><b>Threads.</b> A call runs on the calling thread alone. Implementations have no mutable state
 * that two calls could share, so any number of threads may call at once with outputs that do not
 * overlap. Whoever splits a job over threads must cut it at places that do not depend on the number
 * of threads: then the result does not either.
 */
public interface Kernels {

  /** The backend's name, lower case: {@code scalar}, {@code vector}, {@code openblas}. */
  String name();

  /**
   * General matrix multiply, C = alpha op(A) op(B) + beta C, with op(A) m x k, op(B) k x n, C m x
   * n.
   *
   * <p>With beta 0, C is overwritten and never read, so that stale NaN cannot leak into it. With
   * alpha 0, A and B are not read.
   */
  void gemm(
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c);

  /**
   * Exact measures between unsigned bytes: out(i, j) = metric(queries row i, rows row j).
   *
   * @param queries m x d
   * @param rows n x d
   * @param out m x n, overwritten
   * @throws IllegalArgumentException if the shapes do not fit, or d is so large ({@link
   *     Shapes#MAX_BYTE_COLUMNS}) that a result could exceed an int
   */
  void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out);

  /**
   * Measures between floats, in float arithmetic of any association: out(i, j) = metric(queries row
   * i, rows row j). For a ranking that is the same everywhere, verify with {@link
   * CanonicalDistance}.
   *
   * @param queries m x d
   * @param rows n x d
   * @param out m x n, overwritten
   */
  void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out);

  /**
   * The columns, ascending, at which a row's value is at most a limit.
   *
   * @param hits receives the columns; at least as long as the row
   * @return how many there are
   */
  int atMost(IntMatrix values, int row, int limit, int[] hits);

  /** As {@link #atMost(IntMatrix, int, int, int[])}. NaN is never at most anything. */
  int atMost(FloatMatrix values, int row, float limit, int[] hits);

  /**
   * Row-wise softmax, p_j = exp(z_j - max z) / sum exp(z - max z). A row that holds NaN, or
   * +infinity, becomes NaN.
   *
   * @param logits m x n, n at least 1
   * @param probabilities m x n, overwritten; may be {@code logits} itself
   */
  void softmaxRows(FloatMatrix logits, FloatMatrix probabilities);

  /**
   * Adds one row to every row, x(i, j) += row(0, j).
   *
   * @param row 1 x n
   * @param x m x n, updated
   */
  void addRow(FloatMatrix row, FloatMatrix x);

  /**
   * The sum of each column, top to bottom.
   *
   * @param x m x n
   * @param sums 1 x n, overwritten
   */
  void columnSums(FloatMatrix x, FloatMatrix sums);

  /**
   * y += alpha x, element by element.
   *
   * @param x m x n
   * @param y m x n, updated
   */
  void axpy(float alpha, FloatMatrix x, FloatMatrix y);
}
