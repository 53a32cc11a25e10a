package dev.lanewise.engine.kernel;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;

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
   * A sparse matrix times a dense one, C = alpha op(A) B + beta C, with op(A) m x k, B k x n, C m x
   * n. Elements that A does not store take no part: what they would multiply, NaN included, is not
   * read.
   *
   * <p>With beta 0, C is overwritten and never read. With alpha 0, A and B are not read.
   *
   * <p>With A transposed and beta 1, rows of C for which op(A) stores nothing are neither read nor
   * written: threads may add to one C at once, if no two of them have elements for the same row.
   */
  void sparseGemm(
      Transpose transposeA, float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c);

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
   * Exact measures between one query and chosen rows: out[c] = metric(queries row query, rows row
   * chosen[c]).
   *
   * @param queries m x d
   * @param rows n x d
   * @param chosen indices of rows, in any order
   * @param count how many of them count
   * @param out receives as many values
   * @throws IllegalArgumentException as {@link #distances(Metric, ByteMatrix, ByteMatrix,
   *     IntMatrix)} does, or if an array is shorter than {@code count}
   */
  void distances(
      Metric metric,
      ByteMatrix queries,
      int query,
      ByteMatrix rows,
      int[] chosen,
      int count,
      int[] out);

  /**
   * The pairs of vectors whose inner product is at least a limit, without the matrix of products:
   * for each query i, the j at which dot(queries row i, vectors column j) is at least limits[i].
   * The product is computed in float arithmetic of any association.
   *
   * @param queries m x d
   * @param vectors d x n: a vector a column
   * @param limits m values; NaN lets nothing pass
   * @param counts receives how many there are for each query; at least m long
   * @param hits receives them, ascending, from i * n on; what lies between is undefined afterwards;
   *     at least m * n long
   */
  void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits);

  /**
   * The pairs of vectors of bytes whose Manhattan distance is at most a limit: for each query i,
   * the j at which sum |queries(i, p) - vectors(p, j)| is at most limits[i].
   *
   * @param queries m x d, with d at most {@link Shapes#MAX_NARROW_COLUMNS}, so that sums fit 15
   *     bits
   * @param vectors d x n: a vector a column
   * @param limits m values
   * @param counts receives how many there are for each query; at least m long
   * @param hits receives them, ascending, from i * n on; what lies between is undefined afterwards;
   *     at least m * n long
   */
  void l1AtMost(ByteMatrix queries, ByteMatrix vectors, int[] limits, int[] counts, int[] hits);

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
   * The transposed matrix, out(j, i) = x(i, j).
   *
   * @param x m x n
   * @param out n x m, overwritten
   */
  void transpose(FloatMatrix x, FloatMatrix out);

  /**
   * Row-wise softmax, p_j = exp(z_j - max z) / sum exp(z - max z). A row that holds NaN, or
   * +infinity, becomes NaN.
   *
   * @param logits m x n, n at least 1
   * @param probabilities m x n, overwritten; may be {@code logits} itself
   */
  void softmaxRows(FloatMatrix logits, FloatMatrix probabilities);

  /**
   * How improbable each column's label is: out[i] = 1 / p = sum_j exp(z_j - z_label) where z is
   * column i of X + Y and p the softmax probability of its label. At least 1 up to rounding;
   * infinite where a float cannot hold it, NaN where the column holds NaN or the label's z is
   * infinite. What a column gives does not depend on where it is.
   *
   * @param x n x m: an example a column
   * @param y n x m
   * @param labels m rows, 0 .. n - 1
   * @param out receives m values
   * @throws IllegalArgumentException if the shapes do not fit or an array is shorter than m
   * @throws IndexOutOfBoundsException if a label is no row
   */
  void inverseProbabilities(FloatMatrix x, FloatMatrix y, int[] labels, float[] out);

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

  /**
   * y = alpha x + beta y, element by element.
   *
   * @param x m x n; may be y itself
   * @param y m x n, updated
   */
  void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y);

  /**
   * The activation of every element. What it gives for an element does not depend on where the
   * element is. NaN stays NaN.
   *
   * @param sums m x n
   * @param activations m x n, overwritten; may be {@code sums} itself
   */
  void activate(Activation activation, FloatMatrix sums, FloatMatrix activations);

  /**
   * Multiplies a gradient by the activation's derivative, element by element: g *= f'(z), where
   * f'(z) is 1 for the identity, 1 or 0 (at 0 too) for ReLU, 1 / (1 + z^2) for the arc tangent, a
   * (1 - a) for the sigmoid and 1 - a^2 for the hyperbolic tangent, with a = f(z). Where ReLU's
   * derivative is 0 the result is 0, even of an infinite or NaN gradient.
   *
   * @param sums z, m x n; read only if {@link Activation#derivativeNeedsSum()}, else it may be the
   *     matrix of activations again
   * @param activations a, m x n; read only if z is not
   * @param gradient m x n, updated
   */
  void timesDerivative(
      Activation activation, FloatMatrix sums, FloatMatrix activations, FloatMatrix gradient);

  /**
   * One step of Adam, element by element: m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2)
   * g^2, x -= rate m / (sqrt(v) / rootCorrection + epsilon).
   *
   * @param rate the learning rate divided by 1 - beta1^t
   * @param rootCorrection sqrt(1 - beta2^t)
   * @param gradient g, m x n
   * @param mean m, m x n, updated
   * @param meanSquare v, m x n, updated
   * @param x the parameters, m x n, updated
   */
  void adam(
      float beta1,
      float beta2,
      float rate,
      float rootCorrection,
      float epsilon,
      FloatMatrix gradient,
      FloatMatrix mean,
      FloatMatrix meanSquare,
      FloatMatrix x);

  /**
   * Where the first NaN or infinity is, in row-major order.
   *
   * @return row * columns + column, or -1 if all elements are finite
   */
  long firstNonFinite(FloatMatrix x);
}
