package dev.lanewise.blas;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.util.random.RandomGenerator;

/** Seeded matrices that are blocks of larger ones, so that a write outside shows. */
final class TestMatrices {
  /** What is around a block; no computation here gives it. */
  static final float FLOAT_GUARD = -12345.678f;

  static final int INT_GUARD = 0x5A5A5A5A;

  private TestMatrices() {}

  /** A block at (1, 2) of a larger matrix whose other elements are the guard. */
  static FloatMatrix guarded(int rows, int columns) {
    FloatMatrix whole = FloatMatrix.zeros(rows + 2, columns + 5);
    for (int i = 0; i < whole.rows(); i++) {
      for (int j = 0; j < whole.columns(); j++) {
        whole.set(i, j, FLOAT_GUARD);
      }
    }
    return whole.block(1, 1 + rows, 2, 2 + columns);
  }

  static FloatMatrix random(RandomGenerator random, int rows, int columns) {
    FloatMatrix x = guarded(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextFloat(-1, 1));
      }
    }
    return x;
  }

  static FloatMatrix filled(int rows, int columns, float value) {
    FloatMatrix x = guarded(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, value);
      }
    }
    return x;
  }

  static IntMatrix guardedInts(int rows, int columns) {
    IntMatrix whole = IntMatrix.zeros(rows + 2, columns + 5);
    for (int i = 0; i < whole.rows(); i++) {
      for (int j = 0; j < whole.columns(); j++) {
        whole.set(i, j, INT_GUARD);
      }
    }
    return whole.block(1, 1 + rows, 2, 2 + columns);
  }

  static ByteMatrix randomBytes(RandomGenerator random, int rows, int columns) {
    ByteMatrix whole = ByteMatrix.zeros(rows + 1, columns + 3);
    for (int i = 0; i < whole.rows(); i++) {
      for (int j = 0; j < whole.columns(); j++) {
        whole.set(i, j, random.nextInt(256));
      }
    }
    return whole.block(1, 1 + rows, 3, 3 + columns);
  }

  /** The whole matrix that a {@link #guarded} block is in. */
  static float[] surroundings(FloatMatrix block) {
    return FloatMatrix.of(block.segment(), block.rows() + 2, block.stride()).toArray();
  }

  static int[] surroundings(IntMatrix block) {
    return IntMatrix.of(block.segment(), block.rows() + 2, block.stride()).toArray();
  }
}
