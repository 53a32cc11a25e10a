package dev.lanewise.engine.nn;

/** What the sum of a batch's gradients is divided by. */
public final class GradientScale {

  private final float divisor;

  private GradientScale(float divisor) {
    this.divisor = divisor;
  }

  /** Nothing: the gradient is the sum over the batch. */
  public static GradientScale sum() {
    return new GradientScale(1);
  }

  /** The number of examples in the batch, also in a shorter last one. */
  public static GradientScale mean() {
    return new GradientScale(0);
  }

  /**
   * Always the same number.
   *
   * @throws IllegalArgumentException if it is not positive and finite
   */
  public static GradientScale dividedBy(double divisor) {
    if (!((float) divisor > 0 && (float) divisor < Float.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("the divisor must be positive and finite: " + divisor);
    }
    return new GradientScale((float) divisor);
  }

  float divisor(int rows) {
    return divisor == 0 ? rows : divisor;
  }
}
