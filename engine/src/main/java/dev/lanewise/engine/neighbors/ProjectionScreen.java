package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.util.Arrays;

/**
 * Bounds Euclidean distances by a few coordinates and the length of the rest.
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
 */
final class ProjectionScreen implements Screen {

  /** A third of the columns at least must be saved. */
  static final int MIN_COLUMNS = 64;

  private static final String PROJECTION = "projection";
  private static final String SCALE = "scale";
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

  /** Finds directions and projects the rows on them. */
  ProjectionScreen(Engine engine, ByteMatrix[] blocks, double slack) {
    this(engine, blocks, Projection.fit(engine.kernels(), blocks), slack);
  }

  private ProjectionScreen(
      Engine engine, ByteMatrix[] blocks, Projection projection, double slack) {
    this.engine = engine;
    this.kernels = engine.kernels();
    this.blocks = blocks;
    this.slack = slack;
    this.projection = projection;
    this.vectors = FloatMatrix.zeros(blocks.length * terms(), stride());
    this.vectorBlocks = views();
    int[] largest = new int[blocks.length];
    engine.parallelism().forEach(blocks.length, b -> largest[b] = build(b));
    this.largestNorm = Arrays.stream(largest).max().orElse(0);
    this.longest = Math.sqrt(largestNorm);
  }

  /** Opens them where they lie in a file. */
  ProjectionScreen(Engine engine, ByteMatrix[] blocks, ModelFile file) {
    this.engine = engine;
    this.kernels = engine.kernels();
    this.blocks = blocks;
    this.slack = 1;
    FloatMatrix matrix = file.floats(PROJECTION);
    if (matrix.columns() != blocks[0].columns() || matrix.rows() > Projection.MAX_DIMENSIONS) {
      throw file.wrong(
          PROJECTION,
          "is "
              + matrix.shape()
              + " and must be at most "
              + Projection.MAX_DIMENSIONS
              + " x "
              + blocks[0].columns());
    }
    this.projection = new Projection(matrix, file.integer(SCALE, 1, Projection.MAX_SCALE));
    this.vectors = file.floats(VECTORS);
    if (vectors.rows() != blocks.length * terms() || vectors.columns() != stride()) {
      throw file.wrong(
          VECTORS,
          "are " + vectors.shape() + " and must be " + blocks.length * terms() + " x " + stride());
    }
    this.vectorBlocks = views();
    this.largestNorm = file.integer(LARGEST, 0, Integer.MAX_VALUE);
    this.longest = Math.sqrt(largestNorm);
  }

  /** The coordinates of G: the projection, the length of the rest, and the row's own term. */
  private int terms() {
    return projection.dimensions() + 2;
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
  private int build(int b) {
    ByteMatrix rows = blocks[b];
    int terms = terms();
    Coordinates c = new Coordinates(rows.rows(), rows.columns(), projection.dimensions());
    project(rows, c);
    int largest = 0;
    for (int i = 0; i < rows.rows(); i++) {
      for (int p = 0; p < terms - 1; p++) {
        vectorBlocks[b].set(p, i, c.z.get(i, p));
      }
      vectorBlocks[b].set(terms - 1, i, (float) (-0.5 * c.norms.get(0, i)));
      largest = Math.max(largest, c.norms.get(0, i));
    }
    return largest;
  }

  @Override
  public void save(ModelWriter writer) {
    writer
        .integer(SCALE, projection.scale())
        .integer(LARGEST, largestNorm)
        .floats(PROJECTION, projection.matrix())
        .floats(VECTORS, vectors);
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
  }

  /** Fills in y, z and the squared lengths of rows. */
  private void project(ByteMatrix rows, Coordinates c) {
    int dimensions = projection.dimensions();
    Projection.convert(rows, c.floats);
    kernels.gemm(Transpose.NO, Transpose.YES, 1, c.floats, projection.matrix(), 0, c.y);
    kernels.distances(Metric.SQUARED_L2, c.zero, rows, c.norms);
    double s = Math.sqrt((double) projection.scale());
    for (int i = 0; i < rows.rows(); i++) {
      long squares = 0;
      for (int p = 0; p < dimensions; p++) {
        long y = (long) c.y.get(i, p);
        squares += y * y;
        c.z.set(i, p, (float) (y / s));
      }
      long rest = projection.scale() * c.norms.get(0, i) - squares;
      c.z.set(i, dimensions, (float) (Math.sqrt((double) rest) / s));
    }
  }

  @Override
  public Scratch scratch() {
    return new Queries(projection);
  }

  @Override
  public void prepare(ByteMatrix queries, Scratch scratch) {
    project(queries, ((Queries) scratch).of(queries.rows()));
  }

  @Override
  public void estimate(int block, int base, int rows, Scratch scratch, TopK seeds) {
    Queries queries = (Queries) scratch;
    Coordinates c = queries.used;
    int count = c.z.rows();
    FloatMatrix products = queries.products.block(0, count, 0, vectorBlocks[block].columns());
    kernels.gemm(Transpose.NO, Transpose.NO, 1, c.z, vectorBlocks[block], 0, products);
    for (int query = 0; query < count; query++) {
      float norm = c.norms.get(0, query);
      for (int i = 0; i < rows; i++) {
        float estimate = norm - 2 * products.get(query, i);
        seeds.offer(query, (long) Math.max(0, estimate), base + i);
      }
    }
  }

  @Override
  public void scan(int block, int[] limits, Scratch scratch, int[] counts, int[] hits) {
    Queries queries = (Queries) scratch;
    Coordinates c = queries.used;
    double relative = slack * 1.01 * (terms() + 4) * 0x1p-24;
    for (int query = 0; query < c.z.rows(); query++) {
      double norm = c.norms.get(0, query);
      double margin = relative * (Math.sqrt(norm) * longest + longest * longest / 2);
      queries.limits[query] = Math.nextDown((float) ((norm - limits[query]) / 2 - margin));
    }
    kernels.dotsAtLeast(c.z, vectorBlocks[block], queries.limits, counts, hits);
  }

  @Override
  public int narrow(int block, int query, int limit, Scratch scratch, int[] chosen, int count) {
    return count;
  }

  /** The workspace of a projection of so many rows. */
  private static final class Coordinates {
    final FloatMatrix floats;
    final FloatMatrix y;
    final FloatMatrix z;
    final IntMatrix norms;
    final ByteMatrix zero;

    Coordinates(int rows, int columns, int dimensions) {
      floats = FloatMatrix.zeros(rows, columns);
      y = FloatMatrix.zeros(rows, dimensions);
      z = FloatMatrix.zeros(rows, dimensions + 2);
      norms = IntMatrix.zeros(1, rows);
      zero = ByteMatrix.zeros(1, columns);
      for (int i = 0; i < rows; i++) {
        z.set(i, dimensions + 1, 1);
      }
    }

    private Coordinates(Coordinates c, int rows) {
      floats = c.floats.rows(0, rows);
      y = c.y.rows(0, rows);
      z = c.z.rows(0, rows);
      norms = c.norms.block(0, 1, 0, rows);
      zero = c.zero;
    }

    Coordinates first(int rows) {
      return new Coordinates(this, rows);
    }
  }

  /** What one search thread needs. */
  private static final class Queries implements Scratch {
    final Coordinates all;
    final FloatMatrix products = FloatMatrix.zeros(ByteIndex.QUERIES, ByteIndex.ROWS);
    final float[] limits = new float[ByteIndex.QUERIES];
    Coordinates used;

    Queries(Projection projection) {
      all =
          new Coordinates(
              ByteIndex.QUERIES, projection.matrix().columns(), projection.dimensions());
      used = all;
    }

    Coordinates of(int count) {
      if (used.z.rows() != count) {
        used = all.first(count);
      }
      return used;
    }
  }
}
