package dev.lanewise.engine.random;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.random.RandomGenerator;

/**
 * What learners draw. Only {@link StrictMath} and the generator's integers and uniforms are used,
 * so that equal generators give equal draws on every machine.
 */
public final class Draws {

  private Draws() {}

  /**
   * Fills a matrix, row by row, with normal deviates of mean 0. Marsaglia's polar method; of an odd
   * last pair the second is dropped.
   *
   * @throws IllegalArgumentException if the standard deviation is negative or not finite
   */
  public static void normal(RandomGenerator random, double standardDeviation, FloatMatrix x) {
    if (!(standardDeviation >= 0 && standardDeviation < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the standard deviation must be finite and not negative, not " + standardDeviation);
    }
    double spare = 0;
    boolean hasSpare = false;
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        if (hasSpare) {
          x.set(i, j, (float) (standardDeviation * spare));
          hasSpare = false;
          continue;
        }
        double u;
        double v;
        double square;
        do {
          u = 2 * random.nextDouble() - 1;
          v = 2 * random.nextDouble() - 1;
          square = u * u + v * v;
        } while (square >= 1 || square == 0);
        double scale = StrictMath.sqrt(-2 * StrictMath.log(square) / square);
        x.set(i, j, (float) (standardDeviation * (u * scale)));
        spare = v * scale;
        hasSpare = true;
      }
    }
  }

  /**
   * Fills a matrix, row by row, with uniform deviates in [-bound, bound): 24 random bits each.
   *
   * @throws IllegalArgumentException if the bound is negative or not finite
   */
  public static void uniform(RandomGenerator random, double bound, FloatMatrix x) {
    if (!(bound >= 0 && bound < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("the bound must be finite and not negative, not " + bound);
    }
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        x.set(i, j, (float) (bound * (2.0 * random.nextFloat() - 1)));
      }
    }
  }

  /** Puts an array into an order in which every permutation is equally likely (Fisher-Yates). */
  public static void shuffle(RandomGenerator random, int[] values) {
    shuffleFirst(random, values, values.length);
  }

  /**
   * Does as many steps of {@link #shuffle} as make the first {@code count} elements those of a
   * random permutation; the others stay in some order.
   *
   * @throws IllegalArgumentException if {@code count} is negative or more than there are
   */
  public static void shuffleFirst(RandomGenerator random, int[] values, int count) {
    if (count < 0 || count > values.length) {
      throw new IllegalArgumentException(
          "cannot draw " + count + " of " + values.length + " elements");
    }
    for (int i = 0; i < Math.min(count, values.length - 1); i++) {
      int j = i + random.nextInt(values.length - i);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
