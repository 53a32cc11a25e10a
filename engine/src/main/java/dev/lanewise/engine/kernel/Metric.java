package dev.lanewise.engine.kernel;

/** What is measured between two rows a and b. */
public enum Metric {
  /** Manhattan distance, sum |a_i - b_i|. */
  L1,
  /**
   * Squared Euclidean distance, sum (a_i - b_i)^2: the same order as Euclidean distance, and an
   * integer for integers.
   */
  SQUARED_L2,
  /** Inner product, sum a_i * b_i. */
  DOT
}
