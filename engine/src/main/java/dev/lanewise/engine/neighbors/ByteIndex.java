package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.util.ArrayList;
import java.util.List;

/** Rows of unsigned bytes, ranked by integers. */
final class ByteIndex implements NearestNeighbors.Index {

  /** Queries a task, and so a workspace. */
  private static final int QUERIES = 64;

  /** Rows a block: at 832 bytes a row, 213 kB, so that a block stays in the second-level cache. */
  private static final int ROWS = 256;

  private final Engine engine;
  private final Metric metric;
  private final ByteMatrix rows;
  private final List<ByteMatrix> blocks;
  private final Pool<Workspace> pool = new Pool<>(() -> new Workspace(this));

  ByteIndex(Engine engine, ByteMatrix source, Distance distance) {
    this.engine = engine;
    this.metric = distance == Distance.L1 ? Metric.L1 : Metric.SQUARED_L2;
    this.rows = padded(source.rows(), source.columns());
    rows.block(0, source.rows(), 0, source.columns()).setAll(source);
    this.blocks = new ArrayList<>();
    for (int from = 0; from < rows.rows(); from += ROWS) {
      blocks.add(rows.rows(from, Math.min(rows.rows(), from + ROWS)));
    }
  }

  /**
   * Zeros of whole cache lines a row: columns that are 0 everywhere change no distance, and without
   * them every row is aligned and no kernel has columns left over.
   */
  private static ByteMatrix padded(int rows, int columns) {
    return ByteMatrix.zeros(
        rows, Math.ceilDiv(columns, ByteMatrix.ALIGNMENT) * ByteMatrix.ALIGNMENT);
  }

  @Override
  public Neighbors search(FloatMatrix queries, int k) {
    throw new IllegalArgumentException(
        "this index is over bytes and the queries are floats: build the index from a FloatMatrix");
  }

  @Override
  public Neighbors search(ByteMatrix queries, int k) {
    int count = queries.rows();
    int[] indices = new int[count * k];
    double[] distances = new double[count * k];
    engine
        .parallelism()
        .forEach(
            Math.ceilDiv(count, QUERIES),
            task -> {
              int from = task * QUERIES;
              Workspace workspace = pool.take();
              search(workspace, queries, from, Math.min(count, from + QUERIES), k);
              workspace.read(from, Math.min(count, from + QUERIES), k, metric, indices, distances);
              pool.give(workspace);
            });
    return new Neighbors(count, k, indices, distances);
  }

  private void search(Workspace workspace, ByteMatrix queries, int from, int to, int k) {
    int count = to - from;
    workspace.queries.block(0, count, 0, queries.columns()).setAll(queries.rows(from, to));
    workspace.best.reset(count, k);
    ByteMatrix block = workspace.queries.rows(0, count);
    int first = 0;
    for (ByteMatrix some : blocks) {
      IntMatrix out = workspace.out.block(0, count, 0, some.rows());
      engine.kernels().distances(metric, block, some, out);
      for (int query = 0; query < count; query++) {
        int limit = (int) workspace.best.limit(query, Integer.MAX_VALUE);
        int found = engine.kernels().atMost(out, query, limit, workspace.hits);
        for (int hit = 0; hit < found; hit++) {
          int row = workspace.hits[hit];
          workspace.best.offer(query, out.get(query, row), first + row);
        }
      }
      first += some.rows();
    }
  }

  private static final class Workspace {
    final ByteMatrix queries;
    final IntMatrix out = IntMatrix.zeros(QUERIES, ROWS);
    final int[] hits = new int[ROWS];
    final TopK best = new TopK();

    Workspace(ByteIndex index) {
      queries = ByteMatrix.zeros(QUERIES, index.rows.columns());
    }

    void read(int from, int to, int k, Metric metric, int[] indices, double[] distances) {
      for (int query = from; query < to; query++) {
        best.sort(query - from);
        for (int rank = 0; rank < k; rank++) {
          double distance = (double) best.distance(query - from, rank);
          indices[query * k + rank] = best.row(query - from, rank);
          distances[query * k + rank] = metric == Metric.L1 ? distance : Math.sqrt(distance);
        }
      }
    }
  }
}
