package dev.lanewise.engine.neighbors;

import java.util.Arrays;

/**
 * What a search found, before roots are taken: k pairs a query, ordered by (measure, row). A
 * measure is a non-negative long that orders as the distance does, as in {@link TopK}.
 */
final class Found {

  final int queries;
  final int k;
  final long[] measures;
  final int[] rows;

  Found(int queries, int k) {
    this.queries = queries;
    this.k = k;
    this.measures = new long[queries * k];
    this.rows = new int[queries * k];
  }

  /** Takes over what was found for queries from {@code from} on. */
  void take(TopK best, int from, int count) {
    for (int query = 0; query < count; query++) {
      best.sort(query, k);
      for (int rank = 0; rank < k; rank++) {
        int at = (from + query) * k + rank;
        measures[at] = best.distance(query, rank);
        rows[at] = best.row(query, rank);
      }
    }
  }

  Neighbors neighbors(NearestNeighbors.Index index) {
    double[] distances = new double[measures.length];
    Arrays.setAll(distances, i -> index.distance(measures[i]));
    return new Neighbors(queries, k, rows, distances);
  }
}
