package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Analytic float gradients against central differences of a reference in doubles. */
class GradientTest {

  /**
   * Differences of doubles are good to 1e-9 here; the rest is float rounding of sums of order 1.
   */
  private static final double TOLERANCE = 2e-5;

  private static final double STEP = 1e-5;

  private static Engine engine = Engine.builder().threads(1).open();

  @BeforeAll
  static void open() {
    engine = Engine.builder().threads(2).open();
  }

  @AfterAll
  static void close() {
    engine.close();
  }

  static List<Arguments> networks() {
    List<Arguments> all = new ArrayList<>();
    int[][] shapes = {{4, 3}, {4, 5, 3}, {4, 6, 5, 3}, {3, 5, 4, 4, 2}};
    for (Activation activation : Activation.values()) {
      for (Output output : Output.values()) {
        for (float epsilon : new float[] {-1, 0, 0.125f}) {
          for (int[] shape : shapes) {
            all.add(Arguments.of(activation, output, epsilon, shape));
          }
        }
      }
    }
    return all;
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientsAreTheSlopesOfTheLoss(
      Activation activation, Output output, float epsilon, int[] shape) {
    MlpTrainer trainer =
        MlpTrainer.builder(engine, shape)
            .activation(activation)
            .output(output)
            .initializer(Initializer.uniform(0.9))
            .loss(epsilon < 0 ? Loss.softmaxCrossEntropy() : Loss.softmaxCrossEntropy(epsilon))
            .gradientScale(GradientScale.dividedBy(3))
            .epochs(1)
            .build();
    Samples samples = TestData.noise(11, 7, shape[0], shape[shape.length - 1]);
    Mlp mlp = trainer.initial(new SeedStreams(5));

    Gradients gradients = trainer.gradients(mlp, samples);

    ReferenceNetwork reference = new ReferenceNetwork(mlp, output, Math.max(0, epsilon));
    assertThat(gradients.evaluation().lossSum()).isCloseTo(reference.loss(samples), within(1e-4));
    for (int l = 0; l < mlp.layers(); l++) {
      for (int i = 0; i < reference.weights[l].length; i++) {
        assertSlopes(
            reference, samples, reference.weights[l][i], gradients.weights().get(l).row(i));
      }
      assertSlopes(reference, samples, reference.biases[l], gradients.biases().get(l).row(0));
    }
  }

  private static void assertSlopes(
      ReferenceNetwork reference, Samples samples, double[] parameters, float[] gradient) {
    for (int j = 0; j < parameters.length; j++) {
      double at = parameters[j];
      parameters[j] = at + STEP;
      double above = reference.loss(samples);
      parameters[j] = at - STEP;
      double below = reference.loss(samples);
      parameters[j] = at;
      double slope = (above - below) / (2 * STEP) / 3;
      assertThat((double) gradient[j]).isCloseTo(slope, within(TOLERANCE));
    }
  }

  @Test
  void gradientsOfManyRowsAreSumsOverFewRows() {
    // 1,100 rows are three chunks, 520 x 530 weights 2 x 2 tiles; for 30 rows nothing is cut.
    MlpTrainer trainer =
        MlpTrainer.builder(engine, 520, 530, 4)
            .gradientScale(GradientScale.sum())
            .epochs(1)
            .build();
    Samples all = TestData.noise(3, 1100, 520, 4);
    Mlp mlp = trainer.initial(new SeedStreams(9));

    Gradients whole = trainer.gradients(mlp, all);

    double[][] sums = {new double[520 * 530], new double[530 * 4], new double[530], new double[4]};
    double lossSum = 0;
    for (int from = 0; from < 1100; from += 30) {
      int[] rows = new int[Math.min(30, 1100 - from)];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = from + i;
      }
      Gradients part = trainer.gradients(mlp, all.gather(rows));
      lossSum += part.evaluation().lossSum();
      for (int l = 0; l < 2; l++) {
        add(part.weights().get(l), sums[l]);
        add(part.biases().get(l), sums[2 + l]);
      }
    }
    assertThat(whole.evaluation().lossSum()).isCloseTo(lossSum, within(1e-3));
    for (int l = 0; l < 2; l++) {
      assertClose(whole.weights().get(l), sums[l]);
      assertClose(whole.biases().get(l), sums[2 + l]);
    }
  }

  private static void add(FloatMatrix x, double[] sums) {
    float[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      sums[i] += values[i];
    }
  }

  private static void assertClose(FloatMatrix actual, double[] expected) {
    float[] values = actual.toArray();
    double worst = 0;
    for (int i = 0; i < values.length; i++) {
      // Sums of up to 1,100 terms of order 1 to 10.
      worst = Math.max(worst, Math.abs(values[i] - expected[i]) / (1 + Math.abs(expected[i])));
    }
    assertThat(worst).isLessThan(1e-3);
  }

  @Test
  void aVanishedProbabilityStopsTheGradientThatGoesThroughIt() {
    Mlp certain =
        Mlp.of(
            engine,
            Activation.RELU,
            List.of(FloatMatrix.copyOf(new float[] {1000, 0}, 1, 2)),
            List.of(FloatMatrix.zeros(1, 2)));
    Samples wrong = new Samples(FloatMatrix.copyOf(new float[] {1}, 1, 1), new int[] {1});
    MlpTrainer.Builder builder = MlpTrainer.builder(engine, 1, 2).epochs(1);

    Gradients through =
        builder.loss(Loss.softmaxCrossEntropy(1e-8f)).build().gradients(certain, wrong);
    Gradients direct = builder.loss(Loss.softmaxCrossEntropy()).build().gradients(certain, wrong);

    assertThat(through.weights().get(0).toArray()).containsOnly(0f);
    assertThat(through.evaluation().loss()).isCloseTo(-Math.log(1e-8), within(1e-5));
    assertThat(direct.weights().get(0).toArray()).containsExactly(1f, -1f);
    assertThat(direct.evaluation().loss()).isEqualTo(1000);
  }

  @Test
  void theThreeNeuronExampleComesOutToTheLastDigit() {
    // A published worked example, float32 throughout; its matrices are fan-out x fan-in.
    FloatMatrix w1 =
        TestData.transposed(new float[][] {{.1f, .2f, .5f}, {-.1f, -.5f, -1.1f}, {0, 7.5f, -1.1f}});
    FloatMatrix w2 =
        TestData.transposed(new float[][] {{.1f, -.3f, .4f}, {.2f, .4f, -.6f}, {-.1f, .5f, -.2f}});
    FloatMatrix zeros = FloatMatrix.zeros(1, 3);
    Mlp mlp = Mlp.of(engine, Activation.SIGMOID, List.of(w1, w2), List.of(zeros, zeros));
    Samples one = new Samples(FloatMatrix.copyOf(new float[] {1, 2, 3}, 1, 3), new int[] {0});
    MlpTrainer trainer =
        MlpTrainer.builder(engine, 3, 3, 3)
            .activation(Activation.SIGMOID)
            .loss(Loss.softmaxCrossEntropy(0))
            .optimizer(Optimizer.sgd(0.02))
            .batching(Batching.full())
            .epochs(1)
            .build();

    assertThat(printed("%.4f", mlp.predictProbabilities(one.rows())))
        .containsExactly("0.5348", "0.2167", "0.2485");
    Gradients gradients = trainer.gradients(mlp, one);
    assertThat(gradients.evaluation().loss()).isEqualTo(0.625852644443512);
    assertThat(printed("%.4e", gradients.weights().get(0)))
        .containsExactly(
            "-2.9431e-03",
            "4.1993e-03",
            "-3.0524e-06",
            "-5.8862e-03",
            "8.3986e-03",
            "-6.1048e-06",
            "-8.8293e-03",
            "1.2598e-02",
            "-9.1572e-06");
    Mlp after = trainer.on(one).startingFrom(mlp).fit(new SeedStreams(0)).model();
    assertThat(after.evaluate(one, Measure.crossEntropy(0)).loss()).isEqualTo(0.6079817414283752);
  }

  private static List<String> printed(String format, FloatMatrix x) {
    List<String> result = new ArrayList<>();
    for (float value : x.toArray()) {
      result.add(String.format(Locale.ROOT, format, value));
    }
    return result;
  }
}
