package dev.lanewise.engine.neighbors;

import java.util.Objects;

/**
 * The nearest rows of each query: queries x k, nearest first, ordered by (distance, row), so that
 * of two rows equally far the one with the lower index comes first.
 *
 * <p>Thread-safety: immutable.
 */
public final class Neighbors {

  private final int queries;
  private final int k;
  private final int[] indices;
  private final double[] distances;

  /** Takes the arrays over: row-major, queries x k. */
  Neighbors(int queries, int k, int[] indices, double[] distances) {
    this.queries = queries;
    this.k = k;
    this.indices = indices;
    this.distances = distances;
  }

  /** The number of queries. */
  public int queries() {
    return queries;
  }

  /** The number of neighbours of each query. */
  public int k() {
    return k;
  }

  /**
   * The index of a neighbour: a row of the matrix that the index was built from.
   *
   * @param rank 0 for the nearest
   * @throws IndexOutOfBoundsException if there is no such query or rank
   */
  public int index(int query, int rank) {
    return indices[at(query, rank)];
  }

  /**
   * The distance of a neighbour, in the unit of the matrix elements: for {@link Distance#L1} the
   * sum, for {@link Distance#L2} the root of the sum of squares.
   *
   * @param rank 0 for the nearest
   * @throws IndexOutOfBoundsException if there is no such query or rank
   */
  public double distance(int query, int rank) {
    return distances[at(query, rank)];
  }

  private int at(int query, int rank) {
    return Objects.checkIndex(query, queries) * k + Objects.checkIndex(rank, k);
  }

  /** All indices, a row-major copy. */
  public int[] indices() {
    return indices.clone();
  }

  /** All distances, a row-major copy. */
  public double[] distances() {
    return distances.clone();
  }

  /** Copies one query's distances, nearest first, to the start of an array. */
  void distances(int query, double[] to) {
    System.arraycopy(distances, Objects.checkIndex(query, queries) * k, to, 0, k);
  }
}
