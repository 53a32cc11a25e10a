package dev.lanewise.cli.experiment;

import dev.lanewise.engine.neighbors.Vote;
import java.util.ArrayList;
import java.util.List;

/**
 * What an accuracy could have been had the sort been another one. Where training images tie in
 * distance across the k-th place, an unstable sort may take any of them; each swap of one taken
 * image for one left out is tried.
 *
 * @param flips the test images whose being right or wrong depends on it, one swap each
 */
record TieBreaks(List<Flip> flips) {

  /**
   * One test image that another sort would have labelled differently.
   *
   * @param query its row
   * @param taken the training row that took the last place, by being lower
   * @param takenLabel its label
   * @param left a training row at the same distance that was left out
   * @param leftLabel its label
   * @param rightNow whether the image is labelled right with the row that was taken
   */
  record Flip(int query, int taken, int takenLabel, int left, int leftLabel, boolean rightNow) {}

  static TieBreaks of(MnistSearch search, Vote vote, int k) {
    List<Flip> flips = new ArrayList<>();
    for (int query = 0; query < search.truth().length; query++) {
      Flip flip = flip(search, vote, k, query);
      if (flip != null) {
        flips.add(flip);
      }
    }
    return new TieBreaks(flips);
  }

  private static @org.jspecify.annotations.Nullable Flip flip(
      MnistSearch search, Vote vote, int k, int query) {
    int known = search.parts().getFirst().k();
    double last = search.distance(query, k - 1);
    int[] labels = new int[k];
    double[] distances = new double[k];
    for (int rank = 0; rank < k; rank++) {
      labels[rank] = search.labels()[search.index(query, rank)];
      distances[rank] = search.distance(query, rank);
    }
    int truth = search.truth()[query];
    boolean right = vote.decide(labels, distances, k) == truth;
    for (int out = k; out < known && search.distance(query, out) == last; out++) {
      for (int in = k - 1; in >= 0 && distances[in] == last; in--) {
        int kept = labels[in];
        labels[in] = search.labels()[search.index(query, out)];
        boolean then = vote.decide(labels, distances, k) == truth;
        int swapped = labels[in];
        labels[in] = kept;
        if (then != right) {
          return new Flip(
              query, search.index(query, in), kept, search.index(query, out), swapped, right);
        }
      }
    }
    return null;
  }
}
