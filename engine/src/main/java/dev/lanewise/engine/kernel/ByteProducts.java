package dev.lanewise.engine.kernel;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.memory.Pool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Exact inner products and squared distances between unsigned bytes by a float gemm: for backends
 * whose gemm is faster than their arithmetic on bytes.
 *
 * <p>A byte is centred, x = a - 128, so |x y| is at most 2^14 and a sum of {@value #CHUNK} products
 * stays within 2^24 whatever the order of adding: every partial sum is an integer that a float
 * holds exactly. Chunks of columns are then added as ints. Squared distances are those of the
 * centred bytes, |x|^2 + |y|^2 - 2 xy; inner products are xy + 128 (sum x + sum y + 128 d). Int
 * arithmetic may wrap on the way and is right in the end, because the result fits.
 *
 * <p>Thread-safety: any number of threads may call at once.
 */
public final class ByteProducts {

  /** 2^24 / 2^14: the most columns whose products a float sums exactly. */
  public static final int CHUNK = 1024;

  /**
   * Turning rows into floats costs what multiplying them by some 30 queries does (measured, 784
   * columns, Zen 3: 7 Gpixel/s with 8 queries, 28 with 64); with fewer queries than this, kernels
   * that stay with bytes are ahead.
   */
  public static final int MIN_QUERIES = 8;

  /** Rows of a tile: at 784 columns a tile of floats is 0.8 MB, about a second-level cache. */
  private static final int ROWS = 256;

  /** Queries of a tile: for so many, rows become floats once. */
  private static final int QUERIES = 512;

  /** {@link Kernels#gemm}. */
  @FunctionalInterface
  public interface Gemm {
    /** As {@link Kernels#gemm}. */
    void multiply(
        Transpose transposeA,
        Transpose transposeB,
        float alpha,
        FloatMatrix a,
        FloatMatrix b,
        float beta,
        FloatMatrix c);
  }

  /** One for the process: a backend is made anew for every engine. */
  private static final Pool<Scratch> IDLE = new Pool<>(Scratch::new);

  private final Gemm gemm;

  /** With the gemm of a backend. */
  public ByteProducts(Gemm gemm) {
    this.gemm = gemm;
  }

  /**
   * Work space. Rows pass through arrays on the heap, because C2 vectorises conversions between
   * element types there and not between segments (measured: 0.2 against 1.9 ns an element).
   */
  private static final class Scratch {
    final Tile queries = new Tile(QUERIES);
    final Tile rows = new Tile(ROWS);
    final Views products = new Views(QUERIES * ROWS);
    final byte[] bytes = new byte[CHUNK];
    final float[] floats = new float[CHUNK];
    final int[] sums = new int[ROWS];
    final int[] results = new int[ROWS];
  }

  /** Memory for matrices. Whole tiles and last ones take turns, so the last two are kept. */
  private static final class Views {
    final MemorySegment floats;
    private FloatMatrix view;
    private FloatMatrix other;

    Views(int size) {
      floats = Arena.ofAuto().allocate((long) size * Float.BYTES, Matrix.ALIGNMENT);
      view = FloatMatrix.of(floats, 0, 0);
      other = view;
    }

    FloatMatrix matrix(int rows, int columns) {
      if (!has(view, rows, columns)) {
        FloatMatrix next =
            has(other, rows, columns) ? other : FloatMatrix.of(floats, rows, columns);
        other = view;
        view = next;
      }
      return view;
    }

    private static boolean has(FloatMatrix view, int rows, int columns) {
      return view.rows() == rows && view.columns() == columns;
    }
  }

  /** Some rows of a chunk of columns as centred floats, and what each adds to its results. */
  private static final class Tile {
    final Views views;
    final int[] terms;

    Tile(int rows) {
      views = new Views(rows * CHUNK);
      terms = new int[rows];
    }

    FloatMatrix fill(
        Metric metric,
        ByteMatrix bytes,
        int fromRow,
        int toRow,
        int fromColumn,
        int toColumn,
        Scratch scratch) {
      int width = toColumn - fromColumn;
      for (int i = 0; i < toRow - fromRow; i++) {
        MemorySegment.copy(
            bytes.segment(),
            ValueLayout.JAVA_BYTE,
            bytes.index(fromRow + i, fromColumn),
            scratch.bytes,
            0,
            width);
        centre(scratch.bytes, width);
        convert(scratch.bytes, scratch.floats, width);
        terms[i] =
            metric == Metric.DOT
                ? 128 * sum(scratch.bytes, width)
                : sumOfSquares(scratch.floats, width);
        MemorySegment.copy(
            scratch.floats,
            0,
            views.floats,
            ValueLayout.JAVA_FLOAT,
            (long) i * width * Float.BYTES,
            width);
      }
      return views.matrix(toRow - fromRow, width);
    }
  }

  /**
   * As {@link Kernels#distances(Metric, ByteMatrix, ByteMatrix, IntMatrix)}, for {@link
   * Metric#SQUARED_L2} and {@link Metric#DOT}; shapes are checked already, and no dimension is
   * zero.
   */
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Scratch scratch = IDLE.take();
    try {
      for (int i = 0; i < queries.rows(); i += QUERIES) {
        int toQuery = Math.min(i + QUERIES, queries.rows());
        for (int p = 0; p < rows.columns(); p += CHUNK) {
          int toColumn = Math.min(p + CHUNK, rows.columns());
          FloatMatrix queryFloats =
              scratch.queries.fill(metric, queries, i, toQuery, p, toColumn, scratch);
          for (int j = 0; j < rows.rows(); j += ROWS) {
            int toRow = Math.min(j + ROWS, rows.rows());
            FloatMatrix rowFloats = scratch.rows.fill(metric, rows, j, toRow, p, toColumn, scratch);
            FloatMatrix products = scratch.products.matrix(toQuery - i, toRow - j);
            gemm.multiply(Transpose.NO, Transpose.YES, 1, queryFloats, rowFloats, 0, products);
            combine(metric, products, toColumn - p, p == 0, scratch, out, i, j);
          }
        }
      }
    } finally {
      IDLE.give(scratch);
    }
  }

  /** Adds a chunk's share to the results; the first chunk overwrites them. */
  private static void combine(
      Metric metric,
      FloatMatrix products,
      int width,
      boolean first,
      Scratch scratch,
      IntMatrix out,
      int fromQuery,
      int fromRow) {
    int factor = metric == Metric.DOT ? 1 : -2;
    int offset = metric == Metric.DOT ? 128 * 128 * width : 0;
    int n = products.columns();
    int[] results = scratch.results;
    for (int i = 0; i < products.rows(); i++) {
      MemorySegment.copy(
          products.segment(),
          ValueLayout.JAVA_FLOAT,
          products.index(i, 0) * Float.BYTES,
          scratch.floats,
          0,
          n);
      share(
          scratch.floats,
          factor,
          scratch.queries.terms[i] + offset,
          scratch.rows.terms,
          results,
          n);
      long to = out.index(fromQuery + i, fromRow) * Integer.BYTES;
      if (!first) {
        MemorySegment.copy(out.segment(), ValueLayout.JAVA_INT, to, scratch.sums, 0, n);
        add(scratch.sums, results, n);
      }
      MemorySegment.copy(results, 0, out.segment(), ValueLayout.JAVA_INT, to, n);
    }
  }

  // One plain loop a method: that is what C2 vectorises.

  /** Flipping the top bit and reading as signed subtracts 128. */
  private static void centre(byte[] bytes, int length) {
    for (int i = 0; i < length; i++) {
      bytes[i] ^= (byte) 0x80;
    }
  }

  private static void convert(byte[] from, float[] to, int length) {
    for (int i = 0; i < length; i++) {
      to[i] = from[i];
    }
  }

  private static int sum(byte[] x, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      sum += x[i];
    }
    return sum;
  }

  private static int sumOfSquares(float[] x, int length) {
    int sum = 0;
    for (int i = 0; i < length; i++) {
      int value = (int) x[i];
      sum += value * value;
    }
    return sum;
  }

  private static void share(
      float[] products, int factor, int constant, int[] rowTerms, int[] results, int length) {
    for (int j = 0; j < length; j++) {
      results[j] = constant + rowTerms[j] + factor * (int) products[j];
    }
  }

  private static void add(int[] x, int[] to, int length) {
    for (int j = 0; j < length; j++) {
      to[j] += x[j];
    }
  }
}
