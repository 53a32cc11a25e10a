package dev.lanewise.engine.linear;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.SplittableRandom;

/** Small random sets. */
final class Data {

  private Data() {}

  /** Numbers from N(0, 1). */
  static FloatMatrix gaussian(int rows, int columns, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, (float) random.nextGaussian());
      }
    }
    return x;
  }

  /** Integers 0 .. bound - 1, about half of them 0. */
  static FloatMatrix integers(int rows, int columns, int bound, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextBoolean() ? 0 : random.nextInt(bound));
      }
    }
    return x;
  }

  static int[] labels(int rows, int classes, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = random.nextInt(classes);
    }
    return labels;
  }
}
