package dev.lanewise.engine.neighbors;

import java.util.Comparator;
import java.util.stream.IntStream;

/** The definition of the answer: every distance, sorted. */
final class BruteForce {

  private BruteForce() {}

  /** A distance before its root, and a row. */
  record Pair(double distance, int row) {}

  static Neighbors search(int[][] rows, int[][] queries, Distance metric, int k) {
    return search(toDouble(rows), toDouble(queries), metric, k);
  }

  static Neighbors search(double[][] rows, double[][] queries, Distance metric, int k) {
    int[] indices = new int[queries.length * k];
    double[] distances = new double[queries.length * k];
    for (int query = 0; query < queries.length; query++) {
      double[] q = queries[query];
      Pair[] nearest =
          IntStream.range(0, rows.length)
              .mapToObj(row -> new Pair(distance(q, rows[row], metric), row))
              .sorted(Comparator.comparingDouble(Pair::distance).thenComparingInt(Pair::row))
              .limit(k)
              .toArray(Pair[]::new);
      for (int rank = 0; rank < k; rank++) {
        double distance = nearest[rank].distance();
        indices[query * k + rank] = nearest[rank].row();
        distances[query * k + rank] = metric == Distance.L1 ? distance : Math.sqrt(distance);
      }
    }
    return new Neighbors(queries.length, k, indices, distances);
  }

  private static double distance(double[] a, double[] b, Distance metric) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      double difference = a[j] - b[j];
      sum += metric == Distance.L1 ? Math.abs(difference) : difference * difference;
    }
    return sum;
  }

  private static double[][] toDouble(int[][] values) {
    double[][] result = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      result[i] = IntStream.of(values[i]).asDoubleStream().toArray();
    }
    return result;
  }
}
