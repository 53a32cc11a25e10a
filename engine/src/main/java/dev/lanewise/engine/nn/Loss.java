package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * What training minimises: cross-entropy of the row-wise softmax p of the scores against the true
 * class t (y is 1 there, else 0).
 */
public final class Loss {

  private final boolean throughProbability;
  private final float epsilon;
  private final Measure measure;

  private Loss(boolean throughProbability, float epsilon, Measure measure) {
    this.throughProbability = throughProbability;
    this.epsilon = epsilon;
    this.measure = measure;
  }

  /**
   * Softmax and cross-entropy in one: the gradient at the scores is p - y, never 0 by underflow.
   */
  public static Loss softmaxCrossEntropy() {
    return new Loss(false, 0, Measure.crossEntropy());
  }

  /**
   * -log(p_t + epsilon), the gradient taken through the probability: p_t / (p_t + epsilon) (p - y)
   * at the scores, which is exactly 0 once p_t underflows and NaN there if epsilon is 0.
   *
   * @throws IllegalArgumentException if epsilon is negative or not finite
   */
  public static Loss softmaxCrossEntropy(float epsilon) {
    return new Loss(true, epsilon, Measure.crossEntropy(epsilon));
  }

  /** The loss of an example, as it is reported unless a trainer is told otherwise. */
  public Measure measure() {
    return measure;
  }

  /** gradient(row) = the loss's gradient at the scores of the row, divided, for some rows. */
  void gradient(
      FloatMatrix probabilities,
      int from,
      int to,
      int[] labels,
      float divisor,
      FloatMatrix gradient,
      RowBlock block) {
    int end;
    for (int first = from; first < to; first = end) {
      end = block.end(first, to);
      block.load(probabilities, first, end);
      int classes = probabilities.columns();
      for (int i = first; i < end; i++) {
        differences(block.values, (i - first) * classes, classes, labels[i]);
      }
      divide(block.values, (end - first) * classes, divisor);
      block.store(gradient, first, end);
    }
  }

  /** From p of a row to p - y, or as much of it as goes through the probability. */
  private void differences(float[] p, int at, int classes, int label) {
    float right = p[at + label];
    p[at + label] = right - 1f;
    if (throughProbability) {
      float factor = right / (right + epsilon);
      for (int j = at; j < at + classes; j++) {
        p[j] *= factor;
      }
    }
  }

  /** Of many rows at once: C2 makes vectors of it. */
  private static void divide(float[] values, int n, float divisor) {
    for (int k = 0; k < n; k++) {
      values[k] /= divisor;
    }
  }
}
