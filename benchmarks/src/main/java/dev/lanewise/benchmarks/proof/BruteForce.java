package dev.lanewise.benchmarks.proof;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.IntMatrix;

/**
 * Nearest neighbours without pruning, with the same kernels: every distance is computed, exactly,
 * and ties go to the lower row. What the pruned search is compared with.
 */
final class BruteForce {

  /** As the index has them: blocks of distances that stay in the second-level cache or near it. */
  private static final int QUERIES = 256;

  private static final int ROWS = 1024;

  private final Engine engine;
  private final Metric metric;
  private final ByteMatrix rows;

  BruteForce(Engine engine, Metric metric, ByteMatrix rows) {
    this.engine = engine;
    this.metric = metric;
    this.rows = rows;
  }

  /** The k nearest rows of each query, nearest first, as distance * 2^32 + row. */
  long[] search(ByteMatrix queries, int k) {
    long[] best = new long[queries.rows() * k];
    engine
        .parallelism()
        .forEach(
            Math.ceilDiv(queries.rows(), QUERIES),
            task -> {
              int from = task * QUERIES;
              search(queries.rows(from, Math.min(queries.rows(), from + QUERIES)), from, k, best);
            });
    return best;
  }

  private void search(ByteMatrix queries, int first, int k, long[] best) {
    Kernels kernels = EngineKernels.of(engine);
    IntMatrix out = IntMatrix.zeros(queries.rows(), ROWS);
    int[] hits = new int[ROWS];
    int[] found = new int[queries.rows()];
    for (int from = 0; from < rows.rows(); from += ROWS) {
      ByteMatrix block = rows.rows(from, Math.min(rows.rows(), from + ROWS));
      IntMatrix distances = out.block(0, queries.rows(), 0, block.rows());
      kernels.distances(metric, queries, block, distances);
      for (int query = 0; query < queries.rows(); query++) {
        int start = (first + query) * k;
        long limit = found[query] < k ? Integer.MAX_VALUE : best[start + k - 1] >>> 32;
        int count = kernels.atMost(distances, query, (int) limit, hits);
        for (int hit = 0; hit < count; hit++) {
          long entry = ((long) distances.get(query, hits[hit]) << 32) | (from + hits[hit]);
          if (found[query] == k && entry >= best[start + k - 1]) {
            continue;
          }
          int at = found[query] < k ? found[query]++ : k - 1;
          for (; at > 0 && best[start + at - 1] > entry; at--) {
            best[start + at] = best[start + at - 1];
          }
          best[start + at] = entry;
        }
      }
    }
  }

  /** The sum of all distances that were found. */
  static double sum(long[] best) {
    double sum = 0;
    for (long entry : best) {
      sum += entry >>> 32;
    }
    return sum;
  }

  /** A hash of all rows that were found, in their order. */
  static double hash(long[] best) {
    int hash = 1;
    for (long entry : best) {
      hash = 31 * hash + (int) entry;
    }
    return hash;
  }
}
