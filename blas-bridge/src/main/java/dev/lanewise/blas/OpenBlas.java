package dev.lanewise.blas;

import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * What is used of OpenBLAS, in the engine's terms. Policy is elsewhere: callers have checked the
 * shapes, and no dimension is zero.
 *
 * <p>Thread-safety: any number of threads may call at once, with outputs that do not overlap.
 */
interface OpenBlas {

  /**
   * C = alpha op(A) op(B) + beta C.
   *
   * @param a op(A) is m x k
   * @param b op(B) is k x n
   * @param c m x n, updated; m, n and k at least 1
   */
  void sgemm(
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c);

  /**
   * y = alpha op(A) x + beta y, where a vector is a matrix of one row or of one column.
   *
   * @param a at least 1 x 1
   */
  void sgemv(
      Transpose transpose, float alpha, FloatMatrix a, FloatMatrix x, float beta, FloatMatrix y);

  /** The version and the build options, as in {@code OpenBLAS 0.3.31 DYNAMIC_ARCH ...}. */
  String config();

  /** The processor core that kernels were chosen for, as in {@code Zen}. */
  String coreName();

  /** How many threads a call may use. */
  int threads();
}
