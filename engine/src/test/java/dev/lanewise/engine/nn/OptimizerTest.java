package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** Steps worked out by hand, from w = 1 with gradients 2, 4, -8. */
class OptimizerTest {

  private static final Kernels KERNELS = new ScalarKernels();
  private static final float[] GRADIENTS = {2, 4, -8};

  private static double[] path(Optimizer optimizer, double... factors) {
    FloatMatrix w = FloatMatrix.copyOf(new float[] {1, 1}, 1, 2);
    FloatMatrix g = FloatMatrix.zeros(1, 2);
    Updater updater = Updater.of(optimizer, KERNELS, w, g, Arena.ofAuto());
    double[] path = new double[3];
    for (int t = 0; t < 3; t++) {
      g.set(0, 1, GRADIENTS[t]);
      updater.step(factors.length == 0 ? 1 : factors[t]);
      path[t] = w.get(0, 1);
      assertThat(w.get(0, 0)).isEqualTo(1);
    }
    return path;
  }

  @Test
  void gradientDescentFollowsTheGradient() {
    assertThat(path(Optimizer.sgd(0.125))).containsExactly(0.75, 0.25, 1.25);
    assertThat(path(Optimizer.sgd(0.125), 1, 0.5, 2)).containsExactly(0.75, 0.5, 2.5);
  }

  @Test
  void theHeavyBallKeepsRolling() {
    // v: .25, .625, -.6875
    assertThat(path(Optimizer.momentum(0.125, 0.5))).containsExactly(0.75, 0.125, 0.8125);
    // v: .25, .375, -1.8125
    assertThat(path(Optimizer.momentum(0.125, 0.5), 1, 0.5, 2))
        .containsExactly(0.75, 0.375, 2.1875);
    assertThat(path(Optimizer.momentum(0.125, 0))).isEqualTo(path(Optimizer.sgd(0.125)));
  }

  @Test
  void nesterovLooksAhead() {
    // steps: .5 v + .125 g = .375, .8125, -1.34375
    assertThat(path(Optimizer.nesterov(0.125, 0.5))).containsExactly(0.625, -0.1875, 1.15625);
    // .375, .5 .375 + .25 = .4375, -.5 1.8125 - 2 = -2.90625
    assertThat(path(Optimizer.nesterov(0.125, 0.5), 1, 0.5, 2))
        .containsExactly(0.625, 0.1875, 3.09375);
  }

  @Test
  void adamNormalisesItsSteps() {
    // beta1 1/2, beta2 3/4, rate 1: m 1, 2.5, -2.75; m' 2, 10/3, -22/7
    // v 1, 4.75, 19.5625; v' 4, 76/7, 1252/37
    double first = 1 - 2 / Math.sqrt(4);
    double second = first - (10.0 / 3) / Math.sqrt(76.0 / 7);
    double third = second + (22.0 / 7) / Math.sqrt(1252.0 / 37);
    double[] path = path(Optimizer.adam(1, 0.5, 0.75, 1e-12));
    assertThat(path[0]).isCloseTo(first, within(1e-6));
    assertThat(path[1]).isCloseTo(second, within(1e-6));
    assertThat(path[2]).isCloseTo(third, within(1e-6));
    assertThat(path(Optimizer.adam(0.001))[0]).isCloseTo(0.999, within(1e-6));
    assertThat(path(Optimizer.adam(0.001), 3, 1, 1)[0]).isCloseTo(0.997, within(1e-6));
  }

  @Test
  void impossibleValuesAreRefused() {
    assertThatThrownBy(() -> Optimizer.sgd(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning rate");
    assertThatThrownBy(() -> Optimizer.sgd(Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Optimizer.momentum(0, 0.9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the learning rate must be positive and finite, not 0.0");
    assertThatThrownBy(() -> Optimizer.nesterov(-1, 0.9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning rate");
    assertThatThrownBy(() -> Optimizer.adam(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning rate");
    assertThatThrownBy(() -> Optimizer.adam(1, 1, 0.9, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the beta1 must be at least 0 and below 1, not 1.0");
    assertThatThrownBy(() -> Optimizer.momentum(1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("momentum");
    assertThatThrownBy(() -> Optimizer.nesterov(1, -0.1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Optimizer.adam(1, 0.9, Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beta2");
    assertThatThrownBy(() -> Optimizer.adam(1, 0.9, 0.9, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("epsilon");
  }
}
