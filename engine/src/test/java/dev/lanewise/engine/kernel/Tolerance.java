package dev.lanewise.engine.kernel;

/**
 * How far a float sum of products may be from the true one, for any association, fused or not: the
 * classical bound n u sum |a_i b_i| / (1 - n u), Higham, "Accuracy and Stability of Numerical
 * Algorithms" (2002), section 3.1, with room for the scaling and for results below the normal
 * range.
 */
final class Tolerance {

  /** Half the distance from 1 to the next float. */
  private static final double UNIT = 0x1p-24;

  private Tolerance() {}

  /**
   * @param terms how many products are added
   * @param magnitude the sum of their absolute values
   */
  static double ofSum(int terms, double magnitude) {
    // Two more roundings for alpha and beta; every operation may also lose half a denormal.
    return (terms + 3) * (1.01 * UNIT * magnitude + Float.MIN_VALUE);
  }

  /** Whether a float is a correct result where the exact one is {@code expected}. */
  static boolean accepts(float actual, double expected, double tolerance) {
    if (Double.isNaN(expected)) {
      return Float.isNaN(actual);
    }
    if (Double.isInfinite(expected) || Math.abs(expected) > Float.MAX_VALUE) {
      return actual == (float) expected || Math.abs(actual - expected) <= tolerance;
    }
    return Math.abs(actual - expected) <= tolerance;
  }
}
