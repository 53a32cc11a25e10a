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
    checkEpsilon(epsilon);
    return new Loss(true, epsilon, Measure.crossEntropy(epsilon));
  }

  /** The loss of an example, as it is reported unless a trainer is told otherwise. */
  public Measure measure() {
    return measure;
  }

  /** gradient(row) = the loss's gradient at the scores of the row, divided. */
  void gradient(
      FloatMatrix probabilities, int row, int label, float divisor, FloatMatrix gradient) {
    float p = probabilities.get(row, label);
    float factor = throughProbability ? p / (p + epsilon) : 1f;
    for (int j = 0; j < probabilities.columns(); j++) {
      float difference = probabilities.get(row, j) - (j == label ? 1f : 0f);
      gradient.set(row, j, factor * difference / divisor);
    }
  }

  static void checkEpsilon(float epsilon) {
    if (!(epsilon >= 0 && epsilon < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("epsilon must be finite and not negative: " + epsilon);
    }
  }
}
