package dev.lanewise.engine.nn;

/** What becomes of the last layer's sums before classes are compared. */
public enum Output {
  /** Nothing: scores are the logits. */
  LOGITS,
  /**
   * A softmax over the <em>rows</em> that are evaluated together: each class's column of scores
   * sums to 1. A score then depends on the other rows of the batch, and so does the predicted
   * class; meant for reproducing networks that took the wrong dimension.
   */
  SOFTMAX_OVER_ROWS
}
