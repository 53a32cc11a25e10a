package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.random.SeedStreams;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MlpTest {

  private final Engine engine = Engine.builder().threads(2).open();

  @AfterEach
  void close() {
    engine.close();
  }

  private Mlp network(int... sizes) {
    return MlpTrainer.builder(engine, sizes)
        .initializer(Initializer.uniform(1))
        .epochs(1)
        .build()
        .initial(new SeedStreams(4));
  }

  @Test
  void logitsFollowTheFormulas() {
    Mlp mlp =
        Mlp.of(
            engine,
            Activation.RELU,
            List.of(
                FloatMatrix.copyOf(new float[][] {{1, -1}, {2, 0.5f}}),
                FloatMatrix.copyOf(new float[][] {{3, 0, 1}, {1, 1, -4}})),
            List.of(
                FloatMatrix.copyOf(new float[][] {{0.5f, -1}}),
                FloatMatrix.copyOf(new float[][] {{0, 10, 0}})));
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{1, 2}, {-3, 1}});

    // Hidden sums (5.5, -1) and (-0.5, 2.5).
    assertThat(mlp.logits(x).toArray()).containsExactly(16.5f, 10, 5.5f, 2.5f, 12.5f, -10);
    assertThat(mlp.predict(x)).containsExactly(0, 1);
    assertThat(mlp.withActivation(Activation.IDENTITY).logits(x).toArray())
        .containsExactly(15.5f, 9, 9.5f, 1, 12.5f, -10.5f);
    Evaluation evaluation = mlp.evaluate(new Samples(x, new int[] {0, 2}));
    assertThat(evaluation.accuracy()).isEqualTo(0.5);
    assertThat(evaluation.correct()).isEqualTo(1);
    double first = Math.log1p(Math.exp(-6.5) + Math.exp(-11));
    assertThat(evaluation.loss()).isCloseTo((first + 22.5) / 2, within(1e-4));
    assertThat(evaluation.lossSum()).isCloseTo(first + 22.5, within(1e-4));
    assertThat(mlp.inputs()).isEqualTo(2);
    assertThat(mlp.classes()).isEqualTo(3);
    assertThat(mlp.layers()).isEqualTo(2);
    assertThat(mlp.weights(1).toArray()).containsExactly(3, 0, 1, 1, 1, -4);
    assertThat(mlp.biases(1).toArray()).containsExactly(0, 10, 0);
  }

  @Test
  void aRowsResultDoesNotDependOnItsCompany() {
    Mlp mlp = network(5, 7, 3);
    for (int rows : new int[] {1, 2, 511, 512, 513, 1025}) {
      FloatMatrix x = TestData.normal(TestData.random(rows), rows, 5);
      FloatMatrix together = mlp.logits(x);
      FloatMatrix probabilities = mlp.predictProbabilities(x);
      int[] classes = mlp.predict(x);
      for (int i = 0; i < rows; i += Math.max(1, rows / 7)) {
        float[] alone = mlp.logits(x.rows(i, i + 1)).toArray();
        double sum = 0;
        int best = 0;
        for (int j = 0; j < 3; j++) {
          assertThat(together.get(i, j)).isCloseTo(alone[j], within(1e-5f));
          sum += probabilities.get(i, j);
          best = alone[j] > alone[best] ? j : best;
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        assertThat(classes[i]).isEqualTo(best);
      }
    }
    assertThat(mlp.predict(FloatMatrix.zeros(0, 5))).isEmpty();
  }

  @Test
  void aSoftmaxOverRowsComparesEachClassWithItselfInOtherRows() {
    Mlp plain =
        Mlp.of(
            engine,
            Activation.RELU,
            List.of(FloatMatrix.copyOf(new float[][] {{1, 0}, {0, 1}})),
            List.of(FloatMatrix.copyOf(new float[][] {{10, 0}})));
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{0, 2}, {2, 0}, {0, 0}});

    assertThat(plain.predict(x)).containsExactly(0, 0, 0);

    Mlp overRows = plain.withOutput(Output.SOFTMAX_OVER_ROWS);
    FloatMatrix scores = overRows.scores(x);
    double high = Math.exp(2) / (Math.exp(2) + 2);
    double low = 1 / (Math.exp(2) + 2);
    double[] expected = {low, high, high, low, low, low};
    for (int i = 0; i < 6; i++) {
      assertThat((double) scores.get(i / 2, i % 2)).isCloseTo(expected[i], within(1e-6));
    }
    assertThat(overRows.predict(x)).startsWith(1, 0);
    assertThat(overRows.logits(x).toArray()).containsExactly(plain.logits(x).toArray());
    assertThat((double) overRows.predictProbabilities(x).get(0, 1))
        .isCloseTo(1 / (1 + Math.exp(low - high)), within(1e-6));
    assertThat(overRows.evaluate(new Samples(x, new int[] {1, 0, 1})).correct()).isBetween(2, 3);
  }

  @Test
  void inputsMustFitAndBeFinite() {
    Mlp mlp = network(3, 2);
    assertThatThrownBy(() -> mlp.predict(FloatMatrix.zeros(2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 columns")
        .hasMessageContaining("reads 3");
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      FloatMatrix x = FloatMatrix.zeros(5, 3);
      x.set(4, 1, bad);
      assertThatThrownBy(() -> mlp.predictProbabilities(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad + " at row 4, column 1");
      x.set(0, 0, bad);
      assertThatThrownBy(() -> mlp.logits(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(bad + " at row 0, column 0");
      assertThatThrownBy(() -> mlp.evaluate(new Samples(x, new int[5])))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the set to evaluate holds " + bad);
    }
    FloatMatrix one = FloatMatrix.zeros(1, 3);
    assertThatThrownBy(() -> mlp.evaluate(new Samples(one, new int[] {2})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("label 2 in row 0");
    assertThatThrownBy(() -> mlp.evaluate(new Samples(FloatMatrix.zeros(0, 3), new int[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no rows");
    assertThatThrownBy(() -> new Samples(one, new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 labels for 1 rows");
    assertThatThrownBy(() -> new Samples(one, new int[] {-1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("row 0 is -1");
  }

  @Test
  void theFirstParameterThatIsNotFiniteIsNamed() {
    Parameters parameters = Parameters.zeros(new int[] {3, 4, 2}, Activation.RELU);
    assertThat(parameters.nonFinite(EngineKernels.of(engine))).isNull();
    parameters.biases[1].set(0, 1, Float.NEGATIVE_INFINITY);
    assertThat(parameters.nonFinite(EngineKernels.of(engine)))
        .isEqualTo("bias (0, 1) of layer 1 is -Infinity");
    parameters.weights[1].set(3, 1, Float.NaN);
    assertThat(parameters.nonFinite(EngineKernels.of(engine)))
        .isEqualTo("weight (3, 1) of layer 1 is NaN");
    parameters.biases[0].set(0, 0, Float.NaN);
    assertThat(parameters.nonFinite(EngineKernels.of(engine)))
        .isEqualTo("bias (0, 0) of layer 0 is NaN");
  }

  @Test
  void parametersAreNamedAndCopied() {
    Mlp mlp = network(3, 4, 2);
    assertThat(mlp.tensors().keySet())
        .containsExactly("layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias");
    assertThat(mlp.tensors().values())
        .extracting(FloatMatrix::toArray)
        .containsExactly(
            mlp.weights(0).toArray(),
            mlp.biases(0).toArray(),
            mlp.weights(1).toArray(),
            mlp.biases(1).toArray());
    for (int l = 0; l < 2; l++) {
      mlp.weights(l).set(0, 0, 99);
      mlp.biases(l).set(0, 0, 99);
      assertThat(mlp.weights(l).get(0, 0)).isBetween(-1f, 1f);
      assertThat(mlp.biases(l).get(0, 0)).isBetween(-1f, 1f);
    }
    for (int layer : new int[] {-1, 2}) {
      assertThatThrownBy(() -> mlp.weights(layer)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> mlp.biases(layer)).isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void anEvaluationHasTheMeasuresThatWereAskedFor() {
    Mlp mlp = network(3, 4);
    Samples samples = TestData.noise(1, Work.CHUNK + 10, 3, 4);
    Measure one = (scores, probabilities, row, label) -> 1;
    Measure rows = (scores, probabilities, row, label) -> row;
    Evaluation evaluation = mlp.evaluate(samples, one, rows);
    assertThat(evaluation.rows()).isEqualTo(522);
    assertThat(evaluation.loss()).isEqualTo(1);
    assertThat(evaluation.lossSum()).isEqualTo(522);
    assertThat(evaluation.lossSum(1)).isEqualTo(521 * 522 / 2);
    assertThat(evaluation.loss(1)).isEqualTo(521 / 2.0);
    assertThatThrownBy(() -> evaluation.loss(2)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(evaluation)
        .hasToString("Evaluation[rows=522, correct=" + evaluation.correct() + ", loss=1.0]");
    int[] predicted = mlp.predict(samples.rows());
    int correct = 0;
    for (int i = 0; i < predicted.length; i++) {
      correct += predicted[i] == samples.labels()[i] ? 1 : 0;
    }
    assertThat(evaluation.correct()).isEqualTo(correct);
    assertThat(evaluation.accuracy()).isEqualTo(correct / 522.0);
  }

  @Test
  void oneInferenceAnswersForOtherMeasuresToo() {
    Samples samples = TestData.noise(1, 5, 3, 4);
    Inference inference =
        new Inference(
            engine,
            Parameters.zeros(new int[] {3, 4}, Activation.RELU),
            Output.LOGITS,
            samples.rows(),
            null,
            Arena.ofAuto());
    Measure one = (scores, probabilities, row, label) -> 1;
    Measure rows = (scores, probabilities, row, label) -> row;
    for (List<Measure> measures : List.of(List.of(one), List.of(rows), List.of(rows, one))) {
      Evaluation evaluation = inference.evaluate(samples.labels(), measures);
      assertThat(evaluation.lossSum()).isEqualTo(measures.getFirst() == one ? 5 : 10);
    }
  }

  @Test
  void theLowestOfTheLargestScoresWinsAndNanNever() {
    FloatMatrix scores =
        FloatMatrix.copyOf(
            new float[][] {{1, 3, 3}, {Float.NaN, -5, -4}, {Float.NaN, Float.NaN, Float.NaN}});
    assertThat(Tally.argMax(scores, 0)).isEqualTo(1);
    assertThat(Tally.argMax(scores, 1)).isEqualTo(2);
    assertThat(Tally.argMax(scores, 2)).isZero();
  }

  /** All rows of three of these, beyond one block, and every label: what is counted is argMax. */
  @Test
  void aHitIsTheLowestOfTheLargestScores() {
    float[] values = {Float.NaN, Float.NEGATIVE_INFINITY, -0f, 0, 1, Float.POSITIVE_INFINITY};
    int n = values.length;
    FloatMatrix scores = FloatMatrix.zeros(n * n * n * 4, 4).block(0, n * n * n * 4, 0, 3);
    int[] labels = new int[scores.rows()];
    for (int i = 0; i < labels.length; i++) {
      int k = i / 4;
      scores.set(i, 0, values[k % n]);
      scores.set(i, 1, values[k / n % n]);
      scores.set(i, 2, values[k / n / n]);
      labels[i] = i % 3;
    }
    for (int from = 0; from < 4; from++) {
      int expected = 0;
      for (int i = from; i < labels.length; i++) {
        labels[i] = (labels[i] + 1) % 3;
        expected += Tally.argMax(scores, i) == labels[i] ? 1 : 0;
      }
      // One chunk of all of them, whatever a network would cut them into.
      Tally tally = new Tally(List.of(), Math.min(labels.length, Work.CHUNK), 3);
      tally.count(0, scores, scores, labels, from, labels.length);
      assertThat(tally.correct()).as("from %d", from).isEqualTo(expected);
    }
  }

  /** Beyond one block of rows, and into rows with gaps. */
  @Test
  void gradientsAtTheScoresAreThoseOfTheFormula() {
    for (int classes : new int[] {1, 2, 10, 26}) {
      int rows = 2 * (2048 / classes) + 3;
      FloatMatrix p = FloatMatrix.zeros(rows, classes);
      int[] labels = new int[rows];
      for (int i = 0; i < rows; i++) {
        labels[i] = (i * 7) % classes;
        for (int j = 0; j < classes; j++) {
          p.set(i, j, ((i * 31 + j * 17) % 101) / 101f);
        }
      }
      FloatMatrix gapped = FloatMatrix.zeros(rows, classes + 2).block(0, rows, 1, classes + 1);
      for (FloatMatrix gradient : List.of(FloatMatrix.zeros(rows, classes), gapped)) {
        for (float epsilon : new float[] {-1, 1e-8f, .5f}) {
          Loss loss = epsilon < 0 ? Loss.softmaxCrossEntropy() : Loss.softmaxCrossEntropy(epsilon);
          loss.gradient(p, 1, rows, labels, 3, gradient, new RowBlock(rows, classes));
          for (int i = 1; i < rows; i++) {
            float right = p.get(i, labels[i]);
            float factor = epsilon < 0 ? 1 : right / (right + epsilon);
            for (int j = 0; j < classes; j++) {
              float difference = p.get(i, j) - (j == labels[i] ? 1 : 0);
              assertThat(gradient.get(i, j)).isEqualTo(factor * difference / 3);
            }
          }
          assertThat(gradient.get(0, 0)).isZero();
        }
      }
    }
  }

  @Test
  void parametersMustFollowFromOneAnother() {
    FloatMatrix w1 = FloatMatrix.zeros(3, 4);
    FloatMatrix w2 = FloatMatrix.zeros(5, 2);
    FloatMatrix b4 = FloatMatrix.zeros(1, 4);
    FloatMatrix b2 = FloatMatrix.zeros(1, 2);
    Activation relu = Activation.RELU;
    assertThatThrownBy(() -> Mlp.of(engine, relu, List.of(w1, w2), List.of(b4, b2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer 1")
        .hasMessageContaining("5 x 2");
    assertThatThrownBy(() -> Mlp.of(engine, relu, List.of(w1), List.of(b2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 x 2");
    assertThatThrownBy(() -> Mlp.of(engine, relu, List.of(), List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("0 weight matrices and 0 biases");
    assertThatThrownBy(() -> Mlp.of(engine, relu, List.of(w1), List.of(b4, b2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 weight matrices and 2 biases");
    assertThatThrownBy(() -> Mlp.of(engine, relu, List.of(w1), List.of(FloatMatrix.zeros(2, 4))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("layer 0 has weights 3 x 4 and biases 2 x 4");
    for (FloatMatrix empty : List.of(FloatMatrix.zeros(0, 4), FloatMatrix.zeros(3, 0))) {
      FloatMatrix biases = FloatMatrix.zeros(1, empty.columns());
      assertThatThrownBy(() -> Mlp.of(engine, relu, List.of(empty), List.of(biases)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("layer 0 has weights " + empty.shape());
    }
  }

  @Test
  void pixelsAreScaledInFloats() {
    ByteMatrix pixels = ByteMatrix.copyOf(new byte[] {0, 1, 127, -128, -1, 100}, 2, 3);
    assertThat(Scaling.unit(pixels).toArray())
        .containsExactly(0, 1 / 255f, 127 / 255f, 128 / 255f, 1, 100 / 255f);
    assertThat(Scaling.none(pixels).toArray()).containsExactly(0, 1, 127, 128, 255, 100);
    for (float divisor : new float[] {0, Float.NaN, Float.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> Scaling.dividedBy(pixels, divisor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the divisor must be positive and finite: " + divisor);
    }
  }
}
