package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;

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

  private final Kernels kernels;
  private final Projection projection;
  private final FloatMatrix[] vectors;
  private final int[][] norms;
  private final double longest;
  private final double slack;

  ProjectionScreen(Engine engine, ByteMatrix[] blocks, double slack) {
    this.kernels = engine.kernels();
    this.slack = slack;
    this.projection = Projection.fit(kernels, blocks);
    this.vectors = new FloatMatrix[blocks.length];
    this.norms = new int[blocks.length][];
    engine.parallelism().forEach(blocks.length, b -> build(b, blocks[b]));
    int largest = 0;
    for (int[] some : norms) {
      for (int norm : some) {
        largest = Math.max(largest, norm);
      }
    }
    this.longest = Math.sqrt(largest);
  }

  /** The coordinates of G: the projection, the length of the rest, and the row's own term. */
  private int terms() {
    return projection.dimensions() + 2;
  }

  private void build(int b, ByteMatrix rows) {
    int terms = terms();
    int width = ByteIndex.width(rows.rows());
    // A cache line more than whole ones, so that the column of a tile does not fall on a few sets
    // of
    // the cache.
    FloatMatrix target =
        FloatMatrix.zeros(terms, width + FloatMatrix.ALIGNMENT / Float.BYTES)
            .block(0, terms, 0, width);
    Coordinates c = new Coordinates(rows.rows(), rows.columns(), projection.dimensions());
    project(rows, c);
    for (int i = 0; i < rows.rows(); i++) {
      for (int p = 0; p < terms - 1; p++) {
        target.set(p, i, c.z.get(i, p));
      }
      target.set(terms - 1, i, (float) (-0.5 * c.norms.get(0, i)));
    }
    vectors[b] = target;
    norms[b] = c.norms.row(0);
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
    FloatMatrix products = queries.products.block(0, count, 0, vectors[block].columns());
    kernels.gemm(Transpose.NO, Transpose.NO, 1, c.z, vectors[block], 0, products);
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
    kernels.dotsAtLeast(c.z, vectors[block], queries.limits, counts, hits);
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
