package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("contract")
final class LanesTest {

  @Test
  void sumAddsEveryLane() {
    float[] values = new float[Lanes.FLOAT.length()];
    float expected = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = 1 << i;
      expected += values[i];
    }
    assertThat(Lanes.sum(FloatVector.fromArray(Lanes.FLOAT, values, 0))).isEqualTo(expected);
  }

  @Test
  void fusedOperationsAreAFactOfTheArchitecture() {
    assertThat(Lanes.fused("amd64", 128)).isFalse();
    assertThat(Lanes.fused("amd64", 256)).isTrue();
    assertThat(Lanes.fused("aarch64", 128)).isTrue();
  }

  @Test
  void expIsWithinOneAndAHalfUlp() {
    double worst = 0;
    for (float x = -103.9f; x <= 0; x += 0.0037f) {
      double expected = Math.exp(x);
      worst =
          Math.max(
              worst,
              Math.abs(VectorElementwiseSoftmax.exp(x) - expected) / Math.ulp((float) expected));
    }
    assertThat(worst).isLessThan(1.5);
    assertThat(VectorElementwiseSoftmax.exp(0)).isEqualTo(1);
    assertThat(VectorElementwiseSoftmax.exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(VectorElementwiseSoftmax.exp(Float.NaN)).isNaN();
  }
}
