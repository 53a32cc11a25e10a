package dev.lanewise.engine.neighbors;

/** How far apart two rows are. */
public enum Distance {
  /** Manhattan distance, sum |a_i - b_i|. */
  L1,
  /**
   * Euclidean distance, sqrt(sum (a_i - b_i)^2). Rows are ranked by the sum under the root, which
   * for bytes is an integer; the root is reported.
   */
  L2
}
