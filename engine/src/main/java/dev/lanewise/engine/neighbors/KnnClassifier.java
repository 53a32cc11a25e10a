package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * Classifies a query by a vote of its nearest neighbours.
 *
 * <p>Costs what the search costs; voting takes k^2 steps a query.
 *
 * <p>Thread-safety: immutable, as long as the vote is thread-safe.
 */
public final class KnnClassifier {

  private final NearestNeighbors index;
  private final int[] labels;
  private final Vote vote;

  /**
   * A classifier.
   *
   * @param labels the label of each row of the index, also of rows that were removed; copied
   * @throws IllegalArgumentException if there is not one label for each row
   */
  public KnnClassifier(NearestNeighbors index, int[] labels, Vote vote) {
    if (labels.length != index.bound()) {
      throw new IllegalArgumentException(
          labels.length + " labels for an index of " + index.bound() + " rows");
    }
    this.index = index;
    this.labels = labels.clone();
    this.vote = vote;
  }

  /**
   * The label of each query.
   *
   * @throws IllegalArgumentException as {@link NearestNeighbors#search(ByteMatrix, int)} does
   */
  public int[] predict(ByteMatrix queries, int k) {
    return vote(index.search(queries, k), labels, vote, k);
  }

  /**
   * The label of each query.
   *
   * @throws IllegalArgumentException as {@link NearestNeighbors#search(FloatMatrix, int)} does
   */
  public int[] predict(FloatMatrix queries, int k) {
    return vote(index.search(queries, k), labels, vote, k);
  }

  /**
   * The label of each query by a vote of its first k neighbours: one search with the largest k
   * serves all smaller ones, because neighbours are ordered.
   *
   * @param labels the label of each row of the index that was searched
   * @throws IllegalArgumentException if k is less than 1 or more than was searched for, or a
   *     neighbour has no label
   */
  public static int[] vote(Neighbors neighbors, int[] labels, Vote vote, int k) {
    if (k < 1 || k > neighbors.k()) {
      throw new IllegalArgumentException(
          "k must be between 1 and the " + neighbors.k() + " neighbours searched for, not " + k);
    }
    int[] result = new int[neighbors.queries()];
    int[] nearest = new int[neighbors.k()];
    double[] distances = new double[neighbors.k()];
    for (int query = 0; query < result.length; query++) {
      for (int rank = 0; rank < nearest.length; rank++) {
        int row = neighbors.index(query, rank);
        if (row >= labels.length) {
          throw new IllegalArgumentException(
              "row " + row + " is a neighbour, but there are only " + labels.length + " labels");
        }
        nearest[rank] = labels[row];
      }
      neighbors.distances(query, distances);
      result[query] = vote.decide(nearest, distances, k);
    }
    return result;
  }
}
