package dev.lanewise.engine.neighbors;

import java.util.Arrays;

/**
 * The vote rules. Labels are any integers; k is small, so counting compares all pairs. Stateless,
 * and so thread-safe.
 */
public final class Votes {

  private Votes() {}

  /** Most votes; a tie goes to the smallest label. */
  public static Vote plurality() {
    return (labels, distances, k) -> plurality(labels, k);
  }

  /**
   * Most votes; of labels tied for most votes the smallest sum of distances, added nearest first in
   * doubles; a tie of sums goes to the smallest label.
   */
  public static Vote smallestDistanceSum() {
    return Votes::smallestDistanceSum;
  }

  /** {@link #publishedMiniMnist(double)} for distances between images of mean pixel values. */
  public static Vote publishedMiniMnist() {
    return publishedMiniMnist(1);
  }

  /**
   * The rule of the mini-MNIST write-up, bug for bug. Its code is
   *
   * <pre>{@code
   * predicted_label = np.argmax(np.bincount(k_nearest_labels))
   * if list(k_nearest_labels).count(predicted_label) < self.k / 2:
   *     label_distances = [distances[i] for i in k_nearest_indices if labels[i] == predicted_label]
   *     predicted_label = min(set(k_nearest_labels), key=label_distances.count)
   * }</pre>
   *
   * <p>So: the plurality label, smallest on a tie, stands if it holds at least half of the votes.
   * Else each label l of the k is scored by how many of the plurality label's neighbours are at a
   * distance equal to the <em>number</em> l, and the first with the lowest score wins, in the order
   * in which CPython iterates over a set of the labels, inserted nearest first ({@link
   * PythonIntSet}).
   *
   * <p>Comparing a distance with a label only means something in the write-up's unit: Euclidean
   * distance between images whose pixels are block means, 0..255.
   *
   * @param distanceScale how many times larger than in that unit the given distances are: 1 for
   *     block means, block * block for block sums
   * @throws IllegalArgumentException if the scale is not positive and finite; the rule itself
   *     throws it for a negative label, which the write-up's code refuses too
   */
  public static Vote publishedMiniMnist(double distanceScale) {
    if (!(distanceScale > 0) || Double.isInfinite(distanceScale)) {
      throw new IllegalArgumentException(
          "the distance scale must be positive and finite, not " + distanceScale);
    }
    return (labels, distances, k) -> published(labels, distances, k, distanceScale);
  }

  private static int plurality(int[] labels, int k) {
    int best = labels[0];
    int most = 0;
    for (int i = 0; i < k; i++) {
      int count = count(labels, k, labels[i]);
      if (count > most || (count == most && labels[i] < best)) {
        best = labels[i];
        most = count;
      }
    }
    return best;
  }

  private static int count(int[] labels, int k, int label) {
    int count = 0;
    for (int i = 0; i < k; i++) {
      if (labels[i] == label) {
        count++;
      }
    }
    return count;
  }

  private static int smallestDistanceSum(int[] labels, double[] distances, int k) {
    int best = labels[0];
    int most = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 0; i < k; i++) {
      int count = count(labels, k, labels[i]);
      if (count < most) {
        continue;
      }
      double sum = 0;
      for (int j = 0; j < k; j++) {
        if (labels[j] == labels[i]) {
          sum += distances[j];
        }
      }
      if (count > most || sum < smallest || (sum == smallest && labels[i] < best)) {
        best = labels[i];
        most = count;
        smallest = sum;
      }
    }
    return best;
  }

  private static int published(int[] labels, double[] distances, int k, double scale) {
    int plurality = plurality(labels, k);
    if (2 * count(labels, k, plurality) >= k) {
      return plurality;
    }
    int best = plurality;
    int fewest = Integer.MAX_VALUE;
    for (int label : PythonIntSet.order(Arrays.copyOf(labels, k))) {
      int score = 0;
      for (int i = 0; i < k; i++) {
        if (labels[i] == plurality && distances[i] / scale == label) {
          score++;
        }
      }
      if (score < fewest) {
        best = label;
        fewest = score;
      }
    }
    return best;
  }
}
