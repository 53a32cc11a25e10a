package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.List;

/** Counts hits and adds up measures, chunk by chunk; chunks are added in their order. */
final class Tally {

  private final List<Measure> asked;
  private final Measure[] measures;
  private final double[][] sums;
  private final int[] correct;
  private final RowBlock[] blocks;

  /** For rows of a number of classes, in chunks. */
  Tally(List<Measure> measures, int rows, int classes) {
    this.asked = List.copyOf(measures);
    this.measures = measures.toArray(Measure[]::new);
    int chunks = Work.chunks(rows);
    this.sums = new double[chunks][this.measures.length];
    this.correct = new int[chunks];
    this.blocks = RowBlock.ofChunks(rows, classes);
  }

  /** Whether these measures were asked for. */
  boolean isOf(List<Measure> some) {
    return asked.equals(some);
  }

  /** Counts the rows of one chunk; tasks may count different chunks at once. */
  void count(
      int chunk, FloatMatrix scores, FloatMatrix probabilities, int[] labels, int from, int to) {
    double[] chunkSums = sums[chunk];
    for (int m = 0; m < measures.length; m++) {
      double sum = 0;
      for (int i = from; i < to; i++) {
        sum += measures[m].of(scores, probabilities, i, labels[i]);
      }
      chunkSums[m] = sum;
    }
    correct[chunk] = hits(blocks[chunk], scores, labels, from, to);
  }

  private static int hits(RowBlock block, FloatMatrix scores, int[] labels, int from, int to) {
    int classes = scores.columns();
    int hits = 0;
    int end;
    for (int first = from; first < to; first = end) {
      end = block.end(first, to);
      block.load(scores, first, end);
      for (int i = first; i < end; i++) {
        hits += isFirstLargest(block.values, (i - first) * classes, classes, labels[i]) ? 1 : 0;
      }
    }
    return hits;
  }

  /** Whether {@link #argMax} of a row is a label, which few of the elements may tell. */
  private static boolean isFirstLargest(float[] scores, int at, int classes, int label) {
    float score = scores[at + label];
    // Of a row without anything larger, 0 is the answer; what comes first may well be NaN.
    if (!(score > Float.NEGATIVE_INFINITY) && label > 0) {
      return false;
    }
    for (int j = at; j < at + label; j++) {
      if (scores[j] >= score) {
        return false;
      }
    }
    float atMost = label == 0 && Float.isNaN(score) ? Float.NEGATIVE_INFINITY : score;
    for (int j = at + label + 1; j < at + classes; j++) {
      if (scores[j] > atMost) {
        return false;
      }
    }
    return true;
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
