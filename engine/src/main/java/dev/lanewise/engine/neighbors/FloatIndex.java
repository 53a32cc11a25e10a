package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.CanonicalDistance;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of floats. A kernel's distances only decide which rows are worth the {@link
 * CanonicalDistance} that ranks them.
 *
 * <p><b>The margin.</b> Let S be the exact measure of d columns and u = 2^-24. A kernel's
 * difference is D(1 + e1); a square has that factor twice and one rounding more; a sum of
 * non-negative terms, in any association, adds at most d roundings to each term. So the kernel's
 * value is at most S (1 + g), g = nu / (1 - nu), n = d + 3, plus at most 2^-149 for each of the d
 * products, which may fall below the normal range. The canonical value C differs from S by the same
 * factor with 2^-53 for u, which one more u covers many times. With n = d + 4 and nu at most 1/4, g
 * is at most 2nu: a row with C at most T has a kernel value of at most T (1 + 2nu) + d 2^-149. More
 * columns than nu allows, or a limit beyond the floats, filter nothing; a kernel value that
 * overflows is infinite, and passes only such a limit.
 */
final class FloatIndex implements NearestNeighbors.Index {

  private static final int QUERIES = 64;

  /**
   * Rows a block: at 3,136 bytes a row, 200 kB, so that a block stays in the second-level cache.
   */
  private static final int ROWS = 64;

  private static final int LINE = FloatMatrix.ALIGNMENT / Float.BYTES;

  /** The kind of a file that holds one. */
  static final String KIND = "float-index";

  private static final String ROWS_ENTRY = "rows";

  private final Engine engine;
  private final Metric metric;
  private final FloatMatrix rows;
  private final int columns;
  private final @Nullable ModelFile file;
  private final List<FloatMatrix> blocks;
  private final double relative;
  private final double absolute;
  private final Pool<Workspace> pool = new Pool<>(() -> new Workspace(this));

  FloatIndex(Engine engine, FloatMatrix source, Distance distance) {
    this(engine, padded(source), source.columns(), distance, null);
  }

  /** Searches rows where they lie in a file. */
  FloatIndex(Engine engine, ModelFile file, int columns, Distance distance) {
    this(engine, rowsOf(file, columns), columns, distance, file);
  }

  private FloatIndex(
      Engine engine, FloatMatrix rows, int columns, Distance distance, @Nullable ModelFile file) {
    this.engine = engine;
    this.metric = distance == Distance.L1 ? Metric.L1 : Metric.SQUARED_L2;
    this.rows = rows;
    this.columns = columns;
    this.file = file;
    this.blocks = new ArrayList<>();
    for (int from = 0; from < rows.rows(); from += ROWS) {
      blocks.add(rows.rows(from, Math.min(rows.rows(), from + ROWS)));
    }
    double nu = (rows.columns() + 4) * 0x1p-24;
    this.relative = nu <= 0.25 ? 1 + 2 * nu : Double.POSITIVE_INFINITY;
    this.absolute = rows.columns() * 0x1p-149;
  }

  private static FloatMatrix padded(FloatMatrix source) {
    finite("row", source);
    FloatMatrix rows = FloatMatrix.zeros(source.rows(), paddedColumns(source.columns()));
    rows.block(0, source.rows(), 0, source.columns()).setAll(source);
    return rows;
  }

  private static int paddedColumns(int columns) {
    return Math.ceilDiv(columns, LINE) * LINE;
  }

  private static FloatMatrix rowsOf(ModelFile file, int columns) {
    FloatMatrix rows = file.floats(ROWS_ENTRY);
    if (rows.columns() != paddedColumns(columns)) {
      throw file.wrong(ROWS_ENTRY, "are " + rows.shape() + " for " + columns + " columns");
    }
    return rows;
  }

  @Override
  public int rows() {
    return rows.rows();
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public void save(ModelWriter writer) {
    writer.floats(ROWS_ENTRY, rows);
  }

  @Override
  public void verify() {
    if (file == null) {
      return;
    }
    file.verify();
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = columns; j < rows.columns(); j++) {
        if (rows.get(i, j) != 0) {
          throw file.wrong(ROWS_ENTRY, i, j, "is beyond the columns and not 0");
        }
      }
    }
  }

  private static void finite(String what, FloatMatrix matrix) {
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        if (!Float.isFinite(matrix.get(i, j))) {
          throw new IllegalArgumentException(
              what
                  + " "
                  + i
                  + ", column "
                  + j
                  + " is "
                  + matrix.get(i, j)
                  + ", not a finite number");
        }
      }
    }
  }

  @Override
  public Neighbors search(ByteMatrix queries, int k) {
    FloatMatrix floats = FloatMatrix.zeros(queries.rows(), queries.columns());
    for (int i = 0; i < queries.rows(); i++) {
      for (int j = 0; j < queries.columns(); j++) {
        floats.set(i, j, queries.get(i, j));
      }
    }
    return search(floats, k);
  }

  @Override
  public Neighbors search(FloatMatrix queries, int k) {
    finite("query", queries);
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

  private void search(Workspace workspace, FloatMatrix queries, int from, int to, int k) {
    int count = to - from;
    workspace.queries.block(0, count, 0, queries.columns()).setAll(queries.rows(from, to));
    TopK best = workspace.best;
    best.reset(count, k);
    FloatMatrix block = workspace.queries.rows(0, count);
    int first = 0;
    for (FloatMatrix some : blocks) {
      FloatMatrix out = workspace.out.block(0, count, 0, some.rows());
      engine.kernels().distances(metric, block, some, out);
      for (int query = 0; query < count; query++) {
        float limit = limit(best.limit(query, Long.MAX_VALUE));
        int found = engine.kernels().atMost(out, query, limit, workspace.hits);
        for (int hit = 0; hit < found; hit++) {
          int row = first + workspace.hits[hit];
          double distance =
              metric == Metric.L1
                  ? CanonicalDistance.l1(block, query, rows, row)
                  : CanonicalDistance.squaredL2(block, query, rows, row);
          best.offer(query, Double.doubleToRawLongBits(distance), row);
        }
      }
      first += some.rows();
    }
  }

  /** What a kernel's value of a row may be that could still enter; see the class comment. */
  private float limit(long bits) {
    if (bits == Long.MAX_VALUE) {
      return Float.POSITIVE_INFINITY;
    }
    double limit = Double.longBitsToDouble(bits) * relative + absolute;
    // 0 * infinity; then nothing is filtered either.
    return Double.isNaN(limit) ? Float.POSITIVE_INFINITY : Math.nextUp((float) limit);
  }

  private static final class Workspace {
    final FloatMatrix queries;
    final FloatMatrix out = FloatMatrix.zeros(QUERIES, ROWS);
    final int[] hits = new int[ROWS];
    final TopK best = new TopK();

    Workspace(FloatIndex index) {
      queries = FloatMatrix.zeros(QUERIES, index.rows.columns());
    }

    void read(int from, int to, int k, Metric metric, int[] indices, double[] distances) {
      for (int query = from; query < to; query++) {
        best.sort(query - from, k);
        for (int rank = 0; rank < k; rank++) {
          double distance = Double.longBitsToDouble(best.distance(query - from, rank));
          indices[query * k + rank] = best.row(query - from, rank);
          distances[query * k + rank] = metric == Metric.L1 ? distance : Math.sqrt(distance);
        }
      }
    }
  }
}
