package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.List;

/** Counts hits and adds up measures, chunk by chunk; chunks are added in their order. */
final class Tally {

  private final Measure[] measures;
  private final double[][] sums;
  private final int[] correct;

  Tally(List<Measure> measures, int chunks) {
    this.measures = measures.toArray(Measure[]::new);
    this.sums = new double[chunks][this.measures.length];
    this.correct = new int[chunks];
  }

  /** Counts the rows of one chunk; tasks may count different chunks at once. */
  void count(
      int chunk, FloatMatrix scores, FloatMatrix probabilities, int[] labels, int from, int to) {
    double[] chunkSums = sums[chunk];
    int hits = 0;
    for (int m = 0; m < measures.length; m++) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += measures[m].of(scores, probabilities, i, labels[i]);
      }
      chunkSums[m] = sum;
    }
    for (int i = from; i < to; i++) {
      hits += argMax(scores, i) == labels[i] ? 1 : 0;
    }
    correct[chunk] = hits;
  }

  int correct() {
    int total = 0;
    for (int hits : correct) {
      total += hits;
    }
    return total;
  }

  double sum(int measure) {
    double total = 0;
    for (double[] chunkSums : sums) {
      total += chunkSums[measure];
    }
    return total;
  }

  Evaluation evaluation(int rows) {
    double[] totals = new double[measures.length];
    for (int m = 0; m < totals.length; m++) {
      totals[m] = sum(m);
    }
    return new Evaluation(rows, correct(), totals);
  }

  /** The column of the largest element; a tie goes to the lower one, NaN is never largest. */
  static int argMax(FloatMatrix scores, int row) {
    int best = 0;
    float max = Float.NEGATIVE_INFINITY;
    for (int j = 0; j < scores.columns(); j++) {
      float score = scores.get(row, j);
      if (score > max) {
        max = score;
        best = j;
      }
    }
    return best;
  }
}
