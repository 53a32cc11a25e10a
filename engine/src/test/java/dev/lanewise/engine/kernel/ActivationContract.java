package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What activations and optimiser steps have to give on every backend. */
public abstract class ActivationContract extends KernelContract {

  /** Around the lanes of every width: 4, 8 and 16 floats; and more than 256 times the widest. */
  private static final int[] COLUMNS = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 67, 4_500};

  /** Two float roundings of a function that is itself good to one unit in the last place. */
  private static final double RELATIVE = 4 * 0x1p-23;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    88.8f,
    -88.8f,
    104f,
    -104f,
    11.7f
  };

  /** The contract for one backend. */
  protected ActivationContract(BackendRequest request) {
    super(request);
  }

  private static double value(Activation activation, double z) {
    return switch (activation) {
      case IDENTITY -> z;
      case RELU -> Double.isNaN(z) ? z : Math.max(z, 0);
      case ATAN -> Math.atan(z);
      case SIGMOID -> 1 / (1 + Math.exp(-z));
      case TANH -> Math.tanh(z);
    };
  }

  private static double slope(Activation activation, double z) {
    double a = (float) value(activation, z);
    return switch (activation) {
      case IDENTITY -> 1;
      case RELU -> z > 0 ? 1 : 0;
      case ATAN -> 1 / (1 + z * z);
      case SIGMOID -> a * (1 - a);
      case TANH -> 1 - a * a;
    };
  }

  private static boolean close(float actual, double expected) {
    if (Double.isNaN(expected) || Double.isInfinite(expected)) {
      return Double.compare(actual, expected) == 0;
    }
    // The absolute part: a float exp overflows where 1 / (1 + exp) is below 1e-38.
    return Math.abs(actual - expected) <= RELATIVE * Math.abs(expected) + 1e-37;
  }

  private static GuardedMatrix random(int rows, int columns, RandomGenerator random) {
    return GuardedMatrix.filled(rows, columns, random, () -> 12 * random.nextDouble() - 6);
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void activationsAndTheirSlopesAtEveryLength(Activation activation) {
    RandomGenerator random = random(1);
    for (int rows : new int[] {0, 1, 3}) {
      for (int columns : COLUMNS) {
        GuardedMatrix z = random(rows, columns, random);
        GuardedMatrix a = new GuardedMatrix(rows, columns, random.nextInt(4));
        GuardedMatrix g = random(rows, columns, random);
        FloatMatrix gradient = g.view().copy();

        kernels().activate(activation, z.view(), a.view());
        kernels().timesDerivative(activation, z.view(), a.view(), g.view());

        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < columns; j++) {
            float at = z.view().get(i, j);
            assertThat(close(a.view().get(i, j), value(activation, at)))
                .as("%s(%s) = %s", activation, at, a.view().get(i, j))
                .isTrue();
            double expected = gradient.get(i, j) * slope(activation, at);
            // 1 - a and 1 - a^2 cancel: their error is that of a, not of the difference.
            assertThat(Math.abs(g.view().get(i, j) - expected))
                .as("slope of %s at %s", activation, at)
                .isLessThanOrEqualTo(RELATIVE * (Math.abs(expected) + 6));
          }
        }
        z.assertGuardsIntact("z");
        a.assertGuardsIntact("a");
        g.assertGuardsIntact("g");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void specialValuesInEveryLaneAndInPlace(Activation activation) {
    for (float special : SPECIAL) {
      for (int at = 0; at < 19; at++) {
        FloatMatrix x = FloatMatrix.zeros(1, 19);
        x.set(0, at, special);
        kernels().activate(activation, x, x);
        for (int j = 0; j < 19; j++) {
          assertThat(close(x.get(0, j), value(activation, j == at ? special : 0)))
              .as("%s(%s) = %s in lane %d", activation, j == at ? special : 0, x.get(0, j), j)
              .isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void anElementsValueDoesNotDependOnItsPlace(Activation activation) {
    RandomGenerator random = random(2);
    FloatMatrix z = random(1, affordable(400), random).view();
    // Nor on its neighbours, though a kernel may take another way where all arguments are small.
    z.set(0, z.columns() / 2, 300);
    FloatMatrix whole = FloatMatrix.zeros(1, z.columns());
    kernels().activate(activation, z, whole);
    for (int from = 0; from < z.columns(); from += 3) {
      int to = Math.min(z.columns(), from + 1 + random.nextInt(20));
      FloatMatrix part = FloatMatrix.zeros(1, to - from);
      kernels().activate(activation, z.block(0, 1, from, to), part);
      assertThat(part.toArray()).containsExactly(whole.block(0, 1, from, to).toArray());
    }
  }

  /** A kernel may read ahead in what is too large for a cache. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void anElementsValueDoesNotDependOnItsPlaceInALargeMatrix(Activation activation) {
    RandomGenerator random = random(5);
    GuardedMatrix z = random(1, (1 << 18) + 4_105, random);
    int n = z.view().columns();
    for (int far = 0; far < 60; far++) {
      // Not in the first half, so that there are stretches of all kinds.
      int at = n / 2 + random.nextInt(n / 2);
      z.view().set(0, at, SPECIAL[far % SPECIAL.length]);
    }
    GuardedMatrix whole = new GuardedMatrix(1, n, 1);
    kernels().activate(activation, z.view(), whole.view());
    whole.assertGuardsIntact("a");
    FloatMatrix parts = FloatMatrix.zeros(1, n);
    for (int from = 0; from < n; from += 1_001) {
      int to = Math.min(n, from + 1_001);
      kernels().activate(activation, z.view().block(0, 1, from, to), parts.block(0, 1, from, to));
    }
    assertThat(whole.view().toArray()).isEqualTo(parts.toArray());
    kernels().activate(activation, z.view(), z.view());
    assertThat(z.view().toArray()).as("in place").isEqualTo(parts.toArray());
    z.assertGuardsIntact("z");
  }

  @Test
  void reluPassesNothingWhereItIsOff() {
    FloatMatrix a = FloatMatrix.zeros(1, 21);
    FloatMatrix g = FloatMatrix.zeros(1, 21);
    for (int j = 0; j < 21; j++) {
      a.set(0, j, j % 3 == 0 ? 1e-30f : j % 3 == 1 ? 0f : -0f);
      g.set(0, j, j % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY);
    }
    kernels().timesDerivative(Activation.RELU, a, a, g);
    for (int j = 0; j < 21; j++) {
      float expected = j % 3 != 0 ? 0f : j % 2 == 0 ? Float.NaN : Float.POSITIVE_INFINITY;
      assertThat(Float.compare(g.get(0, j), expected)).as("lane %d: %s", j, g.get(0, j)).isZero();
    }
  }

  @Test
  void scaledSumsAreRoundedAfterEveryOperation() {
    RandomGenerator random = random(3);
    for (int columns : COLUMNS) {
      // Rows that follow each other without a gap are one, if they do in both.
      for (int gaps = 0; gaps < 4; gaps++) {
        GuardedMatrix x = new GuardedMatrix(2, columns, gaps & 1);
        GuardedMatrix y = new GuardedMatrix(2, columns, gaps >> 1);
        x.fill(random::nextGaussian);
        y.fill(random::nextGaussian);
        FloatMatrix before = y.view().copy();
        kernels().axpby(0.3f, x.view(), -0.7f, y.view());
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < columns; j++) {
            assertThat(y.view().get(i, j))
                .isEqualTo(0.3f * x.view().get(i, j) + -0.7f * before.get(i, j));
          }
        }
        FloatMatrix scaled = x.view().copy();
        kernels().axpby(0, scaled, -0.7f, scaled);
        for (int j = 0; j < columns; j++) {
          assertThat(scaled.get(1, j)).isEqualTo(-0.7f * x.view().get(1, j));
        }
        x.assertGuardsIntact("x");
        y.assertGuardsIntact("y");
      }
    }
  }

  @Test
  void adamMovesAgainstTheGradientOverItsRoot() {
    RandomGenerator random = random(4);
    for (int columns : COLUMNS) {
      // All rows are one where there are no gaps; here none has any, or one of four matrices.
      for (int gaps : new int[] {0, 1, 2, 4, 8}) {
        adamMovesAgainstTheGradientOverItsRoot(columns, gaps, random);
      }
    }
  }

  private void adamMovesAgainstTheGradientOverItsRoot(
      int columns, int gaps, RandomGenerator random) {
    GuardedMatrix g = new GuardedMatrix(2, columns, gaps & 1);
    GuardedMatrix m = new GuardedMatrix(2, columns, gaps >> 1 & 1);
    GuardedMatrix v = new GuardedMatrix(2, columns, gaps >> 2 & 1);
    GuardedMatrix x = new GuardedMatrix(2, columns, gaps >> 3);
    g.fill(() -> 12 * random.nextDouble() - 6);
    m.fill(() -> 12 * random.nextDouble() - 6);
    v.fill(random::nextDouble);
    x.fill(() -> 12 * random.nextDouble() - 6);
    FloatMatrix m0 = m.view().copy();
    FloatMatrix v0 = v.view().copy();
    FloatMatrix x0 = x.view().copy();
    kernels().adam(0.75f, 0.875f, 0.5f, 0.25f, 0.125f, g.view(), m.view(), v.view(), x.view());
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < columns; j++) {
        double gradient = g.view().get(i, j);
        double mean = 0.75 * m0.get(i, j) + 0.25 * gradient;
        double square = 0.875 * v0.get(i, j) + 0.125 * gradient * gradient;
        double step = 0.5 * mean / (Math.sqrt(square) / 0.25 + 0.125);
        assertThat(Math.abs(m.view().get(i, j) - mean)).isLessThanOrEqualTo(12 * 0x1p-23);
        assertThat(Math.abs(v.view().get(i, j) - square)).isLessThanOrEqualTo(12 * 0x1p-23);
        assertThat(Math.abs(x.view().get(i, j) - (x0.get(i, j) - step)))
            .isLessThanOrEqualTo(1e-5 * (1 + Math.abs(step)));
      }
    }
    g.assertGuardsIntact("g");
    m.assertGuardsIntact("m");
    v.assertGuardsIntact("v");
    x.assertGuardsIntact("x");
  }

  @Test
  void theFirstElementThatIsNotFiniteIsFound() {
    assertThat(kernels().firstNonFinite(FloatMatrix.zeros(0, 0))).isEqualTo(-1);
    for (int columns : new int[] {1, 4, 8, 9, 16, 19, 35}) {
      FloatMatrix x = FloatMatrix.zeros(3, columns + 5).block(0, 3, 2, 2 + columns);
      for (int j = 0; j < columns; j++) {
        x.set(0, j, Float.MAX_VALUE);
        x.set(1, j, -Float.MAX_VALUE);
      }
      assertThat(kernels().firstNonFinite(x)).isEqualTo(-1);
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -1f / 0f}) {
        for (int j = columns - 1; j >= 0; j--) {
          float good = x.get(1, j);
          x.set(1, j, bad);
          x.set(2, 0, Float.NaN);
          assertThat(kernels().firstNonFinite(x)).isEqualTo(columns + j);
          x.set(1, j, good);
          x.set(2, 0, 0);
        }
      }
    }
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    FloatMatrix a = FloatMatrix.zeros(2, 3);
    FloatMatrix b = FloatMatrix.zeros(3, 2);
    assertThatThrownBy(() -> kernels().axpby(1, a, 1, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 x 3")
        .hasMessageContaining("3 x 2");
    assertThatThrownBy(() -> kernels().activate(Activation.TANH, a, b))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels().timesDerivative(Activation.TANH, a, a, b))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels().timesDerivative(Activation.TANH, b, a, a))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels().timesDerivative(Activation.TANH, a, b, a))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels().adam(0, 0, 1, 1, 1, b, a, a, a))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels().adam(0, 0, 1, 1, 1, a, b, a, a))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> kernels().adam(0, 0, 1, 1, 1, a, a, b, a))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
