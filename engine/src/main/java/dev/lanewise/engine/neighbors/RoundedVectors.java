package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;

/**
 * Vectors rounded to bytes, and how far that moved each.
 *
 * <p>A vector w becomes q = clamp(round((w - origin) / step)), and e is at least |w - origin - step
 * q|. By the triangle inequality |a - b| &gt;= step |q_a - q_b| - e_a - e_b, so |a - b|^2 &lt;= T
 * implies
 *
 * <pre>  |q_a - q_b|^2 &lt;= ((sqrt(T) + e_a + e_b) / step)^2</pre>
 *
 * <p>whose left side is an integer. Neither origin nor step need be good, and clamping is part of
 * e.
 *
 * <p><b>Rounding.</b> Vectors come in doubles whose elements are off by a relative 4u, u = 2^-53.
 * Subtracting origin and multiples of step adds u for each, of what it gives; squares, their sum
 * and its root add a relative 130u for 127 terms. Together that is less than 2^-45 (|w| + |origin|
 * + 2^11 step), which e is enlarged by; 2^11 is more than |q|, 128 sqrt(128). The limit takes five
 * operations in doubles and is enlarged by a relative 2^-48.
 */
final class RoundedVectors {

  private static final String ORIGIN = "rounded-origin";
  private static final String STEP = "rounded-step";
  private static final String ROWS = "rounded-rows";
  private static final String ERRORS = "rounded-errors";

  /** What a step is kept in: 1 / 256. */
  private static final int STEP_PARTS = 256;

  /** Values are seldom as large as bytes, and a step of 2^20 / 256 is 16 times 256. */
  private static final int MAX_STEP_PARTS = 1 << 20;

  /**
   * The largest q is so many standard deviations of the most variable element. Half as many let one
   * row in two be clamped somewhere on MNIST, one and a half times as many move all the others by a
   * third more.
   */
  private static final double DEVIATIONS = 2.5;

  private final FloatMatrix origin;
  private final int stepParts;
  private final double step;
  private final double originLength;
  private final ByteMatrix rows;
  private final FloatMatrix errors;

  /**
   * Chooses origin and step by some vectors.
   *
   * @param sample one in each row
   * @param rows how many there will be room for
   */
  RoundedVectors(double[][] sample, int rows) {
    int terms = sample[0].length;
    this.origin = FloatMatrix.zeros(1, terms);
    double largest = 0;
    for (int p = 0; p < terms; p++) {
      double sum = 0;
      double squares = 0;
      for (double[] vector : sample) {
        sum += vector[p];
        squares += vector[p] * vector[p];
      }
      double mean = sum / sample.length;
      origin.set(0, p, (float) Math.round(mean));
      largest = Math.max(largest, squares / sample.length - mean * mean);
    }
    double parts = STEP_PARTS * DEVIATIONS * Math.sqrt(largest) / Byte.MAX_VALUE;
    this.stepParts = Math.clamp((long) Math.ceil(parts), 1, MAX_STEP_PARTS);
    this.rows = ByteMatrix.zeros(rows, terms);
    this.errors = FloatMatrix.zeros(1, rows);
    this.step = stepParts / (double) STEP_PARTS;
    this.originLength = length(origin);
  }

  /** Opens those that lie in a file. */
  RoundedVectors(ModelFile file, int rows, int terms) {
    this.origin = matching(file, ORIGIN, file.floats(ORIGIN), 1, terms);
    this.stepParts = file.integer(STEP, 1, MAX_STEP_PARTS);
    this.rows = matching(file, ROWS, file.bytes(ROWS), rows, terms);
    this.errors = matching(file, ERRORS, file.floats(ERRORS), 1, rows);
    this.step = stepParts / (double) STEP_PARTS;
    this.originLength = length(origin);
  }

  private static <M extends Matrix> M matching(
      ModelFile file, String name, M matrix, int rows, int columns) {
    if (matrix.rows() != rows || matrix.columns() != columns) {
      throw file.wrong(name, "is " + matrix.shape() + " and must be " + rows + " x " + columns);
    }
    return matrix;
  }

  private static double length(FloatMatrix row) {
    double squares = 0;
    for (int p = 0; p < row.columns(); p++) {
      squares += (double) row.get(0, p) * row.get(0, p);
    }
    return Math.sqrt(squares);
  }

  void save(ModelWriter writer) {
    writer.floats(ORIGIN, origin).integer(STEP, stepParts).bytes(ROWS, rows).floats(ERRORS, errors);
  }

  void verify(ModelFile file, RoundedVectors built) {
    ByteIndex.same(file, ORIGIN, origin, built.origin, Float.BYTES);
    if (stepParts != built.stepParts) {
      throw file.wrong(STEP, "is " + stepParts + ", of the rows " + built.stepParts);
    }
    ByteIndex.same(file, ROWS, rows, built.rows, 1);
    ByteIndex.same(file, ERRORS, errors, built.errors, Float.BYTES);
  }

  ByteMatrix rows(int from, int to) {
    return rows.rows(from, to);
  }

  /** Rounds a vector and keeps it. */
  void set(int row, double[] vector) {
    errors.set(0, row, round(vector, rows, row));
  }

  /** Writes q to a row of a matrix and returns e. */
  float round(double[] vector, ByteMatrix to, int row) {
    double squares = 0;
    double moved = 0;
    for (int p = 0; p < vector.length; p++) {
      double value = vector[p] - origin.get(0, p);
      double q = Math.clamp(Math.rint(value / step), Byte.MIN_VALUE, Byte.MAX_VALUE);
      double rest = value - step * q;
      squares += vector[p] * vector[p];
      moved += rest * rest;
      to.set(row, p, (int) q - Byte.MIN_VALUE);
    }
    double margin = 0x1p-45 * (Math.sqrt(squares) + originLength + 0x1p11 * step);
    return Math.nextUp((float) (Math.sqrt(moved) + margin));
  }

  /** What sqrt(T) + e_a becomes by adding e_b of a row, as a limit of |q_a - q_b|^2. */
  double limit(double reach, int row, double slack) {
    double steps = (reach + slack * errors.get(0, row)) * (STEP_PARTS / (double) stepParts);
    return steps * steps * (1 + 0x1p-48);
  }
}
