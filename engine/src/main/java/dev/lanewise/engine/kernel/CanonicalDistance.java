package dev.lanewise.engine.kernel;

import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * The one definition of a distance between two rows of floats that ranking is allowed to depend on:
 * each difference and the sum are doubles, added left to right. It is the same number on every
 * backend, width and thread count, because it is always this loop; fast kernels only decide which
 * rows it is worth running for.
 */
public final class CanonicalDistance {
  private CanonicalDistance() {}

  /** sum (a_i - b_i)^2 in doubles, left to right, without fused operations. */
  public static double squaredL2(FloatMatrix a, int rowA, FloatMatrix b, int rowB) {
    double sum = 0;
    for (int i = 0; i < a.columns(); i++) {
      double difference = (double) a.get(rowA, i) - b.get(rowB, i);
      sum += difference * difference;
    }
    return sum;
  }

  /** sum |a_i - b_i| in doubles, left to right. */
  public static double l1(FloatMatrix a, int rowA, FloatMatrix b, int rowB) {
    double sum = 0;
    for (int i = 0; i < a.columns(); i++) {
      sum += Math.abs((double) a.get(rowA, i) - b.get(rowB, i));
    }
    return sum;
  }
}
