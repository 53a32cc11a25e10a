package dev.lanewise.engine.linear;

import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Inner products of one set of rows, kept, with blocks of another.
 *
 * <p>A block of the other set is transposed, so that one number of a kept row meets all the block's
 * numbers of its column in one loop over contiguous doubles. Each sum still runs over columns in
 * ascending order, whatever the block; numbers that are 0, four of five pixels, are left out, which
 * changes no sum.
 */
final class Gram {

  /**
   * Rows to a block: 128 doubles are long enough for a vector loop, and 784 columns of them, 800
   * kB, stay in a second- or third-level cache while all kept rows pass by.
   */
  static final int BLOCK = 128;

  private final FeatureMap map;
  private final int columns;
  private final int[][] nonZero;
  private final double[][] values;

  Gram(FeatureMap map, FloatMatrix rows) {
    this.map = map;
    this.columns = rows.columns();
    nonZero = new int[rows.rows()][];
    values = new double[rows.rows()][];
    int[] at = new int[columns];
    for (int i = 0; i < rows.rows(); i++) {
      float[] row = rows.row(i);
      int count = 0;
      for (int p = 0; p < columns; p++) {
        if (row[p] != 0) {
          at[count++] = p;
        }
      }
      nonZero[i] = Arrays.copyOf(at, count);
      values[i] = new double[count];
      for (int k = 0; k < count; k++) {
        values[i][k] = row[at[k]];
      }
    }
  }

  int rows() {
    return nonZero.length;
  }

  FeatureMap map() {
    return map;
  }

  /** The kept rows as they were given. */
  FloatMatrix keptRows() {
    FloatMatrix rows = FloatMatrix.zeros(rows(), columns);
    for (int i = 0; i < rows(); i++) {
      for (int k = 0; k < nonZero[i].length; k++) {
        rows.set(i, nonZero[i][k], (float) values[i][k]);
      }
    }
    return rows;
  }

  /** Receives the inner products of kept row {@code row} with a block's rows. */
  interface Sink {
    /**
     * Called for each kept row in ascending order.
     *
     * @param products the first {@code count} are the block's; overwritten afterwards
     */
    void accept(int row, double[] products);
  }

  /**
   * All inner products of the kept rows with the rows {@code from} .. {@code to - 1} of another
   * set.
   */
  void block(FloatMatrix others, int from, int to, Sink sink) {
    block(0, others, from, to, sink);
  }

  /** As above, for the kept rows from {@code first} on. */
  private void block(int first, FloatMatrix others, int from, int to, Sink sink) {
    double[] transposed = new double[columns * BLOCK];
    for (int j = from; j < to; j++) {
      float[] row = others.row(j);
      for (int p = 0; p < columns; p++) {
        transposed[p * BLOCK + (j - from)] = row[p];
      }
    }
    double[] dots = new double[BLOCK];
    double[] squares = new double[BLOCK];
    for (int i = first; i < nonZero.length; i++) {
      Arrays.fill(dots, 0);
      if (map.isQuadratic()) {
        Arrays.fill(squares, 0);
        quadratic(nonZero[i], values[i], transposed, dots, squares);
      } else {
        linear(nonZero[i], values[i], transposed, dots);
      }
      for (int j = 0; j < to - from; j++) {
        dots[j] = map.innerProduct(dots[j], squares[j]);
      }
      sink.accept(i, dots);
    }
  }

  /** Four columns to a pass over the sums, which saves loading and storing them three times. */
  private static void linear(int[] nonZero, double[] values, double[] transposed, double[] dots) {
    int k = 0;
    for (; k <= nonZero.length - 4; k += 4) {
      int start0 = nonZero[k] * BLOCK;
      int start1 = nonZero[k + 1] * BLOCK;
      int start2 = nonZero[k + 2] * BLOCK;
      int start3 = nonZero[k + 3] * BLOCK;
      double value0 = values[k];
      double value1 = values[k + 1];
      double value2 = values[k + 2];
      double value3 = values[k + 3];
      for (int j = 0; j < BLOCK; j++) {
        double sum = dots[j] + value0 * transposed[start0 + j];
        sum += value1 * transposed[start1 + j];
        sum += value2 * transposed[start2 + j];
        dots[j] = sum + value3 * transposed[start3 + j];
      }
    }
    for (; k < nonZero.length; k++) {
      int start = nonZero[k] * BLOCK;
      double value = values[k];
      for (int j = 0; j < BLOCK; j++) {
        dots[j] += value * transposed[start + j];
      }
    }
  }

  private static void quadratic(
      int[] nonZero, double[] values, double[] transposed, double[] dots, double[] squares) {
    int k = 0;
    for (; k <= nonZero.length - 4; k += 4) {
      int start0 = nonZero[k] * BLOCK;
      int start1 = nonZero[k + 1] * BLOCK;
      int start2 = nonZero[k + 2] * BLOCK;
      int start3 = nonZero[k + 3] * BLOCK;
      double value0 = values[k];
      double value1 = values[k + 1];
      double value2 = values[k + 2];
      double value3 = values[k + 3];
      for (int j = 0; j < BLOCK; j++) {
        double product0 = value0 * transposed[start0 + j];
        double product1 = value1 * transposed[start1 + j];
        double product2 = value2 * transposed[start2 + j];
        double product3 = value3 * transposed[start3 + j];
        dots[j] = dots[j] + product0 + product1 + product2 + product3;
        squares[j] =
            squares[j]
                + product0 * product0
                + product1 * product1
                + product2 * product2
                + product3 * product3;
      }
    }
    for (; k < nonZero.length; k++) {
      int start = nonZero[k] * BLOCK;
      double value = values[k];
      for (int j = 0; j < BLOCK; j++) {
        double product = value * transposed[start + j];
        dots[j] += product;
        squares[j] += product * product;
      }
    }
  }

  /** Runs a task for each block of so many rows. */
  static void forEachBlock(Parallelism parallelism, int rows, IntConsumer task) {
    parallelism.forEach((rows + BLOCK - 1) / BLOCK, task);
  }

  /**
   * The inner products of every kept row with every kept row, of which half are computed, and then
   * with every row of some other sets, which follow each other.
   *
   * @param kept the kept rows again
   */
  double[][] full(Parallelism parallelism, FloatMatrix kept, Iterable<FloatMatrix> others) {
    int width = rows();
    for (FloatMatrix set : others) {
      width += set.rows();
    }
    double[][] products = new double[rows()][width];
    forEachBlock(
        parallelism,
        rows(),
        block -> {
          int from = block * BLOCK;
          int to = Math.min(rows(), from + BLOCK);
          block(from, kept, from, to, (row, dots) -> mirror(products, row, dots, from, to));
        });
    int offset = rows();
    for (FloatMatrix set : others) {
      int start = offset;
      forEachBlock(
          parallelism,
          set.rows(),
          block -> {
            int from = block * BLOCK;
            int to = Math.min(set.rows(), from + BLOCK);
            block(
                set,
                from,
                to,
                (row, dots) -> System.arraycopy(dots, 0, products[row], start + from, to - from));
          });
      offset += set.rows();
    }
    return products;
  }

  /** Sets the products of a row with those of its own block or one before, and their mirror. */
  private static void mirror(double[][] products, int row, double[] dots, int from, int to) {
    System.arraycopy(dots, 0, products[row], from, to - from);
    if (row >= to) {
      for (int j = from; j < to; j++) {
        products[j][row] = dots[j - from];
      }
    }
  }
}
