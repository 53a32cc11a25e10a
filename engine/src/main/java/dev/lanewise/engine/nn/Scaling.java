package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;

/** Turns pixels into the floats a network reads. */
public final class Scaling {

  private Scaling() {}

  /** Every pixel divided by 255: 0..1. */
  public static FloatMatrix unit(ByteMatrix pixels) {
    return dividedBy(pixels, 255f);
  }

  /** Every pixel as it is: 0..255. */
  public static FloatMatrix none(ByteMatrix pixels) {
    return dividedBy(pixels, 1f);
  }

  /**
   * Every pixel divided, in float32, by a number.
   *
   * @return a new matrix, rows x columns
   * @throws IllegalArgumentException if the divisor is not a positive finite number
   */
  public static FloatMatrix dividedBy(ByteMatrix pixels, float divisor) {
    if (!(divisor > 0 && divisor < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("the divisor must be positive and finite: " + divisor);
    }
    float[] quotients = new float[256];
    for (int value = 0; value < 256; value++) {
      quotients[value] = value / divisor;
    }
    FloatMatrix result = FloatMatrix.zeros(pixels.rows(), pixels.columns());
    for (int i = 0; i < pixels.rows(); i++) {
      for (int j = 0; j < pixels.columns(); j++) {
        result.set(i, j, quotients[pixels.get(i, j)]);
      }
    }
    return result;
  }
}
