package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * A loss as it is reported: a number for one example, summed or averaged over examples. What is
 * reported need not be what is minimised. Called by several threads at once; those made here are
 * immutable.
 */
@FunctionalInterface
public interface Measure {

  /**
   * The loss of one example. Called from several threads at once.
   *
   * @param scores n x classes, see {@link Output}
   * @param probabilities n x classes, the row-wise softmax of the scores
   * @param row the example
   * @param label its class
   */
  double of(FloatMatrix scores, FloatMatrix probabilities, int row, int label);

  /**
   * Cross-entropy, -log p of the true class, finite and accurate for any finite scores: where p is
   * near 1 it is log1p of the odds against, where p underflows it comes from the scores.
   */
  static Measure crossEntropy() {
    return (scores, probabilities, row, label) -> {
      double p = probabilities.get(row, label);
      if (p >= 0.5) {
        double others = 0;
        for (int j = 0; j < probabilities.columns(); j++) {
          others += j == label ? 0 : probabilities.get(row, j);
        }
        return Math.log1p(others / p);
      }
      if (p >= Float.MIN_NORMAL) {
        return -Math.log(p);
      }
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < scores.columns(); j++) {
        max = Math.max(max, scores.get(row, j));
      }
      double sum = 0;
      for (int j = 0; j < scores.columns(); j++) {
        sum += Math.exp(scores.get(row, j) - max);
      }
      return max + Math.log(sum) - scores.get(row, label);
    };
  }

  /**
   * -log(p + epsilon) of the true class, every operation rounded to float32.
   *
   * @throws IllegalArgumentException if epsilon is negative or not finite
   */
  static Measure crossEntropy(float epsilon) {
    if (!(epsilon >= 0 && epsilon < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("epsilon must be finite and not negative: " + epsilon);
    }
    return (scores, probabilities, row, label) ->
        -(float) Math.log(probabilities.get(row, label) + epsilon);
  }

  /**
   * Cross-entropy with target y and prediction p exchanged, -sum_j p_j log(y_j + tiny): -log(tiny)
   * times the probability given to wrong classes, but for log(1 + tiny) of the true one.
   *
   * @throws IllegalArgumentException if tiny is not in (0, 1)
   */
  static Measure exchangedCrossEntropy(double tiny) {
    if (!(tiny > 0 && tiny < 1)) {
      throw new IllegalArgumentException("tiny must be between 0 and 1, not " + tiny);
    }
    double right = -Math.log(1 + tiny);
    double wrong = -Math.log(tiny);
    return (scores, probabilities, row, label) -> {
      double sum = 0;
      for (int j = 0; j < probabilities.columns(); j++) {
        sum += probabilities.get(row, j) * (j == label ? right : wrong);
      }
      return sum;
    };
  }
}
