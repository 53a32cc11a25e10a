package dev.lanewise.engine.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PerceptronTest {

  private final Engine engine = Engine.builder().threads(2).open();

  @AfterEach
  void close() {
    engine.close();
  }

  private record Run(List<PerceptronTrainer.Pass> passes, Perceptron model) {}

  private static Run run(PerceptronTrainer trainer, FloatMatrix x, int[] labels) {
    List<PerceptronTrainer.Pass> passes = new ArrayList<>();
    Perceptron model = trainer.onPass(passes::add).fit(x, labels);
    return new Run(passes, model);
  }

  @ParameterizedTest
  @EnumSource(
      value = PerceptronTrainer.Form.class,
      names = {"EXPLICIT", "DUAL"})
  void makesTheUpdatesThatAHandDoes(PerceptronTrainer.Form form) {
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{2, 1}, {1, 3}, {4, 1}});
    int[] labels = {0, 1, 0};
    PerceptronTrainer trainer = new PerceptronTrainer(engine, 2).form(form).passes(1);
    // Machine 0: row 0 scores 0, so +1, right. Row 1: 0, wrong: w = (-1, -3). Row 2: -7, wrong:
    // w = (3, -2). Machine 1: row 0 scores 0, wrong: w = (-2, -1). Row 1: -5, wrong: w = (-1, 2).
    // Row 2: -2, right.
    Run run = run(trainer, x, labels);
    assertThat(run.passes()).hasSize(1);
    assertThat(run.passes().get(0).mistakes()).isEqualTo(4);
    FloatMatrix units = FloatMatrix.copyOf(new float[][] {{1, 0}, {0, 1}, {2, 3}});
    assertThat(run.model().scores(units)).isDeepEqualTo(new double[][] {{3, -1}, {-2, 2}, {0, 4}});
    assertThat(run.model().predict(units)).containsExactly(0, 1, 1);
    assertThat(run.model().tensors()).containsOnlyKeys("weight");
    assertThat(run.model().tensors().firstEntry().getValue().toArray())
        .containsExactly(3, -1, -2, 2);
    // Second pass, machine 0: 4 right, -3 right, 10 right; machine 1: 0 is +1, wrong: (-3, 1); 0 is
    // +1, right; -11 right.
    run = run(trainer.passes(2), x, labels);
    assertThat(run.passes().get(1).mistakes()).isEqualTo(1);
    assertThat(run.model().scores(units)).isDeepEqualTo(new double[][] {{3, -3}, {-2, 1}, {0, -3}});
    assertThat(run.model().separated()).isFalse();
    run = run(trainer.passes(9), x, labels);
    assertThat(run.model().separated()).isTrue();
    assertThat(run.model().passes()).isEqualTo(3);
    assertThat(run.model().form()).isEqualTo(form);
  }

  @Test
  void aScoreOfZeroCountsForTheFirstOfAPair() {
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{1, 2}, {2, 1}});
    int[] labels = {0, 1};
    PerceptronTrainer untrained = new PerceptronTrainer(engine, 3).passes(0);
    assertThat(untrained.fit(x, labels).predict(x)).containsExactly(0, 0);
    // All zero: each ordered pair elects its first, two votes for each class, the smallest wins.
    Perceptron ordered = untrained.scheme(ClassScheme.ONE_VS_ONE_ORDERED).fit(x, labels);
    assertThat(ordered.scores(x)).hasDimensions(2, 6);
    assertThat(ordered.predict(x)).containsExactly(0, 0);
    List<ClassScheme.Machine> machines = ClassScheme.ONE_VS_ONE_ORDERED.machines(3);
    assertThat(machines)
        .extracting(machine -> machine.positive() + "" + machine.negative())
        .containsExactly("01", "02", "10", "12", "20", "21");
    double[] scores = {-1, -1, 0, -1, 5, 0};
    // 01 -> 1, 02 -> 2, 10 -> 1, 12 -> 2, 20 -> 2, 21 -> 2.
    assertThat(ClassScheme.ONE_VS_ONE_ORDERED.decide(machines, scores, 3)).isEqualTo(2);
    assertThat(ClassScheme.ONE_VS_ONE_ORDERED.decide(machines, new double[6], 3)).isZero();
    // 01 -> 1, 02 -> 2, 12 -> 1 against a full circle, 01 -> 0, 02 -> 2, 12 -> 1.
    List<ClassScheme.Machine> pairs = ClassScheme.ONE_VS_ONE.machines(3);
    assertThat(ClassScheme.ONE_VS_ONE.decide(pairs, new double[] {-1, -1, 1}, 3)).isEqualTo(1);
    assertThat(ClassScheme.ONE_VS_ONE.decide(pairs, new double[] {1, -1, 1}, 3)).isZero();
    // At 0: 01 -> 0, 02 -> 0, 12 -> 1; and 01 -> 1, 02 -> 2, 12 -> 1.
    assertThat(ClassScheme.ONE_VS_ONE.decide(pairs, new double[] {0, 0, 1}, 3)).isZero();
    assertThat(ClassScheme.ONE_VS_ONE.decide(pairs, new double[] {-1, -1, 0}, 3)).isEqualTo(1);
    assertThat(ClassScheme.ONE_VS_REST.decide(pairs, new double[] {-5, -2, -2}, 3)).isEqualTo(1);
  }

  @Test
  void tenClassesMakeTenFortyFiveOrNinetyMachines() {
    assertThat(ClassScheme.ONE_VS_REST.machines(10)).hasSize(10);
    assertThat(ClassScheme.ONE_VS_ONE.machines(10)).hasSize(45);
    assertThat(ClassScheme.ONE_VS_ONE_ORDERED.machines(10)).hasSize(90);
  }

  /** Both forms, every scheme and map, on integers: the same mistakes, scores and predictions. */
  @Test
  void dualEqualsExplicit() {
    for (ClassScheme scheme : ClassScheme.values()) {
      for (FeatureMap map :
          List.of(FeatureMap.linear(), FeatureMap.quadratic(), FeatureMap.quadratic(4))) {
        for (long seed = 0; seed < 5; seed++) {
          // More rows than one block of the Gram matrix; 16 columns of pixels or sums of pixels.
          FloatMatrix x = Data.integers(150, 16, 256, seed);
          int[] labels = Data.labels(150, 4, seed + 100);
          FloatMatrix watched = Data.integers(137, 16, 256, seed + 200);
          int[] theirs = Data.labels(137, 4, seed + 300);
          PerceptronTrainer trainer =
              new PerceptronTrainer(engine, 4)
                  .scheme(scheme)
                  .features(map)
                  .passes(12)
                  .watch(x, labels)
                  .watch(watched, theirs);
          Run dual = run(trainer.form(PerceptronTrainer.Form.DUAL), x, labels);
          Run explicit = run(trainer.form(PerceptronTrainer.Form.EXPLICIT), x, labels);
          assertThat(dual.passes()).isEqualTo(explicit.passes()).hasSizeGreaterThan(1);
          assertThat(dual.passes().get(0).mistakes()).isPositive();
          // 16 columns below 2^8, their products below 2^16, divided by a power of 2: all exact.
          assertThat(dual.model().scores(watched)).isDeepEqualTo(explicit.model().scores(watched));
          assertThat(dual.model().predict(watched)).isEqualTo(explicit.model().predict(watched));
          assertThat(dual.passes().get(dual.passes().size() - 1).accuracies())
              .containsExactly(
                  dual.model().accuracy(x, labels), dual.model().accuracy(watched, theirs));
          Run auto = run(trainer.form(PerceptronTrainer.Form.AUTO), x, labels);
          assertThat(auto.passes()).isEqualTo(dual.passes());
          assertThat(auto.model().form()).isNotEqualTo(PerceptronTrainer.Form.AUTO);
        }
      }
    }
  }

  @Test
  void orderedPairsAreTwiceTheUnorderedOnesButForZeroes() {
    FloatMatrix x = Data.integers(90, 6, 50, 1);
    int[] labels = Data.labels(90, 3, 2);
    PerceptronTrainer trainer = new PerceptronTrainer(engine, 3).passes(30);
    Perceptron pairs = trainer.scheme(ClassScheme.ONE_VS_ONE).fit(x, labels);
    Perceptron ordered = trainer.scheme(ClassScheme.ONE_VS_ONE_ORDERED).fit(x, labels);
    double[][] few = pairs.scores(x);
    double[][] many = ordered.scores(x);
    for (int i = 0; i < few.length; i++) {
      // 01, 02, 12 among 01, 02, 10, 12, 20, 21.
      assertThat(few[i]).containsExactly(many[i][0], many[i][1], many[i][3]);
    }
    // A row of class 0 first: (0, 1) is right at 0, (1, 0) is wrong and takes it away.
    FloatMatrix one = FloatMatrix.copyOf(new float[][] {{1}, {1}});
    Perceptron zero =
        new PerceptronTrainer(engine, 2)
            .scheme(ClassScheme.ONE_VS_ONE_ORDERED)
            .passes(1)
            .fit(one, new int[] {0, 0});
    assertThat(zero.scores(one)[0]).containsExactly(0, -1);
  }

  @Test
  void quadraticFeaturesAreTheOnesTheirInnerProductStandsFor() {
    FeatureMap map = FeatureMap.quadratic();
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{2, 3, 5}});
    assertThat(map.expand(x, 0)).containsExactly(1, 2, 3, 5, 4, 6, 10, 9, 15, 25);
    assertThat(map.features(784)).isEqualTo(308_505);
    assertThat(FeatureMap.linear().features(784)).isEqualTo(784);
    assertThat(FeatureMap.quadratic(2).expand(x, 0))
        .containsExactly(1, 1, 1.5, 2.5, 1, 1.5, 2.5, 2.25, 3.75, 6.25);
    for (FeatureMap each : List.of(FeatureMap.linear(), map, FeatureMap.quadratic(49))) {
      // More than a block, so that one half is mirrored; numbers of columns that are no fours.
      FloatMatrix a = Data.integers(Gram.BLOCK + 2, 17, 1000, 3);
      FloatMatrix b = Data.integers(Gram.BLOCK + 3, 17, 1000, 4);
      double[][] gram = new Gram(each, a).full(engine.parallelism(), a, List.of(b));
      for (int i = 0; i < a.rows(); i++) {
        double[] phi = each.expand(a, i);
        for (int j = 0; j < gram[i].length; j++) {
          double[] other = j < a.rows() ? each.expand(a, j) : each.expand(b, j - a.rows());
          double expected = Perceptron.dot(phi, other);
          assertThat(gram[i][j]).isCloseTo(expected, within(1e-14 * Math.abs(expected)));
        }
      }
    }
  }

  @Test
  void innerProductsOfPixelsAreExact() {
    FloatMatrix x = Data.integers(20, 784, 256, 5);
    x.rows(0, 1).setAll(FloatMatrix.copyOf(filled(784, 255), 1, 784));
    double[][] linear = new Gram(FeatureMap.linear(), x).full(engine.parallelism(), x, List.of());
    double[][] quadratic =
        new Gram(FeatureMap.quadratic(), x).full(engine.parallelism(), x, List.of());
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.rows(); j++) {
        long dot = 0;
        BigInteger squares = BigInteger.ZERO;
        for (int p = 0; p < 784; p++) {
          long a = (long) x.get(i, p);
          long b = (long) x.get(j, p);
          long product = a * b;
          dot += product;
          squares = squares.add(BigInteger.valueOf(product * product));
        }
        assertThat((long) linear[i][j]).isEqualTo(dot);
        BigInteger doubled = BigInteger.valueOf(dot).pow(2).add(squares);
        assertThat(doubled.testBit(0)).isFalse();
        BigInteger exact = doubled.shiftRight(1).add(BigInteger.valueOf(1 + dot));
        assertThat((long) quadratic[i][j]).isEqualTo(exact.longValueExact());
      }
    }
  }

  private static float[] filled(int length, float value) {
    float[] result = new float[length];
    Arrays.fill(result, value);
    return result;
  }

  @Test
  void rowsTooManyToBeKeptExpandedTrainTheSame() {
    // 20 x 308,505 features are more than are kept, 3 x 308,505 are not.
    FloatMatrix x = Data.integers(20, 784, 3, 6);
    int[] labels = Data.labels(20, 2, 7);
    FloatMatrix few = x.rows(0, 3);
    int[] fewLabels = Arrays.copyOf(labels, 3);
    List<List<Double>> accuracies = new ArrayList<>();
    List<double[]> scores = new ArrayList<>();
    for (PerceptronTrainer.Form form :
        List.of(PerceptronTrainer.Form.EXPLICIT, PerceptronTrainer.Form.DUAL)) {
      Perceptron model =
          new PerceptronTrainer(engine, 2)
              .features(FeatureMap.quadratic())
              .form(form)
              .passes(2)
              .watch(few, fewLabels)
              .watch(x, labels)
              .onPass(pass -> accuracies.add(pass.accuracies()))
              .fit(x, labels);
      scores.add(model.scores(x)[5]);
    }
    assertThat(accuracies.subList(0, accuracies.size() / 2))
        .isEqualTo(accuracies.subList(accuracies.size() / 2, accuracies.size()));
    assertThat(scores.get(0)).isEqualTo(scores.get(1));
  }

  @Test
  void aMachineThatIsLeftAloneWouldNotHaveChanged() {
    // Linearly separable: the class is the largest of three columns.
    FloatMatrix x = Data.integers(60, 3, 100, 8);
    int[] labels = new int[60];
    for (int i = 0; i < labels.length; i++) {
      x.set(i, i % 3, 200);
      labels[i] = i % 3;
    }
    for (ClassScheme scheme : ClassScheme.values()) {
      PerceptronTrainer trainer = new PerceptronTrainer(engine, 3).scheme(scheme).passes(300);
      Run stopped = run(trainer, x, labels);
      Run full = run(trainer.stopWhenSeparated(false), x, labels);
      assertThat(stopped.model().separated()).isTrue();
      assertThat(stopped.passes().size()).isLessThan(300);
      assertThat(stopped.passes().getLast().mistakes()).isZero();
      assertThat(full.passes()).hasSize(300);
      assertThat(full.model().scores(x)).isDeepEqualTo(stopped.model().scores(x));
      assertThat(stopped.model().accuracy(x, labels)).isEqualTo(1);
    }
  }

  @Test
  void theListenerMayStop() {
    FloatMatrix x = Data.integers(60, 3, 100, 8);
    Perceptron model =
        new PerceptronTrainer(engine, 3)
            .onPass(pass -> pass.number() < 2)
            .fit(x, Data.labels(60, 3, 9));
    assertThat(model.passes()).isEqualTo(2);
  }

  @Test
  void theNumberOfThreadsChangesNothing() {
    FloatMatrix x = Data.gaussian(300, 5, 1); // Not integers: sums are rounded.
    int[] labels = Data.labels(300, 4, 2);
    for (PerceptronTrainer.Form form : PerceptronTrainer.Form.values()) {
      List<Run> runs = new ArrayList<>();
      List<double[][]> scores = new ArrayList<>();
      for (int threads : new int[] {1, 2, 5}) {
        try (Engine other = Engine.builder().threads(threads).open()) {
          Run run =
              run(
                  new PerceptronTrainer(other, 4)
                      .scheme(ClassScheme.ONE_VS_ONE)
                      .features(FeatureMap.quadratic())
                      .form(form)
                      .passes(20)
                      .watch(x, labels),
                  x,
                  labels);
          runs.add(run);
          scores.add(run.model().scores(x));
        }
      }
      for (int i = 1; i < runs.size(); i++) {
        assertThat(runs.get(i).passes()).isEqualTo(runs.get(0).passes());
        assertThat(scores.get(i)).isDeepEqualTo(scores.get(0));
      }
    }
  }

  @Test
  void theFormFollowsTheShapeWhereNoneIsAskedFor() {
    // 32 training and watched rows for each feature make the dual form as expensive.
    assertThat(form(FeatureMap.linear(), 64, 2)).isEqualTo(PerceptronTrainer.Form.DUAL);
    assertThat(form(FeatureMap.linear(), 65, 2)).isEqualTo(PerceptronTrainer.Form.EXPLICIT);
    assertThat(form(FeatureMap.linear(), 40, 2, 20, 4)).isEqualTo(PerceptronTrainer.Form.DUAL);
    assertThat(form(FeatureMap.linear(), 40, 2, 20, 5)).isEqualTo(PerceptronTrainer.Form.EXPLICIT);
    assertThat(form(FeatureMap.quadratic(), 300, 1)).isEqualTo(PerceptronTrainer.Form.DUAL);
    // The smallest square above 2^27.
    assertThat(form(FeatureMap.quadratic(), 11_586, 1)).isEqualTo(PerceptronTrainer.Form.EXPLICIT);
  }

  private PerceptronTrainer.Form form(FeatureMap map, int rows, int columns, int... watched) {
    PerceptronTrainer trainer = new PerceptronTrainer(engine, 2).features(map).passes(0);
    for (int more : watched) {
      trainer.watch(Data.integers(more, columns, 9, 2), new int[more]);
    }
    return trainer.fit(Data.integers(rows, columns, 9, 1), new int[rows]).form();
  }

  @Test
  void eitherFormGivesItsWeightsAsFloats() {
    FloatMatrix x = Data.integers(30, 3, 9, 1);
    int[] labels = Data.labels(30, 3, 2);
    for (PerceptronTrainer.Form form : PerceptronTrainer.Form.values()) {
      Perceptron model =
          new PerceptronTrainer(engine, 3)
              .scheme(ClassScheme.ONE_VS_ONE)
              .features(FeatureMap.quadratic())
              .form(form)
              .passes(5)
              .fit(x, labels);
      assertThat(model.columns()).isEqualTo(3);
      assertThat(model.classes()).isEqualTo(3);
      assertThat(model.scheme()).isEqualTo(ClassScheme.ONE_VS_ONE);
      FloatMatrix weight = model.tensors().firstEntry().getValue();
      assertThat(weight.rows()).isEqualTo(10);
      double[][] scores = model.scores(x);
      for (int i = 0; i < x.rows(); i++) {
        double[] phi = FeatureMap.quadratic().expand(x, i);
        for (int m = 0; m < 3; m++) {
          double score = 0;
          for (int f = 0; f < phi.length; f++) {
            score += phi[f] * weight.get(f, m);
          }
          // Integers, so the floats are exact.
          assertThat(score).isEqualTo(scores[i][m]);
        }
      }
    }
  }

  @Test
  void weightsBeyondTheFloatsAreNamed() {
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{1, 1e30f}});
    for (PerceptronTrainer.Form form : PerceptronTrainer.Form.values()) {
      Perceptron model =
          new PerceptronTrainer(engine, 2)
              .features(FeatureMap.quadratic())
              .form(form)
              .fit(x, new int[] {0});
      double square = (double) 1e30f * 1e30f;
      // Machine 0 is right from the start; feature 5 is the square of the second column.
      assertThatIllegalStateException()
          .isThrownBy(model::tensors)
          .withMessage("weight 5 of machine 1 is " + -square + ", which float32 cannot hold");
    }
  }

  @Test
  void anInterruptedFitIsCancelled() {
    FloatMatrix x = Data.integers(60, 3, 100, 8);
    for (int threads : new int[] {1, 2}) {
      try (Engine other = Engine.builder().threads(threads).open()) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> new PerceptronTrainer(other, 3).fit(x, Data.labels(60, 3, 9)))
            .isInstanceOf(CancellationException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      } finally {
        Thread.interrupted();
      }
    }
  }

  @Test
  void moreFeaturesThanAnArrayHoldsAreRefused() {
    assertThat(FeatureMap.quadratic().features(65_534)).isEqualTo(2_147_450_880);
    assertThatThrownBy(() -> FeatureMap.quadratic().features(65_535))
        .isInstanceOf(ArithmeticException.class);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FeatureMap.quadratic(Double.NaN))
        .withMessage("divisor must be finite and above 0, not NaN");
  }

  @Test
  void refusesWhatCannotBeTrained() {
    PerceptronTrainer trainer = new PerceptronTrainer(engine, 3).passes(2);
    FloatMatrix x = Data.integers(4, 2, 9, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.fit(x, new int[] {0, 1, 2, 3}))
        .withMessageContaining("label 3 at row 3 is not in 0 .. 2");
    assertThatIllegalArgumentException().isThrownBy(() -> trainer.fit(x, new int[3]));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.fit(FloatMatrix.zeros(0, 2), new int[0]))
        .withMessageContaining("empty");
    Perceptron model = trainer.fit(x, new int[4]);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.predict(FloatMatrix.zeros(1, 3)))
        .withMessageContaining("3 columns, the model has 2 features");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> model.accuracy(x, new int[] {0, 1, -1, 0}))
        .withMessage("labels: label -1 at row 2 is not in 0 .. 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.watch(FloatMatrix.zeros(0, 2), new int[0]))
        .withMessage("watched set 0: the set is empty (0 x 2)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.watch(x, new int[] {0, 1, 2, 3}))
        .withMessage("watched set 0: label 3 at row 3 is not in 0 .. 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trainer.watch(FloatMatrix.zeros(1, 5), new int[1]).fit(x, new int[4]))
        .withMessageContaining("watched set 0: 5 columns, the training rows have 2");
    x.set(3, 1, Float.NaN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PerceptronTrainer(engine, 3).fit(x, new int[4]))
        .withMessageContaining("NaN at row 3, column 1");
    assertThatIllegalArgumentException().isThrownBy(() -> trainer.passes(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> new PerceptronTrainer(engine, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> FeatureMap.quadratic(0));
  }
}
