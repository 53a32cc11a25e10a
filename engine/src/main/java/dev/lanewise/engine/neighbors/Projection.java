package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.ParallelGemm;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Integer directions that keep most of the differences between rows: about the leading principal
 * components of a sample, scaled up and rounded. The first {@code leading} of them are the best so
 * many, and serve alone too.
 *
 * <p>They are integers so that projections are exact in float arithmetic on every backend: a row of
 * M has sum |M_j| at most 65,793, so every partial sum of its products with bytes stays below 2^24.
 * Rounding moves the directions by a fraction of a per cent; no bound depends on them being
 * principal, of length 1 or orthogonal, only on {@link #scale}.
 *
 * @param matrix M, dimensions x columns, integers
 * @param scale s^2, at least the largest eigenvalue of M M': its largest sum of absolute values of
 *     a row, an integer
 * @param leading how many rows of M serve alone
 * @param leadingScale as {@code scale}, of these rows
 */
record Projection(FloatMatrix matrix, long scale, int leading, long leadingScale) {

  /** With 2 more terms, 6 % of the 784 products of a whole distance. */
  static final int MAX_LEADING = 46;

  /** With the length of the rest, 128 bytes: two cache lines. */
  private static final int MAX_DIMENSIONS = 127;

  /** From here on {@link #MAX_DIMENSIONS} are at most a quarter of the columns. */
  static final int MIN_COLUMNS_FOR_MORE = 512;

  /** The largest sum of absolute values: 255 times it is below 2^24. */
  private static final int MAX_SUM = 65_793;

  /** Keeps s^2 |x|^2 within a long for the few directions that MAX_SUM alone would not bound. */
  private static final int MAX_LENGTH = 4096;

  /** What s^2 may be, so that s^2 |x|^2 stays below 2^61. */
  static final int MAX_SCALE = 1 << 30;

  /** Enough for directions that are good, which is all that is needed. */
  private static final int ITERATIONS = 2;

  /** The same, where a step costs a thousandth. */
  private static final int LEADING_ITERATIONS = 8;

  /** How many directions. */
  int dimensions() {
    return matrix.rows();
  }

  /** How many directions rows of so many columns have. */
  static int dimensions(int columns) {
    return columns < MIN_COLUMNS_FOR_MORE ? Math.min(MAX_LEADING, columns / 4) : MAX_DIMENSIONS;
  }

  /**
   * Fits to the first two blocks, each of which is a fair sample of all rows. The same blocks and
   * kernels give the same projection.
   */
  static Projection fit(Engine engine, ByteMatrix[] blocks) {
    int columns = blocks[0].columns();
    int first = blocks[0].rows();
    int sample = first + (blocks.length > 1 ? blocks[1].rows() : 0);
    FloatMatrix x = FloatMatrix.zeros(sample, columns);
    convert(blocks[0], x.rows(0, first));
    if (blocks.length > 1) {
      convert(blocks[1], x.rows(first, sample));
    }
    center(EngineKernels.of(engine), x);
    int dimensions = dimensions(columns);
    FloatMatrix v = random(dimensions, columns);
    FloatMatrix w = FloatMatrix.zeros(sample, dimensions);
    for (int i = 0; i < ITERATIONS; i++) {
      multiply(engine, Transpose.NO, Transpose.YES, x, v, w);
      multiply(engine, Transpose.YES, Transpose.NO, w, x, v);
      orthonormalize(v);
    }
    multiply(engine, Transpose.NO, Transpose.YES, x, v, w);
    FloatMatrix rotation = rotation(EngineKernels.of(engine), w, Math.min(MAX_LEADING, dimensions));
    FloatMatrix rotated = FloatMatrix.zeros(dimensions, columns);
    multiply(engine, Transpose.NO, Transpose.NO, rotation, v, rotated);
    return round(rotated);
  }

  private static void multiply(
      Engine engine,
      Transpose transposeA,
      Transpose transposeB,
      FloatMatrix a,
      FloatMatrix b,
      FloatMatrix c) {
    ParallelGemm.gemm(
        EngineKernels.of(engine), engine.parallelism(), transposeA, transposeB, 1, a, b, 0, c);
  }

  private static FloatMatrix random(int rows, int columns) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, (float) random.nextDouble(-1, 1));
      }
    }
    return x;
  }

  /**
   * A rotation of coordinates after which the first {@code leading} vary most: subspace iteration
   * on their covariances (Rayleigh and Ritz), and whatever completes it. Coordinates that are
   * always 0, of directions that depend on others, stay out of it, so that what comes out is
   * orthogonal.
   *
   * @param w coordinates of the sample
   */
  private static FloatMatrix rotation(Kernels kernels, FloatMatrix w, int leading) {
    int dimensions = w.columns();
    FloatMatrix covariances = FloatMatrix.zeros(dimensions, dimensions);
    kernels.gemm(Transpose.YES, Transpose.NO, 1, w, w, 0, covariances);
    FloatMatrix u = random(leading, dimensions);
    for (int i = 0; i < LEADING_ITERATIONS; i++) {
      FloatMatrix next = FloatMatrix.zeros(leading, dimensions);
      kernels.gemm(Transpose.NO, Transpose.NO, 1, u, covariances, 0, next);
      u = next;
      orthonormalize(u);
    }
    FloatMatrix rotation = random(dimensions, dimensions);
    for (int j = 0; j < dimensions; j++) {
      if (covariances.get(j, j) == 0) {
        rotation.block(0, dimensions, j, j + 1).setAll(FloatMatrix.zeros(dimensions, 1));
      }
    }
    rotation.rows(0, leading).setAll(u);
    orthonormalize(rotation);
    return rotation;
  }

  /** Copies bytes into floats. */
  static void convert(ByteMatrix from, FloatMatrix to) {
    for (int i = 0; i < from.rows(); i++) {
      convert(
          from.segment(),
          from.index(i, 0),
          to.segment(),
          Float.BYTES * to.index(i, 0),
          from.columns());
    }
  }

  private static void convert(
      MemorySegment from, long at, MemorySegment to, long toAt, int columns) {
    for (int j = 0; j < columns; j++) {
      to.set(
          ValueLayout.JAVA_FLOAT_UNALIGNED,
          toAt + 4L * j,
          from.get(ValueLayout.JAVA_BYTE, at + j) & 0xFF);
    }
  }

  private static void center(Kernels kernels, FloatMatrix x) {
    FloatMatrix mean = FloatMatrix.zeros(1, x.columns());
    kernels.columnSums(x, mean);
    for (int j = 0; j < x.columns(); j++) {
      mean.set(0, j, -mean.get(0, j) / x.rows());
    }
    kernels.addRow(mean, x);
  }

  /** Gram-Schmidt on rows, in doubles; a row that depends on those before it becomes 0. */
  private static void orthonormalize(FloatMatrix v) {
    double[][] done = new double[v.rows()][];
    for (int i = 0; i < v.rows(); i++) {
      double[] row = new double[v.columns()];
      for (int j = 0; j < row.length; j++) {
        row[j] = v.get(i, j);
      }
      double before = Math.sqrt(dot(row, row));
      // Twice is enough (Kahan and Parlett).
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < i; k++) {
          double dot = dot(row, done[k]);
          for (int j = 0; j < row.length; j++) {
            row[j] -= dot * done[k][j];
          }
        }
      }
      double length = Math.sqrt(dot(row, row));
      double factor = length > 1e-6 * before ? 1 / length : 0;
      for (int j = 0; j < row.length; j++) {
        row[j] *= factor;
        v.set(i, j, (float) row[j]);
      }
      done[i] = row;
    }
  }

  /** Four sums, because an addition takes as long as four. */
  private static double dot(double[] a, double[] b) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int whole = a.length - a.length % 4;
    for (int j = 0; j < whole; j += 4) {
      sum0 += a[j] * b[j];
      sum1 += a[j + 1] * b[j + 1];
      sum2 += a[j + 2] * b[j + 2];
      sum3 += a[j + 3] * b[j + 3];
    }
    for (int j = whole; j < a.length; j++) {
      sum0 += a[j] * b[j];
    }
    return sum0 + sum1 + sum2 + sum3;
  }

  /** Scales all directions by one number and rounds them to integers. */
  private static Projection round(FloatMatrix v) {
    int columns = v.columns();
    double largest = 0;
    for (int i = 0; i < v.rows(); i++) {
      double sum = 0;
      for (int j = 0; j < columns; j++) {
        sum += Math.abs(v.get(i, j));
      }
      largest = Math.max(largest, sum);
    }
    // Rounding adds at most a half a column.
    double factor = largest == 0 ? 0 : Math.min(MAX_LENGTH, (MAX_SUM - 0.5 * columns) / largest);
    for (int i = 0; i < v.rows(); i++) {
      for (int j = 0; j < columns; j++) {
        v.set(i, j, (float) Math.round(factor * v.get(i, j)));
      }
    }
    int leading = Math.min(MAX_LEADING, v.rows());
    return new Projection(v, scaleOf(v), leading, scaleOf(v.rows(0, leading)));
  }

  /** Of integers, whose products and sums of them doubles hold exactly: they are below 2^33. */
  private static long scaleOf(FloatMatrix integers) {
    double[][] m = new double[integers.rows()][integers.columns()];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[i].length; j++) {
        m[i][j] = integers.get(i, j);
      }
    }
    double[] sums = new double[m.length];
    double scale = 1;
    for (int i = 0; i < m.length; i++) {
      sums[i] += dot(m[i], m[i]);
      for (int j = 0; j < i; j++) {
        double product = Math.abs(dot(m[i], m[j]));
        sums[i] += product;
        sums[j] += product;
      }
    }
    for (double sum : sums) {
      scale = Math.max(scale, sum);
    }
    return (long) scale;
  }

  /** What the class comment promises and this is not, or null: one from a file may be anything. */
  @Nullable String wrong() {
    for (int i = 0; i < dimensions(); i++) {
      double sum = 0;
      for (int j = 0; j < matrix.columns(); j++) {
        float value = matrix.get(i, j);
        if (value != (float) Math.rint(value)) {
          return "has a fraction, " + value + ", in row " + i + ", column " + j;
        }
        sum += Math.abs(value);
      }
      if (!(sum <= MAX_SUM)) {
        return "has a row " + i + " whose absolute values sum to " + sum;
      }
    }
    long actual = scaleOf(matrix);
    if (actual != scale) {
      return "has scale " + actual + ", not " + scale;
    }
    actual = scaleOf(matrix.rows(0, leading));
    return actual == leadingScale
        ? null
        : "has scale " + actual + " in its leading rows, not " + leadingScale;
  }
}
