package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Integer directions that keep most of the differences between rows: the leading principal
 * components of a sample, by subspace iteration, scaled up and rounded.
 *
 * <p>They are integers so that projections are exact in float arithmetic on every backend: a row of
 * M has sum |M_j| at most 65,793, so every partial sum of its products with bytes stays below 2^24.
 * Rounding moves the directions by a fraction of a per cent; no bound depends on them being
 * principal, of length 1 or orthogonal, only on {@link #scale}.
 *
 * @param matrix M, dimensions x columns, integers
 * @param scale s^2, at least the largest eigenvalue of M M': its largest sum of absolute values of
 *     a row, an integer
 */
record Projection(FloatMatrix matrix, long scale) {

  /** With 2 more terms, 6 % of the 784 products of a whole distance. */
  static final int MAX_DIMENSIONS = 46;

  /** The largest sum of absolute values: 255 times it is below 2^24. */
  private static final int MAX_SUM = 65_793;

  /** Keeps s^2 |x|^2 within a long for the few directions that MAX_SUM alone would not bound. */
  private static final int MAX_LENGTH = 4096;

  /** What s^2 may be, so that s^2 |x|^2 stays below 2^61. */
  static final int MAX_SCALE = 1 << 30;

  /** Enough for directions that are good, which is all that is needed. */
  private static final int ITERATIONS = 5;

  /** How many directions. */
  int dimensions() {
    return matrix.rows();
  }

  /**
   * Fits to the first two blocks, each of which is a fair sample of all rows. The same blocks and
   * kernels give the same projection.
   */
  static Projection fit(Kernels kernels, ByteMatrix[] blocks) {
    int columns = blocks[0].columns();
    int first = blocks[0].rows();
    int sample = first + (blocks.length > 1 ? blocks[1].rows() : 0);
    FloatMatrix x = FloatMatrix.zeros(sample, columns);
    convert(blocks[0], x.rows(0, first));
    if (blocks.length > 1) {
      convert(blocks[1], x.rows(first, sample));
    }
    center(kernels, x);
    int dimensions = Math.min(MAX_DIMENSIONS, columns / 4);
    FloatMatrix v = FloatMatrix.zeros(dimensions, columns);
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < dimensions; i++) {
      for (int j = 0; j < columns; j++) {
        v.set(i, j, (float) random.nextDouble(-1, 1));
      }
    }
    FloatMatrix w = FloatMatrix.zeros(sample, dimensions);
    for (int i = 0; i < ITERATIONS; i++) {
      kernels.gemm(Transpose.NO, Transpose.YES, 1, x, v, 0, w);
      kernels.gemm(Transpose.YES, Transpose.NO, 1, w, x, 0, v);
      orthonormalize(v);
    }
    return round(v);
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

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int j = 0; j < a.length; j++) {
      sum += a[j] * b[j];
    }
    return sum;
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
    return new Projection(v, scaleOf(v));
  }

  /** Of integers. */
  private static long scaleOf(FloatMatrix integers) {
    long[][] m = new long[integers.rows()][integers.columns()];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[i].length; j++) {
        m[i][j] = (long) integers.get(i, j);
      }
    }
    long scale = 1;
    for (long[] a : m) {
      long sum = 0;
      for (long[] b : m) {
        long product = 0;
        for (int j = 0; j < a.length; j++) {
          product += a[j] * b[j];
        }
        sum += Math.abs(product);
      }
      scale = Math.max(scale, sum);
    }
    return scale;
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
    return actual == scale ? null : "has scale " + actual + ", not " + scale;
  }
}
