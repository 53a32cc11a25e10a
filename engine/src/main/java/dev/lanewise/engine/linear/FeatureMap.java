package dev.lanewise.engine.linear;

import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * What a perceptron sees of a row x of d numbers: a vector phi(x), and the inner product phi(x)
 * &middot; phi(y) of two of them, which needs no vector.
 *
 * <p>Arithmetic is double, sums run over columns in ascending order. Where inputs are integers and
 * a divisor is 1, every result below 2^53 is exact: so are inner products of 784 pixels (at most
 * 5.1e7 linear, 1.3e15 quadratic).
 *
 * <p>Thread-safety: immutable.
 */
public final class FeatureMap {

  private static final FeatureMap LINEAR = new FeatureMap(false, 1);

  private final boolean quadratic;
  private final double divisor;

  private FeatureMap(boolean quadratic, double divisor) {
    this.quadratic = quadratic;
    this.divisor = divisor;
  }

  /** phi(x) = x. */
  public static FeatureMap linear() {
    return LINEAR;
  }

  /**
   * phi(x) = (1, x_i ..., x_i x_j ...) with i &lt;= j: 1 + d + d (d + 1) / 2 features. Their inner
   * product is 1 + x.y + ((x.y)^2 + sum x_i^2 y_i^2) / 2.
   */
  public static FeatureMap quadratic() {
    return quadratic(1);
  }

  /**
   * {@link #quadratic()} of x / divisor. Sums of blocks of pixels with the block's size as the
   * divisor stand for the blocks' means, which float32 cannot hold; the division is made in double,
   * after the sums.
   *
   * @throws IllegalArgumentException if the divisor is not finite and above 0
   */
  public static FeatureMap quadratic(double divisor) {
    return new FeatureMap(true, Inputs.positive("divisor", divisor));
  }

  /**
   * The number of features for rows of d numbers.
   *
   * @throws ArithmeticException if there are more than an array can hold
   */
  public int features(int d) {
    return quadratic ? Math.toIntExact(1 + d + (long) d * (d + 1) / 2) : d;
  }

  /**
   * phi of one row.
   *
   * @param x n x d
   * @return {@link #features features(d)} numbers
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public double[] expand(FloatMatrix x, int row) {
    double[] phi = new double[features(x.columns())];
    expand(x.row(row), phi);
    return phi;
  }

  void expand(float[] x, double[] phi) {
    if (!quadratic) {
      for (int i = 0; i < x.length; i++) {
        phi[i] = x[i];
      }
      return;
    }
    phi[0] = 1;
    for (int i = 0; i < x.length; i++) {
      phi[1 + i] = x[i] / divisor;
    }
    int at = 1 + x.length;
    for (int i = 0; i < x.length; i++) {
      double xi = phi[1 + i];
      for (int j = i; j < x.length; j++) {
        phi[at++] = xi * phi[1 + j];
      }
    }
  }

  boolean isQuadratic() {
    return quadratic;
  }

  double divisor() {
    return divisor;
  }

  /** phi(x).phi(y) from x.y and sum x_i^2 y_i^2, both of undivided numbers. */
  double innerProduct(double dot, double squares) {
    if (!quadratic) {
      return dot;
    }
    double square = divisor * divisor;
    double d = dot / square;
    return 1 + d + (d * d + squares / (square * square)) / 2;
  }
}
