package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.kernel.Metric;

/** How far apart two rows are. */
public enum Distance {
  /** Manhattan distance, sum |a_i - b_i|. */
  L1,
  /**
   * Euclidean distance, sqrt(sum (a_i - b_i)^2). Rows are ranked by the sum under the root, which
   * for bytes is an integer; the root is reported.
   */
  L2;

  /** What kernels measure, and rows are ranked by. */
  Metric metric() {
    return this == L1 ? Metric.L1 : Metric.SQUARED_L2;
  }
}
