package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.random.Draws;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Small made-up problems. */
final class TestData {

  private TestData() {}

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.<RandomGenerator>of("L64X128MixRandom").create(seed);
  }

  static FloatMatrix normal(RandomGenerator random, int rows, int columns) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    Draws.normal(random, 1, x);
    return x;
  }

  /** Normal features, random labels. */
  static Samples noise(long seed, int rows, int features, int classes) {
    RandomGenerator random = random(seed);
    FloatMatrix x = normal(random, rows, features);
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextInt(classes);
    }
    return new Samples(x, labels);
  }

  /** Points around four corners of a square; opposite corners share a class (exclusive or). */
  static Samples corners(long seed, int rows) {
    RandomGenerator random = random(seed);
    FloatMatrix x = normal(random, rows, 2);
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      int right = random.nextInt(2);
      int up = random.nextInt(2);
      x.set(i, 0, 0.2f * x.get(i, 0) + 2 * right - 1);
      x.set(i, 1, 0.2f * x.get(i, 1) + 2 * up - 1);
      labels[i] = right ^ up;
    }
    return new Samples(x, labels);
  }

  static FloatMatrix transposed(float[][] rows) {
    FloatMatrix result = FloatMatrix.zeros(rows[0].length, rows.length);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        result.set(j, i, rows[i][j]);
      }
    }
    return result;
  }
}
