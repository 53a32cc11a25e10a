package dev.lanewise.engine.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class DrawsTest {

  private final RandomGenerator random = new SeedStreams(7).stream("test");

  @Test
  void normalDeviatesHaveTheMomentsOfTheNormalDistribution() {
    FloatMatrix x = FloatMatrix.zeros(501, 401);
    Draws.normal(random, 2, x);
    double[] moments = moments(x, 2);
    // Standard errors at 200,901 draws: .002, .003, .005, .022.
    assertThat(moments[0]).isCloseTo(0, within(0.01));
    assertThat(moments[1]).isCloseTo(1, within(0.015));
    assertThat(moments[2]).isCloseTo(0, within(0.03));
    assertThat(moments[3]).isCloseTo(3, within(0.1));
  }

  private static double[] moments(FloatMatrix x, double scale) {
    double[] moments = new double[4];
    float[] values = x.toArray();
    for (float value : values) {
      double power = 1;
      for (int k = 0; k < 4; k++) {
        power *= value / scale;
        moments[k] += power / values.length;
      }
    }
    return moments;
  }

  @Test
  void uniformDeviatesFillTheirInterval() {
    FloatMatrix x = FloatMatrix.zeros(300, 300);
    Draws.uniform(random, 0.001, x);
    double[] moments = moments(x, 0.001);
    assertThat(moments[0]).isCloseTo(0, within(0.01));
    assertThat(moments[1]).isCloseTo(1.0 / 3, within(0.01));
    float[] values = x.toArray();
    Arrays.sort(values);
    assertThat(values[0]).isBetween(-0.001f, -0.00099f);
    assertThat(values[values.length - 1]).isBetween(0.00099f, 0.001f);
  }

  @Test
  void everyOrderIsEquallyLikely() {
    int[] counts = new int[24];
    for (int run = 0; run < 24_000; run++) {
      int[] values = {0, 1, 2, 3};
      Draws.shuffle(random, values);
      counts[rank(values)]++;
    }
    for (int count : counts) {
      // Five standard deviations of 31.
      assertThat(count).isBetween(845, 1155);
    }
  }

  private static int rank(int[] order) {
    int rank = 0;
    for (int i = 0; i < order.length; i++) {
      int smaller = 0;
      for (int j = i + 1; j < order.length; j++) {
        smaller += order[j] < order[i] ? 1 : 0;
      }
      rank = rank * (order.length - i) + smaller;
    }
    return rank;
  }

  @Test
  void aPartialShuffleIsTheBeginningOfAWholeOne() {
    int[] whole = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    int[] part = whole.clone();
    Draws.shuffle(new SeedStreams(1).stream("x"), whole);
    Draws.shuffleFirst(new SeedStreams(1).stream("x"), part, 4);
    assertThat(Arrays.copyOf(part, 4)).containsExactly(Arrays.copyOf(whole, 4));
    assertThat(part).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void nothingToDrawIsNoMistake() {
    FloatMatrix x = FloatMatrix.copyOf(new float[] {1, 2, 3}, 1, 3);
    Draws.normal(random, 0, x);
    assertThat(SparseRows.of(x).end(0)).isZero();
    x.set(0, 1, 5);
    Draws.uniform(random, 0, x);
    assertThat(SparseRows.of(x).end(0)).isZero();
    int[] values = {3, 1, 2};
    Draws.shuffleFirst(random, values, 0);
    assertThat(values).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void impossibleRequestsAreRefused() {
    FloatMatrix x = FloatMatrix.zeros(1, 1);
    for (double bad : new double[] {Double.POSITIVE_INFINITY, Double.NaN, -Double.MIN_VALUE}) {
      assertThatThrownBy(() -> Draws.normal(random, bad, x))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Draws.uniform(random, bad, x))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> Draws.normal(random, -1, x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1.0");
    assertThatThrownBy(() -> Draws.uniform(random, Double.NaN, x))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> Draws.shuffleFirst(random, new int[2], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 of 2");
  }
}
