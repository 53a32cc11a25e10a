package dev.lanewise.engine.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SoftmaxRegressionTest {

  private static final int FEATURES = 7;
  private static final int CLASSES = 4;
  private static final int ROWS = 23;

  private final FloatMatrix x = Data.gaussian(ROWS, FEATURES, 1);
  private final int[] labels = Data.labels(ROWS, CLASSES, 2);

  private static Engine engine(int threads) {
    return Engine.builder().backend(BackendRequest.SCALAR).threads(threads).open();
  }

  private SoftmaxRegression fit(SoftmaxRegressionTrainer trainer) {
    return trainer.fit(x, labels, new SplittableRandom(3), new SplittableRandom(4));
  }

  /** Mean cross-entropy plus l2/2 |W|^2 in doubles, straight from the definition. */
  private double objective(double[] parameters, double l2) {
    double total = 0;
    for (int i = 0; i < ROWS; i++) {
      total += loss(parameters, x.row(i), labels[i]);
    }
    double squares = 0;
    for (int i = 0; i < FEATURES * CLASSES; i++) {
      squares += parameters[i] * parameters[i];
    }
    return total / ROWS + l2 / 2 * squares;
  }

  private static double loss(double[] parameters, float[] row, int label) {
    double[] z = new double[CLASSES];
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
      z[c] = parameters[FEATURES * CLASSES + c];
      for (int j = 0; j < FEATURES; j++) {
        z[c] += row[j] * parameters[j * CLASSES + c];
      }
      sum += Math.exp(z[c]);
    }
    return Math.log(sum) - z[label];
  }

  private static double[] parameters(SoftmaxRegression model) {
    double[] result = new double[FEATURES * CLASSES + CLASSES];
    float[] weights = model.weights().toArray();
    float[] bias = model.bias().map(FloatMatrix::toArray).orElse(new float[CLASSES]);
    for (int i = 0; i < weights.length; i++) {
      result[i] = weights[i];
    }
    for (int c = 0; c < CLASSES; c++) {
      result[weights.length + c] = bias[c];
    }
    return result;
  }

  @Test
  void aStepFollowsTheGradientThatFiniteDifferencesFind() {
    double l2 = 0.3;
    double rate = 0.5;
    try (Engine engine = engine(1)) {
      SoftmaxRegressionTrainer trainer =
          new SoftmaxRegressionTrainer(engine, CLASSES).batchSize(ROWS).learningRate(rate).l2(l2);
      double[] before = parameters(fit(trainer.epochs(0)));
      double[] after = parameters(fit(trainer.epochs(1)));
      for (int i = 0; i < before.length; i++) {
        double[] up = before.clone();
        double[] down = before.clone();
        up[i] += 1e-5;
        down[i] -= 1e-5;
        double gradient = (objective(up, l2) - objective(down, l2)) / 2e-5;
        assertThat((before[i] - after[i]) / rate)
            .as("parameter %d", i)
            .isCloseTo(gradient, within(2e-6));
      }
    }
  }

  /**
   * Sparse rows of more than eight classes are trained on weights padded to a cache line; batches
   * of long rows are cut by columns, the last of these into 3 parts.
   */
  @ParameterizedTest
  @CsvSource({"8, 23, 7", "9, 23, 7", "10, 23, 7", "16, 23, 7", "17, 23, 7", "3, 131, 1000"})
  void aStepOnSparseRowsIsTheDefinition(int classes, int rows, int features) {
    FloatMatrix sparse = Data.gaussian(rows, features, 1);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < features; j++) {
        sparse.set(i, j, (i + j) % 5 == 0 ? sparse.get(i, j) : 0);
      }
    }
    assertThat(Design.of(sparse, Parallelism.serial()).isDense()).isFalse();
    int[] theirLabels = Data.labels(rows, classes, 2);
    for (Engine engine : new Engine[] {engine(1), Engine.open()}) {
      try (engine) {
        SoftmaxRegressionTrainer trainer =
            new SoftmaxRegressionTrainer(engine, classes).batchSize(rows).learningRate(.5);
        SoftmaxRegression before =
            trainer
                .epochs(0)
                .fit(sparse, theirLabels, new SplittableRandom(3), new SplittableRandom(4));
        SoftmaxRegression after =
            trainer
                .epochs(1)
                .fit(sparse, theirLabels, new SplittableRandom(3), new SplittableRandom(4));
        double[][] gradient = new double[features][classes];
        FloatMatrix logits = before.logits(sparse);
        for (int i = 0; i < rows; i++) {
          double sum = 0;
          for (float z : logits.row(i)) {
            sum += Math.exp(z);
          }
          for (int c = 0; c < classes; c++) {
            double p = Math.exp(logits.get(i, c)) / sum;
            for (int j = 0; j < features; j++) {
              gradient[j][c] += sparse.get(i, j) * (p - (c == theirLabels[i] ? 1 : 0)) / rows;
            }
          }
        }
        for (int j = 0; j < features; j++) {
          for (int c = 0; c < classes; c++) {
            assertThat((double) after.weights().get(j, c))
                .as("weight of feature %d and class %d", j, c)
                .isCloseTo(before.weights().get(j, c) - .5 * gradient[j][c], within(1e-6));
          }
        }
      }
    }
  }

  @Test
  void initialWeightsAreGaussianOverTheRootOfTheFeaturesAndTheBiasIsZero() {
    try (Engine engine = engine(1)) {
      SoftmaxRegression model = fit(new SoftmaxRegressionTrainer(engine, CLASSES).epochs(0));
      SplittableRandom random = new SplittableRandom(3);
      for (float weight : model.weights().toArray()) {
        assertThat(weight).isEqualTo((float) (random.nextGaussian() / Math.sqrt(FEATURES)));
      }
      assertThat(model.bias().orElseThrow().toArray()).containsOnly(0);
    }
  }

  @Test
  void manyEpochsFollowADoubleReferenceWithEitherDivisor() {
    for (SoftmaxRegressionTrainer.Divisor divisor : SoftmaxRegressionTrainer.Divisor.values()) {
      int batch = 5; // The last one has 3 rows.
      try (Engine engine = engine(1)) {
        SoftmaxRegressionTrainer trainer =
            new SoftmaxRegressionTrainer(engine, CLASSES)
                .batchSize(batch)
                .learningRate(0.2)
                .bias(false)
                .divisor(divisor);
        double[] w = parameters(fit(trainer.epochs(0)));
        double[] fitted = parameters(fit(trainer.epochs(20)));
        int[] order = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
          order[i] = i;
        }
        SplittableRandom random = new SplittableRandom(4);
        for (int epoch = 0; epoch < 20; epoch++) {
          for (int i = ROWS - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swap = order[i];
            order[i] = order[j];
            order[j] = swap;
          }
          for (int from = 0; from < ROWS; from += batch) {
            int to = Math.min(ROWS, from + batch);
            double by = divisor == SoftmaxRegressionTrainer.Divisor.ACTUAL_ROWS ? to - from : batch;
            descend(w, order, from, to, 0.2 / by);
          }
        }
        for (int i = 0; i < FEATURES * CLASSES; i++) {
          assertThat(fitted[i]).as("%s, weight %d", divisor, i).isCloseTo(w[i], within(1e-5));
        }
      }
    }
  }

  private void descend(double[] w, int[] order, int from, int to, double rate) {
    double[] gradient = new double[FEATURES * CLASSES];
    for (int r = from; r < to; r++) {
      int row = order[r];
      double[] e = new double[CLASSES];
      double sum = 0;
      for (int c = 0; c < CLASSES; c++) {
        double z = 0;
        for (int j = 0; j < FEATURES; j++) {
          z += x.get(row, j) * w[j * CLASSES + c];
        }
        e[c] = Math.exp(z);
        sum += e[c];
      }
      for (int c = 0; c < CLASSES; c++) {
        double slope = e[c] / sum - (c == labels[row] ? 1 : 0);
        for (int j = 0; j < FEATURES; j++) {
          gradient[j * CLASSES + c] += x.get(row, j) * slope;
        }
      }
    }
    for (int i = 0; i < gradient.length; i++) {
      w[i] -= rate * gradient[i];
    }
  }

  @Test
  void theListenerSeesEachEpochAndMayStop() {
    List<Integer> seen = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    try (Engine engine = engine(1)) {
      SoftmaxRegressionTrainer trainer =
          new SoftmaxRegressionTrainer(engine, CLASSES)
              .batchSize(ROWS)
              .epochs(9)
              .onEpoch(
                  epoch -> {
                    seen.add(epoch.number());
                    losses.add(epoch.meanLoss());
                    losses.add(epoch.model().evaluate(x, labels).meanLoss());
                    return epoch.number() < 3;
                  });
      SoftmaxRegression model = fit(trainer);
      assertThat(seen).containsExactly(1, 2, 3);
      assertThat(model.weights().toArray())
          .isEqualTo(
              fit(new SoftmaxRegressionTrainer(engine, CLASSES).batchSize(ROWS).epochs(3))
                  .weights()
                  .toArray());
      // With one batch to an epoch, what is seen before a step is what was left after the last.
      assertThat(losses.get(2)).isCloseTo(losses.get(1), within(1e-6));
      assertThat(losses.get(4)).isCloseTo(losses.get(3), within(1e-6));
      assertThat(losses.get(5)).isLessThan(losses.get(1));
    }
  }

  @Test
  void predictsByTheLargestLogitAndTheSmallestOfEqualOnes() {
    try (Engine engine = engine(1)) {
      FloatMatrix weights = FloatMatrix.copyOf(new float[][] {{1, 2, 2}, {0, 0, 3}});
      FloatMatrix bias = FloatMatrix.copyOf(new float[][] {{0.5f, 0, 0}});
      SoftmaxRegression model = SoftmaxRegression.of(engine, weights, bias);
      FloatMatrix rows = FloatMatrix.copyOf(new float[][] {{1, 0}, {0, 1}, {-1, 0}});
      assertThat(model.logits(rows).toArray())
          .containsExactly(1.5f, 2, 2, 0.5f, 0, 3, -0.5f, -2, -2);
      assertThat(model.predict(rows)).containsExactly(1, 2, 0);
      Evaluation evaluation = model.evaluate(rows, new int[] {1, 2, 2});
      assertThat(evaluation.correct()).isEqualTo(2);
      assertThat(evaluation.accuracy()).isEqualTo(2 / 3.0);
      double first = Math.log(Math.exp(-0.5) + 2);
      double second = Math.log(Math.exp(-2.5) + Math.exp(-3) + 1);
      double third = Math.log(1 + 2 * Math.exp(-1.5)) + 1.5;
      assertThat(evaluation.meanLoss()).isCloseTo((first + second + third) / 3, within(1e-7));
      FloatMatrix probabilities = model.predictProbabilities(rows);
      assertThat(probabilities.get(0, 0)).isCloseTo((float) Math.exp(-0.5 - first), within(1e-6f));
      weights.set(0, 0, 99);
      assertThat(model.weights().get(0, 0)).as("a copy was taken").isEqualTo(1);
    }
  }

  @Test
  void aLossIsRightWhereTheProbabilityUnderflows() {
    try (Engine engine = engine(1)) {
      SoftmaxRegression model =
          SoftmaxRegression.of(engine, FloatMatrix.copyOf(new float[][] {{0, 500}}));
      FloatMatrix one = FloatMatrix.copyOf(new float[][] {{1}});
      assertThat(model.evaluate(one, new int[] {0}).meanLoss()).isEqualTo(500);
      FloatMatrix logits = model.logits(one);
      assertThat(SoftmaxRegressionTrainer.loss(logits, model.predictProbabilities(one), 0, 0))
          .isEqualTo(500);
      FloatMatrix tie = FloatMatrix.copyOf(new float[][] {{-3, 500, 500}});
      FloatMatrix halves = FloatMatrix.copyOf(new float[][] {{0, 0.5f, 0.5f}});
      assertThat(SoftmaxRegressionTrainer.loss(tie, halves, 0, 0)).isEqualTo(503 + Math.log(2));
    }
  }

  @Test
  void theNumberOfThreadsChangesNothing() {
    FloatMatrix dense = Data.gaussian(3 * SoftmaxRegression.CHUNK + 17, FEATURES, 5);
    theNumberOfThreadsChangesNothing(dense);
    // Shared by rows alone, and by columns too.
    theNumberOfThreadsChangesNothing(sparse(dense));
    theNumberOfThreadsChangesNothing(sparse(Data.gaussian(300, 1200, 8)));
  }

  /** A sixth of the elements. */
  private static FloatMatrix sparse(FloatMatrix dense) {
    FloatMatrix sparse = dense.copy();
    Random random = new Random(7);
    for (int i = 0; i < sparse.rows(); i++) {
      for (int j = 0; j < sparse.columns(); j++) {
        if (random.nextInt(6) > 0) {
          sparse.set(i, j, 0);
        }
      }
    }
    return sparse;
  }

  private static void theNumberOfThreadsChangesNothing(FloatMatrix many) {
    for (BackendRequest backend :
        new BackendRequest[] {BackendRequest.AUTO, BackendRequest.SCALAR}) {
      theNumberOfThreadsChangesNothing(backend, many);
    }
  }

  private static void theNumberOfThreadsChangesNothing(BackendRequest backend, FloatMatrix many) {
    int[] theirLabels = Data.labels(many.rows(), CLASSES, 6);
    List<float[]> weights = new ArrayList<>();
    List<float[]> logits = new ArrayList<>();
    List<Evaluation> evaluations = new ArrayList<>();
    for (int threads : new int[] {1, 2, 5}) {
      try (Engine engine = Engine.builder().backend(backend).threads(threads).open()) {
        SoftmaxRegression model =
            new SoftmaxRegressionTrainer(engine, CLASSES)
                .epochs(2)
                .l2(1e-3)
                .fit(many, theirLabels, new SplittableRandom(3), new SplittableRandom(4));
        weights.add(model.weights().toArray());
        logits.add(model.logits(many).toArray());
        evaluations.add(model.evaluate(many, theirLabels));
      }
    }
    for (int i = 1; i < weights.size(); i++) {
      assertThat(weights.get(i)).isEqualTo(weights.get(0));
      assertThat(logits.get(i)).isEqualTo(logits.get(0));
      assertThat(evaluations.get(i)).isEqualTo(evaluations.get(0));
    }
  }

  @Test
  void aMeanLossIsRightWhereProbabilitiesAreTiny() {
    FloatMatrix wide = Data.gaussian(400, FEATURES, 9);
    for (int i = 0; i < wide.rows(); i++) {
      for (int j = 0; j < FEATURES; j++) {
        wide.set(i, j, 20 * wide.get(i, j));
      }
    }
    int[] theirs = Data.labels(wide.rows(), CLASSES, 10);
    List<Double> means = new ArrayList<>();
    try (Engine engine = engine(1)) {
      SoftmaxRegressionTrainer trainer =
          new SoftmaxRegressionTrainer(engine, CLASSES)
              .batchSize(wide.rows())
              .epochs(1)
              .onEpoch(epoch -> means.add(epoch.meanLoss()));
      SplittableRandom shuffles = new SplittableRandom(4);
      trainer.fit(wide, theirs, new SplittableRandom(3), shuffles);
      double[] start =
          parameters(trainer.epochs(0).fit(wide, theirs, new SplittableRandom(3), shuffles));
      double[] losses = new double[wide.rows()];
      for (int i = 0; i < losses.length; i++) {
        losses[i] = loss(start, wide.row(i), theirs[i]);
      }
      assertThat(Arrays.stream(losses).max().orElseThrow())
          .as("a probability below those that are multiplied")
          .isGreaterThan(70);
      assertThat(Arrays.stream(losses).filter(loss -> loss < 69).sum() / 8)
          .as("others, whose product no double holds even of the rows of one task")
          .isGreaterThan(750);
      assertThat(means.getFirst())
          .isCloseTo(Arrays.stream(losses).average().orElseThrow(), within(1e-4));
    }
  }

  @Test
  void divergenceIsReportedWithItsPlace() {
    try (Engine engine = engine(1)) {
      // The first step makes all weights infinite.
      SoftmaxRegressionTrainer trainer =
          new SoftmaxRegressionTrainer(engine, CLASSES).batchSize(5).learningRate(1e38).l2(1e30);
      assertThatThrownBy(() -> fit(trainer))
          .isInstanceOf(ArithmeticException.class)
          .hasMessage(
              "training diverged: the loss is NaN in epoch 1, batch 2; lower the learning rate"
                  + " (1.0E38) or scale the features");
      assertThatThrownBy(() -> fit(trainer.batchSize(ROWS)))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("the loss is NaN in epoch 2, batch 1;");
      assertThatThrownBy(() -> fit(trainer.epochs(1)))
          .as("after the last loss that is looked at")
          .isInstanceOf(ArithmeticException.class)
          .hasMessageMatching("training diverged: weights: -?Infinity at row 0, column 0");
    }
  }

  @Test
  void anInterruptedFitIsCancelled() {
    try (Engine engine = engine(1)) {
      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> fit(new SoftmaxRegressionTrainer(engine, CLASSES)))
            .isInstanceOf(CancellationException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      } finally {
        Thread.interrupted();
      }
    }
  }

  @Test
  void namesItsParameters() {
    try (Engine engine = engine(1)) {
      FloatMatrix weights = Data.gaussian(FEATURES, CLASSES, 7);
      FloatMatrix bias = Data.gaussian(1, CLASSES, 8);
      SoftmaxRegression model = SoftmaxRegression.of(engine, weights, bias);
      assertThat(model.features()).isEqualTo(FEATURES);
      assertThat(model.classes()).isEqualTo(CLASSES);
      assertThat(model.tensors().keySet()).containsExactly("weight", "bias");
      assertThat(model.tensors().firstEntry().getValue().toArray()).isEqualTo(weights.toArray());
      assertThat(model.tensors().lastEntry().getValue().toArray()).isEqualTo(bias.toArray());
      assertThat(SoftmaxRegression.of(engine, weights).tensors().keySet())
          .containsExactly("weight");
    }
  }

  @Test
  void refusesWhatCannotBeTrained() {
    try (Engine engine = engine(1)) {
      SoftmaxRegressionTrainer trainer = new SoftmaxRegressionTrainer(engine, CLASSES);
      x.set(4, 2, Float.NaN);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> fit(trainer))
          .withMessageContaining("NaN at row 4, column 2");
      x.set(4, 2, Float.NEGATIVE_INFINITY);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> fit(trainer))
          .withMessageContaining("-Infinity at row 4, column 2");
      x.set(4, 2, 0);
      labels[3] = CLASSES;
      assertThatIllegalArgumentException()
          .isThrownBy(() -> fit(trainer))
          .withMessageContaining("label 4 at row 3 is not in 0 .. 3");
      labels[3] = -1;
      assertThatIllegalArgumentException().isThrownBy(() -> fit(trainer));
      SplittableRandom random = new SplittableRandom(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> trainer.fit(x, new int[ROWS - 1], random, random))
          .withMessageContaining("22 labels for 23 rows");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> trainer.fit(FloatMatrix.zeros(0, 3), new int[0], random, random))
          .withMessageContaining("empty");
      for (double rate : new double[] {Double.NaN, 0, 3.5e38}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> trainer.learningRate(rate))
            .withMessage("learningRate must be finite and above 0, not " + rate);
      }
      for (double l2 : new double[] {Double.NaN, -1, 3.5e38}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> trainer.l2(l2))
            .withMessage("l2 must be finite and at least 0, not " + l2);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> trainer.batchSize(0))
          .withMessage("batchSize must be at least 1, not 0");
      assertThatIllegalArgumentException().isThrownBy(() -> trainer.epochs(-1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new SoftmaxRegressionTrainer(engine, 1));
    }
  }

  @Test
  void refusesWhatIsNoModelAndWhatCannotBePredicted() {
    try (Engine engine = engine(1)) {
      FloatMatrix weights = FloatMatrix.zeros(3, 2);
      SoftmaxRegression model = SoftmaxRegression.of(engine, weights);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predict(x))
          .withMessageContaining("7 columns, the model has 3 features");
      FloatMatrix rows = FloatMatrix.zeros(2, 3);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.evaluate(rows, new int[] {0, 2}))
          .withMessage("labels: label 2 at row 1 is not in 0 .. 1");
      rows.set(1, 2, Float.NaN);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> model.predictProbabilities(rows))
          .withMessage("x: NaN at row 1, column 2");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SoftmaxRegression.of(engine, FloatMatrix.zeros(3, 1)))
          .withMessage("classes must be at least 2, not 1");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SoftmaxRegression.of(engine, FloatMatrix.zeros(0, 2)))
          .withMessage("weights: the set is empty (0 x 2)");
      for (FloatMatrix bias : List.of(FloatMatrix.zeros(1, 3), FloatMatrix.zeros(2, 2))) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> SoftmaxRegression.of(engine, weights, bias))
            .withMessage("bias: " + bias.shape() + " for weights 3 x 2");
      }
      FloatMatrix bias = FloatMatrix.copyOf(new float[][] {{0, Float.NEGATIVE_INFINITY}});
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SoftmaxRegression.of(engine, weights, bias))
          .withMessage("bias: -Infinity at row 0, column 1");
      weights.set(2, 0, Float.NaN);
      for (FloatMatrix any : List.of(FloatMatrix.zeros(1, 2), bias)) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> SoftmaxRegression.of(engine, weights, any))
            .withMessage("weights: NaN at row 2, column 0");
      }
    }
  }
}
