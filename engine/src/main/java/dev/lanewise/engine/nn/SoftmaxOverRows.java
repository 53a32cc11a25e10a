package dev.lanewise.engine.nn;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.Arena;

/** {@link Output#SOFTMAX_OVER_ROWS} of one batch size, and its gradient. */
final class SoftmaxOverRows {

  private final Kernels kernels;
  private final FloatMatrix columns;

  SoftmaxOverRows(Kernels kernels, Arena arena, int rows, int classes) {
    this.kernels = kernels;
    this.columns = FloatMatrix.zeros(arena, classes, rows);
  }

  /** scores(., j) = softmax(logits(., j)). */
  void scores(FloatMatrix logits, FloatMatrix scores) {
    kernels.transpose(logits, columns);
    kernels.softmaxRows(columns, columns);
    kernels.transpose(columns, scores);
  }

  /** In place, from the gradient g at the scores s to that at the logits: s (g - sum_i g s). */
  static void backward(FloatMatrix scores, FloatMatrix gradient) {
    for (int j = 0; j < scores.columns(); j++) {
      float sum = 0;
      for (int i = 0; i < scores.rows(); i++) {
        sum += gradient.get(i, j) * scores.get(i, j);
      }
      for (int i = 0; i < scores.rows(); i++) {
        gradient.set(i, j, scores.get(i, j) * (gradient.get(i, j) - sum));
      }
    }
  }
}
