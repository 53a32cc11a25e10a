package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;

/**
 * A matrix that is a block of a larger one, at an odd offset and with a stride of its own, among
 * guard values that no kernel may change; or one that ends with its memory, where a kernel that
 * reads or writes on fails.
 */
final class GuardedMatrix {

  /** A bit pattern no kernel would write by chance. */
  private static final float GUARD = Float.intBitsToFloat(0x4B1D0FF5);

  private final FloatMatrix whole;
  private final int rows;
  private final int columns;
  private final int above;
  private final int before;

  /**
   * @param before how many guards stand before each row; 0 makes a matrix without gaps
   */
  GuardedMatrix(int rows, int columns, int before) {
    this(rows, columns, 1, before);
  }

  private GuardedMatrix(int rows, int columns, int above, int before) {
    this.rows = rows;
    this.columns = columns;
    this.above = above;
    this.before = before;
    whole = FloatMatrix.zeros(rows + 2 * above, columns + 2 * before);
    for (int i = 0; i < whole.rows(); i++) {
      for (int j = 0; j < whole.columns(); j++) {
        whole.set(i, j, GUARD);
      }
    }
  }

  /** With random elements, the guards differing from 0 to 3 in number; every fourth has none. */
  static GuardedMatrix filled(int rows, int columns, RandomGenerator random, DoubleSupplier value) {
    int above = random.nextInt(4) == 0 ? 0 : 1;
    GuardedMatrix result =
        new GuardedMatrix(rows, columns, above, above == 0 ? 0 : random.nextInt(4));
    result.fill(value);
    return result;
  }

  void fill(DoubleSupplier value) {
    FloatMatrix view = view();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        view.set(i, j, (float) value.getAsDouble());
      }
    }
  }

  FloatMatrix view() {
    return whole.block(above, rows + above, before, before + columns);
  }

  void assertGuardsIntact(String what) {
    for (int i = 0; i < whole.rows(); i++) {
      for (int j = 0; j < whole.columns(); j++) {
        boolean inside = i >= above && i < rows + above && j >= before && j < before + columns;
        if (!inside && Float.floatToRawIntBits(whole.get(i, j)) != 0x4B1D0FF5) {
          assertThat(whole.get(i, j))
              .as("guard of %s at row %d, column %d of the whole", what, i - above, j - before)
              .isEqualTo(GUARD);
        }
      }
    }
  }
}
