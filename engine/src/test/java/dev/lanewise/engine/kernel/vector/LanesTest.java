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
  void masksAreAFactOfTheArchitecture() {
    assertThat(Lanes.masks("amd64", 128)).isFalse();
    assertThat(Lanes.masks("amd64", 256)).isTrue();
    assertThat(Lanes.masks("x86_64", 512)).isTrue();
    assertThat(Lanes.masks("aarch64", 256)).isFalse();
  }

  @Test
  void expIsWithinOneAndAHalfUlp() {
    double worst = 0;
    float[] results = new float[Lanes.FLOAT.length()];
    for (float from = -103.9f;
        from <= 88 - 0.0037f * results.length;
        from += 0.0037f * results.length) {
      FloatVector x = FloatVector.zero(Lanes.FLOAT).addIndex(1).mul(0.0037f).add(from);
      VectorFunctions.exp(x).intoArray(results, 0);
      for (int i = 0; i < results.length; i++) {
        double expected = Math.exp(x.lane(i));
        worst = Math.max(worst, Math.abs(results[i] - expected) / Math.ulp((float) expected));
      }
    }
    assertThat(worst).isLessThan(1.5);
    assertThat(exp(0)).isEqualTo(1);
    assertThat(exp(-1000)).isZero();
    assertThat(exp(Float.NEGATIVE_INFINITY)).isZero();
    assertThat(exp(1000)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(exp(Float.POSITIVE_INFINITY)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(exp(Float.NaN)).isNaN();
  }

  private static float exp(float x) {
    return VectorFunctions.exp(FloatVector.broadcast(Lanes.FLOAT, x)).lane(0);
  }
}
