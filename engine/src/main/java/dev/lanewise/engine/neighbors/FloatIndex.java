package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.CanonicalDistance;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.memory.Pool;
import java.util.ArrayList;
import java.util.BitSet;
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
  private final Pool<Workspace> pool;

  FloatIndex(Engine engine, FloatMatrix source, Distance distance) {
    this(engine, padded(source), source.columns(), distance.metric(), null, null);
  }

  /** Searches rows where they lie in a file. */
  FloatIndex(Engine engine, ModelFile file, int columns, Distance distance) {
    this(engine, rowsOf(file, columns), columns, distance.metric(), file, null);
  }

  private FloatIndex(
      Engine engine,
      FloatMatrix rows,
      int columns,
      Metric metric,
      @Nullable ModelFile file,
      @Nullable Pool<Workspace> pool) {
    this.engine = engine;
    this.metric = metric;
    int width = rows.columns();
    this.pool = pool == null ? new Pool<>(WORKSPACES, () -> new Workspace(width)) : pool;
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

  /** An index without rows, to append to. */
  static FloatIndex appendable(Engine engine, int columns, Distance distance) {
    FloatMatrix none = FloatMatrix.zeros(0, paddedColumns(columns));
    return new FloatIndex(engine, none, columns, distance.metric(), null, null);
  }

  /** As {@link ByteIndex#append}. */
  FloatIndex append(FloatMatrix more) {
    finite("row", more);
    int count = Math.addExact(rows(), more.rows());
    int stride = rows.columns();
    long room = rows.segment().byteSize() / Float.BYTES / stride;
    FloatMatrix storage;
    if (room >= count) {
      storage = FloatMatrix.of(rows.segment(), (int) Math.min(room, Integer.MAX_VALUE), stride);
    } else {
      storage = FloatMatrix.zeros(ByteIndex.capacity(count), stride);
      storage.rows(0, rows()).setAll(rows);
    }
    storage.block(rows(), count, 0, columns).setAll(more);
    return new FloatIndex(engine, storage.rows(0, count), columns, metric, null, pool);
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
  public Engine engine() {
    return engine;
  }

  @Override
  public int rows() {
    return rows.rows();
  }

  @Override
  public double distance(long measure) {
    double distance = Double.longBitsToDouble(measure);
    return metric == Metric.L1 ? distance : Math.sqrt(distance);
  }

  @Override
  public void copyRow(int row, Matrix to, int toRow) {
    ((FloatMatrix) to)
        .block(toRow, toRow + 1, 0, columns)
        .setAll(rows.block(row, row + 1, 0, columns));
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
  public Found search(Matrix queries, int k, @Nullable BitSet hidden) {
    if (queries instanceof FloatMatrix floats) {
      finite("query", floats);
    }
    int count = queries.rows();
    Found found = new Found(count, k);
    Thread caller = Thread.currentThread();
    engine
        .parallelism()
        .forEach(
            Math.ceilDiv(count, QUERIES),
            task -> {
              int from = task * QUERIES;
              int to = Math.min(count, from + QUERIES);
              Workspace workspace = pool.take();
              try {
                search(workspace, queries, from, to, k, hidden, caller);
                found.take(workspace.best, from, to - from);
              } finally {
                pool.give(workspace);
              }
            });
    return found;
  }

  /** Bytes as the floats 0..255. */
  static FloatMatrix floats(Matrix matrix) {
    if (matrix instanceof FloatMatrix floats) {
      return floats;
    }
    ByteMatrix bytes = (ByteMatrix) matrix;
    FloatMatrix floats = FloatMatrix.zeros(bytes.rows(), bytes.columns());
    copy(bytes, 0, floats);
    return floats;
  }

  /** Fills a matrix with as many rows from some on, bytes as the floats 0..255. */
  private static void copy(Matrix from, int first, FloatMatrix to) {
    if (from instanceof FloatMatrix floats) {
      to.setAll(floats.rows(first, first + to.rows()));
      return;
    }
    ByteMatrix bytes = (ByteMatrix) from;
    for (int i = 0; i < to.rows(); i++) {
      for (int j = 0; j < to.columns(); j++) {
        to.set(i, j, bytes.get(first + i, j));
      }
    }
  }

  private void search(
      Workspace workspace,
      Matrix queries,
      int from,
      int to,
      int k,
      @Nullable BitSet hidden,
      Thread caller) {
    int count = to - from;
    copy(queries, from, workspace.queries.block(0, count, 0, queries.columns()));
    TopK best = workspace.best;
    best.reset(count, k);
    FloatMatrix block = workspace.queries.rows(0, count);
    Kernels kernels = EngineKernels.of(engine);
    int first = 0;
    for (FloatMatrix some : blocks) {
      Parallelism.throwIfInterrupted(caller);
      FloatMatrix out = workspace.out.block(0, count, 0, some.rows());
      kernels.distances(metric, block, some, out);
      for (int query = 0; query < count; query++) {
        float limit = limit(best.limit(query, Long.MAX_VALUE));
        int found = kernels.atMost(out, query, limit, workspace.hits);
        for (int hit = 0; hit < found; hit++) {
          int row = first + workspace.hits[hit];
          if (hidden != null && hidden.get(row)) {
            continue;
          }
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

    Workspace(int columns) {
      queries = FloatMatrix.zeros(QUERIES, columns);
    }
  }
}
