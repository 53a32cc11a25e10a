package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.matrix.FloatMatrix;
import org.junit.jupiter.api.Test;

/** Standard deviations and ranges over 400 x 300 weights and 300 biases. */
class InitializerTest {

  private final FloatMatrix weights = FloatMatrix.zeros(400, 300);
  private final FloatMatrix biases = FloatMatrix.zeros(1, 300);

  private void check(Initializer initializer, double deviation, double biasDeviation) {
    weights.setAll(FloatMatrix.zeros(400, 300));
    biases.setAll(FloatMatrix.zeros(1, 300));
    initializer.initialize(weights, biases, TestData.random(3));
    assertThat(deviation(weights)).isCloseTo(deviation, within(0.01 * deviation + 1e-12));
    assertThat(deviation(biases)).isCloseTo(biasDeviation, within(0.15 * biasDeviation + 1e-12));
  }

  private static double deviation(FloatMatrix x) {
    double square = 0;
    for (float value : x.toArray()) {
      square += (double) value * value;
    }
    return Math.sqrt(square / ((double) x.rows() * x.columns()));
  }

  private static double largest(FloatMatrix x) {
    double largest = 0;
    for (float value : x.toArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  @Test
  void normalInitialisers() {
    check(Initializer.leCunNormal(), 1 / Math.sqrt(400), 0);
    assertThat(largest(weights)).isGreaterThan(4 / Math.sqrt(400));
    check(Initializer.heNormal(), Math.sqrt(2.0 / 400), 0);
    check(Initializer.xavierNormal(), Math.sqrt(2.0 / 700), 0);
    check(Initializer.xavierNormalWithBiases(), Math.sqrt(2.0 / 700), Math.sqrt(2.0 / 700));
  }

  @Test
  void uniformInitialisers() {
    checkUniform(Initializer.uniform(0.001), 0.001, true);
    checkUniform(Initializer.pytorchLinear(), 1 / Math.sqrt(400), true);
  }

  @Test
  void xavierUniformLeavesBiasesAtZero() {
    checkUniform(Initializer.xavierUniform(), Math.sqrt(6.0 / 700), false);
  }

  private void checkUniform(Initializer initializer, double bound, boolean withBiases) {
    check(initializer, bound / Math.sqrt(3), withBiases ? bound / Math.sqrt(3) : 0);
    assertThat(largest(weights)).isBetween(0.999 * bound, bound * (1 + 1e-6));
    assertThat(largest(biases)).isLessThanOrEqualTo(bound * (1 + 1e-6));
  }

  @Test
  void zerosStayZeros() {
    check(Initializer.zeros(), 0, 0);
    check(Initializer.uniform(0), 0, 0);
    for (double bound : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Initializer.uniform(bound))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(String.valueOf(bound));
    }
  }
}
