package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import org.junit.jupiter.api.Test;

class MeasureTest {

  private static double of(Measure measure, int label, float... scores) {
    FloatMatrix z = FloatMatrix.copyOf(scores, 1, scores.length);
    FloatMatrix p = FloatMatrix.zeros(1, scores.length);
    new ScalarKernels().softmaxRows(z, p);
    return measure.of(z, p, 0, label);
  }

  @Test
  void crossEntropyIsAccurateFromCertaintyToImpossibility() {
    assertThat(of(Measure.crossEntropy(), 0, 0, 0)).isCloseTo(Math.log(2), within(1e-7));
    // log1p(exp(-30)) = exp(-30) to 13 digits: 1 - p would have rounded to 0.
    assertThat(of(Measure.crossEntropy(), 0, 30, 0)).isCloseTo(Math.exp(-30), within(1e-19));
    assertThat(of(Measure.crossEntropy(), 1, 30, 0)).isCloseTo(30, within(1e-5));
    assertThat(of(Measure.crossEntropy(), 1, 500, 0, -3)).isEqualTo(500);
    assertThat(of(Measure.crossEntropy(), 2, 500, 500, -3))
        .isCloseTo(503 + Math.log(2), within(1e-9));
  }

  @Test
  void epsilonBoundsTheLoss() {
    assertThat(of(Measure.crossEntropy(1e-8f), 1, 500, 0)).isEqualTo(-(float) Math.log(1e-8f));
    assertThat(of(Measure.crossEntropy(0.5f), 0, 0, 0)).isEqualTo(0);
    assertThat(of(Measure.crossEntropy(0), 1, 500, 0)).isEqualTo(Double.POSITIVE_INFINITY);
    for (float epsilon : new float[] {-1, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Measure.crossEntropy(epsilon))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("epsilon must be finite and not negative: " + epsilon);
      assertThatThrownBy(() -> Loss.softmaxCrossEntropy(epsilon))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void exchangedArgumentsMeasureWhatWrongClassesGet() {
    double wrong = Math.log(1e20);
    assertThat(wrong).isCloseTo(46.05, within(0.005));
    Measure measure = Measure.exchangedCrossEntropy(1e-20);
    assertThat(of(measure, 0, 0, 0)).isCloseTo(wrong / 2, within(1e-5));
    assertThat(of(measure, 2, 0, 0, 0, 0)).isCloseTo(wrong * 0.75, within(1e-5));
    assertThat(of(measure, 0, 600, 0)).isEqualTo(0);
    assertThat(of(Measure.exchangedCrossEntropy(0.5), 1, 0, 0))
        .isCloseTo(-(Math.log(0.5) + Math.log(1.5)) / 2, within(1e-7));
    for (double tiny : new double[] {0, 1, Double.NaN}) {
      assertThatThrownBy(() -> Measure.exchangedCrossEntropy(tiny))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tiny must be between 0 and 1, not " + tiny);
    }
  }
}
