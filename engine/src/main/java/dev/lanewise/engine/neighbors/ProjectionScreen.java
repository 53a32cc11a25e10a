package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.memory.Pool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bounds Euclidean distances by a few coordinates and the length of the rest, and where rows are
 * long, what passes again by more coordinates.
 *
 * <p><b>The bound.</b> Let M be the integer matrix of {@link Projection}, y = Mx, and s^2 at least
 * the largest eigenvalue of M M'. Then P = M / s lengthens no vector, I - P'P is positive
 * semi-definite and equals R'R for some R, and
 *
 * <pre>  a.b = Pa.Pb + Ra.Rb &lt;= (y_a.y_b) / s^2 + |Ra| |Rb|,   |Rx|^2 = |x|^2 - |y|^2 / s^2
 * </pre>
 *
 * <p>So every row needs only the coordinates z = (y / s, |Rx|) and the bound of an inner product is
 * one of shorter vectors. It needs no orthonormal M: a worse one only bounds worse. With |a - b|^2
 * = |a|^2 + |b|^2 - 2 a.b at most T:
 *
 * <pre>  G = z_a.z_b - |b|^2 / 2 &gt;= (|a|^2 - T) / 2</pre>
 *
 * <p>G is an inner product too, of (z_a, 1) and (z_b, -|b|^2 / 2): {@link Kernels#dotsAtLeast}.
 *
 * <p><b>The margin.</b> y, |y|^2, s^2 |x|^2 and their difference are exact integers, below 2^24,
 * 2^53, 2^61. Quotient and root are taken in doubles and rounded to a float once: each factor of G
 * is off by a relative u = 2^-24 and 2^-50 at most, a product by 2u and less than u/16 more. The n
 * terms are added in any association, fused or not: another n u / (1 - nu) of the sum of their
 * absolute values, which is at most |a| |b| + |b|^2 / 2, since z is as long as x. With B the
 * largest |b|, the kernel's G is off by at most 1.01 (n + 4) u (|a| B + B^2 / 2); the limit is
 * lowered by that, and by one float more for its own rounding. Coordinates are 0 or at least 1 / s,
 * so nothing underflows.
 *
 * <p><b>The second bound.</b> With all directions in place of the leading ones, w = (y / s, |Rx|)
 * brings no two rows further apart: |w_a - w_b| &lt;= |a - b|. They are compared as bytes, see
 * {@link RoundedVectors}.
 */
final class ProjectionScreen implements Screen {

  /** A third of the columns at least must be saved. */
  static final int MIN_COLUMNS = 64;

  /** Queries, and rows of an index while it is built, that pass through a workspace at a time. */
  private static final int PIECE = 256;

  /** Rows that {@link #helps} searches for. */
  private static final int TRIALS = 64;

  /**
   * The share of rows that may pass in a trial. Of 1,000 rows the nearest is as far as the 60th of
   * 60,000, so in a search far fewer pass. Without structure it is 1.
   */
  private static final double MOST_PASS = 0.5;

  private static final String PROJECTION = "projection";
  private static final String SCALE = "scale";
  private static final String LEADING_SCALE = "leading-scale";
  private static final String LARGEST = "largest-norm";
  private static final String VECTORS = "vectors";

  private final Engine engine;
  private final Kernels kernels;
  private final ByteMatrix[] blocks;
  private final Projection projection;
  private final FloatMatrix vectors;
  private final FloatMatrix[] vectorBlocks;
  private final int largestNorm;
  private final double longest;
  private final double slack;
  private final int[] firstRows;
  private final @Nullable RoundedVectors rounded;

  /** Finds directions and projects the rows on them. */
  ProjectionScreen(Engine engine, ByteMatrix[] blocks, double slack) {
    this(engine, blocks, Projection.fit(engine, blocks), slack);
  }

  /** The same, or null if the directions found say too little about distances. */
  static @Nullable ProjectionScreen ifItHelps(Engine engine, ByteMatrix[] blocks) {
    Projection projection = Projection.fit(engine, blocks);
    return helps(engine, blocks, projection)
        ? new ProjectionScreen(engine, blocks, projection, 1)
        : null;
  }

  /** Whether few rows of one block pass as the nearest of some rows of another. */
  private static boolean helps(Engine engine, ByteMatrix[] blocks, Projection projection) {
    ByteMatrix rows = blocks[blocks.length - 1];
    ByteMatrix queries = blocks[blocks.length - 2].rows(0, TRIALS);
    ProjectionScreen screen = new ProjectionScreen(engine, new ByteMatrix[] {rows}, projection, 1);
    IntMatrix distances = IntMatrix.zeros(TRIALS, rows.rows());
    EngineKernels.of(engine).distances(Metric.SQUARED_L2, queries, rows, distances);
    int[] limits = new int[TRIALS];
    for (int query = 0; query < TRIALS; query++) {
      limits[query] = Arrays.stream(distances.row(query)).min().orElseThrow();
    }
    int[] counts = new int[TRIALS];
    Scratch scratch = screen.scratch(TRIALS);
    screen.prepare(queries, scratch);
    screen.scan(0, limits, scratch, counts, new int[TRIALS * ByteIndex.width(rows.rows())]);
    return Arrays.stream(counts).sum() <= MOST_PASS * TRIALS * rows.rows();
  }

  private ProjectionScreen(
      Engine engine, ByteMatrix[] blocks, Projection projection, double slack) {
    this.engine = engine;
    this.kernels = EngineKernels.of(engine);
    this.blocks = blocks;
    this.slack = slack;
    this.projection = projection;
    this.vectors = FloatMatrix.zeros(blocks.length * terms(), stride());
    this.vectorBlocks = views();
    this.firstRows = firstRows(blocks);
    int[] largest = new int[blocks.length];
    Pool<Coordinates> pool =
        new Pool<>(engine.parallelism().threads(), () -> new Coordinates(PIECE, projection));
    this.rounded =
        hasMore() ? new RoundedVectors(sample(blocks[0], pool), firstRows[blocks.length]) : null;
    engine.parallelism().forEach(blocks.length, b -> largest[b] = build(b, pool));
    this.largestNorm = Arrays.stream(largest).max().orElse(0);
    this.longest = Math.sqrt(largestNorm);
  }

  /** Opens them where they lie in a file. */
  ProjectionScreen(Engine engine, ByteMatrix[] blocks, ModelFile file) {
    this.engine = engine;
    this.kernels = EngineKernels.of(engine);
    this.blocks = blocks;
    this.slack = 1;
    FloatMatrix matrix = file.floats(PROJECTION);
    int columns = blocks[0].columns();
    int dimensions = Projection.dimensions(columns);
    if (matrix.columns() != columns || matrix.rows() != dimensions) {
      throw file.wrong(
          PROJECTION, "is " + matrix.shape() + " and must be " + dimensions + " x " + columns);
    }
    this.projection =
        new Projection(
            matrix,
            file.integer(SCALE, 1, Projection.MAX_SCALE),
            Math.min(Projection.MAX_LEADING, dimensions),
            file.integer(LEADING_SCALE, 1, Projection.MAX_SCALE));
    this.vectors = file.floats(VECTORS);
    if (vectors.rows() != blocks.length * terms() || vectors.columns() != stride()) {
      throw file.wrong(
          VECTORS,
          "are " + vectors.shape() + " and must be " + blocks.length * terms() + " x " + stride());
    }
    this.vectorBlocks = views();
    this.largestNorm = file.integer(LARGEST, 0, Integer.MAX_VALUE);
    this.longest = Math.sqrt(largestNorm);
    this.firstRows = firstRows(blocks);
    this.rounded =
        hasMore() ? new RoundedVectors(file, firstRows[blocks.length], dimensions + 1) : null;
  }

  private static int[] firstRows(ByteMatrix[] blocks) {
    int[] first = new int[blocks.length + 1];
    for (int b = 0; b < blocks.length; b++) {
      first[b + 1] = first[b] + blocks[b].rows();
    }
    return first;
  }

  /** The coordinates of G: the projection, the length of the rest, and the row's own term. */
  private int terms() {
    return projection.leading() + 2;
  }

  /** Whether there are directions that only the second bound takes. */
  private boolean hasMore() {
    return projection.dimensions() > projection.leading();
  }

  private double[][] sample(ByteMatrix rows, Pool<Coordinates> pool) {
    Coordinates whole = pool.take();
    Coordinates c = whole.first(Math.min(PIECE, rows.rows()));
    project(rows.rows(0, c.count()), c);
    double[][] sample = new double[c.count()][];
    for (int i = 0; i < sample.length; i++) {
      sample[i] = all(c, i).clone();
    }
    pool.give(whole);
    return sample;
  }

  /**
   * A cache line more than whole ones, so that the column of a tile does not fall on a few sets of
   * the cache. The first block is the largest.
   */
  private int stride() {
    return ByteIndex.width(blocks[0].rows()) + FloatMatrix.ALIGNMENT / Float.BYTES;
  }

  private FloatMatrix[] views() {
    FloatMatrix[] views = new FloatMatrix[blocks.length];
    for (int b = 0; b < views.length; b++) {
      views[b] =
          vectors.block(b * terms(), (b + 1) * terms(), 0, ByteIndex.width(blocks[b].rows()));
    }
    return views;
  }

  /** Fills in a block's vectors and returns the largest squared length of its rows. */
  private int build(int b, Pool<Coordinates> pool) {
    Coordinates whole = pool.take();
    int largest = 0;
    for (int from = 0; from < blocks[b].rows(); from += PIECE) {
      int to = Math.min(blocks[b].rows(), from + PIECE);
      Coordinates c = whole.first(to - from);
      project(blocks[b].rows(from, to), c);
      for (int p = 0; p < terms() - 1; p++) {
        for (int i = 0; i < c.count(); i++) {
          vectorBlocks[b].set(p, from + i, c.z.get(i, p));
        }
      }
      for (int i = 0; i < c.count(); i++) {
        int norm = c.norms.get(0, i);
        vectorBlocks[b].set(terms() - 1, from + i, (float) (-0.5 * norm));
        if (rounded != null) {
          rounded.set(firstRows[b] + from + i, all(c, i));
        }
        largest = Math.max(largest, norm);
      }
    }
    pool.give(whole);
    return largest;
  }

  @Override
  public void save(ModelWriter writer) {
    writer
        .integer(SCALE, projection.scale())
        .integer(LEADING_SCALE, projection.leadingScale())
        .integer(LARGEST, largestNorm)
        .floats(PROJECTION, projection.matrix())
        .floats(VECTORS, vectors);
    if (rounded != null) {
      rounded.save(writer);
    }
  }

  @Override
  public void verify(ModelFile file) {
    String wrong = projection.wrong();
    if (wrong != null) {
      throw file.wrong(PROJECTION, wrong);
    }
    // Exact products, and single roundings of them: the same bits on every backend.
    ProjectionScreen built = new ProjectionScreen(engine, blocks, projection, 1);
    ByteIndex.same(file, VECTORS, vectors, built.vectors, Float.BYTES);
    if (largestNorm != built.largestNorm) {
      throw file.wrong(LARGEST, "is " + largestNorm + ", of the rows " + built.largestNorm);
    }
    if (rounded != null && built.rounded != null) {
      rounded.verify(file, built.rounded);
    }
  }

  /** Fills in y, z and the squared lengths of rows. */
  private void project(ByteMatrix rows, Coordinates c) {
    int leading = projection.leading();
    Projection.convert(rows, c.floats);
    kernels.gemm(Transpose.NO, Transpose.YES, 1, c.floats, projection.matrix(), 0, c.y);
    kernels.distances(Metric.SQUARED_L2, c.zero, rows, c.norms);
    double s = Math.sqrt((double) projection.leadingScale());
    for (int i = 0; i < rows.rows(); i++) {
      long squares = 0;
      for (int p = 0; p < leading; p++) {
        long y = (long) c.y.get(i, p);
        squares += y * y;
        c.z.set(i, p, (float) (y / s));
      }
      long rest = projection.leadingScale() * c.norms.get(0, i) - squares;
      c.z.set(i, leading, (float) (Math.sqrt((double) rest) / s));
    }
  }

  /**
   * All coordinates of a projected row and the length of the rest, in an array of the workspace.
   */
  private double[] all(Coordinates c, int i) {
    int dimensions = projection.dimensions();
    double s = Math.sqrt((double) projection.scale());
    long squares = 0;
    for (int p = 0; p < dimensions; p++) {
      long y = (long) c.y.get(i, p);
      squares += y * y;
      c.all[p] = y / s;
    }
    long rest = projection.scale() * c.norms.get(0, i) - squares;
    c.all[dimensions] = Math.sqrt((double) rest) / s;
    return c.all;
  }

  @Override
  public Scratch scratch(int queries) {
    return new Queries(queries, projection);
  }

  @Override
  public void prepare(ByteMatrix queries, Scratch scratch) {
    Queries taken = (Queries) scratch;
    Coordinates c = taken.of(queries.rows());
    project(queries, c);
    if (rounded != null) {
      for (int query = 0; query < queries.rows(); query++) {
        taken.errors[query] = rounded.round(all(c, query), taken.rounded, query);
      }
    }
  }

  @Override
  public void estimate(int block, int base, int rows, Scratch scratch, Table table, TopK seeds) {
    Queries queries = (Queries) scratch;
    Coordinates c = queries.used;
    int count = c.count();
    FloatMatrix products = table.floats(count, vectorBlocks[block].columns());
    kernels.gemm(Transpose.NO, Transpose.NO, 1, c.z, vectorBlocks[block], 0, products);
    MemorySegment elements = products.segment();
    for (int query = 0; query < count; query++) {
      float norm = c.norms.get(0, query);
      long first = Float.BYTES * products.index(query, 0);
      float smallest = (norm - seeds.limit(query, Integer.MAX_VALUE)) / 2;
      for (int i = 0; i < rows; i++) {
        float product = elements.get(ValueLayout.JAVA_FLOAT_UNALIGNED, first + 4L * i);
        if (product >= smallest) {
          seeds.offer(query, (long) Math.max(0, norm - 2 * product), base + i);
          smallest = (norm - seeds.limit(query, Integer.MAX_VALUE)) / 2;
        }
      }
    }
  }

  @Override
  public void scan(int block, int[] limits, Scratch scratch, int[] counts, int[] hits) {
    Queries queries = (Queries) scratch;
    Coordinates c = queries.used;
    double relative = slack * 1.01 * (terms() + 4) * 0x1p-24;
    for (int query = 0; query < c.count(); query++) {
      double norm = c.norms.get(0, query);
      double margin = relative * (Math.sqrt(norm) * longest + longest * longest / 2);
      queries.limits[query] = Math.nextDown((float) ((norm - limits[query]) / 2 - margin));
    }
    kernels.dotsAtLeast(c.z, vectorBlocks[block], queries.limits, counts, hits);
    if (rounded != null) {
      queries.distances[0] =
          ByteIndex.fetch(rounded.rows(firstRows[block], firstRows[block + 1]), counts, c.count());
    }
  }

  @Override
  public int narrow(int block, int query, int limit, Scratch scratch, int[] chosen, int count) {
    if (rounded == null || count == 0) {
      return count;
    }
    Queries queries = (Queries) scratch;
    int first = firstRows[block];
    kernels.distances(
        Metric.SQUARED_L2,
        queries.rounded,
        query,
        rounded.rows(first, firstRows[block + 1]),
        chosen,
        count,
        queries.distances);
    double reach = Math.sqrt(limit) + slack * queries.errors[query];
    int kept = 0;
    for (int c = 0; c < count; c++) {
      if (queries.distances[c] <= rounded.limit(reach, first + chosen[c], slack)) {
        chosen[kept++] = chosen[c];
      }
    }
    return kept;
  }

  /** The workspace of a projection of so many rows. */
  private static final class Coordinates {
    final FloatMatrix floats;
    final FloatMatrix y;
    final FloatMatrix z;
    final IntMatrix norms;
    final ByteMatrix zero;
    final double[] all;

    Coordinates(int rows, Projection projection) {
      int columns = projection.matrix().columns();
      int leading = projection.leading();
      floats = FloatMatrix.zeros(rows, columns);
      y = FloatMatrix.zeros(rows, projection.dimensions());
      z = FloatMatrix.zeros(rows, leading + 2);
      norms = IntMatrix.zeros(1, rows);
      zero = ByteMatrix.zeros(1, columns);
      all = new double[projection.dimensions() + 1];
      for (int i = 0; i < rows; i++) {
        z.set(i, leading + 1, 1);
      }
    }

    private Coordinates(Coordinates c, int rows) {
      floats = c.floats.rows(0, rows);
      y = c.y.rows(0, rows);
      z = c.z.rows(0, rows);
      norms = c.norms.block(0, 1, 0, rows);
      zero = c.zero;
      all = c.all;
    }

    int count() {
      return z.rows();
    }

    Coordinates first(int rows) {
      return rows == count() ? this : new Coordinates(this, rows);
    }
  }

  /** What one search thread needs. */
  private static final class Queries implements Scratch {
    final Coordinates most;
    final float[] limits;
    final ByteMatrix rounded;
    final float[] errors;
    final int[] distances = new int[ByteIndex.ROWS];
    Coordinates used;

    Queries(int count, Projection projection) {
      most = new Coordinates(count, projection);
      limits = new float[count];
      rounded = ByteMatrix.zeros(count, projection.dimensions() + 1);
      errors = new float[count];
      used = most;
    }

    Coordinates of(int count) {
      if (used.count() != count) {
        used = most.first(count);
      }
      return used;
    }
  }
}
