package dev.lanewise.engine.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class RandomSearchTest {

  private static final int FEATURES = 5;
  private static final int CLASSES = 3;

  private record Run(List<RandomSearch.Step> steps, RandomSearch.Result result) {}

  private static RandomSearch search(Engine engine) {
    return new RandomSearch(engine, CLASSES).initialDeviation(0.3).stepDeviation(0.1).batchSize(10);
  }

  private static Run run(RandomSearch search, int rows) {
    List<RandomSearch.Step> steps = new ArrayList<>();
    RandomSearch.Result result =
        search
            .onStep((step, best) -> steps.add(step))
            .fit(
                Data.gaussian(rows, FEATURES, 1),
                Data.labels(rows, CLASSES, 2),
                new SplittableRandom(3),
                new SplittableRandom(4));
    return new Run(steps, result);
  }

  /**
   * The search as it is usually written, in doubles: every step deals all rows into batches, sums
   * the batches' means, and starts from the best parameters.
   */
  private static List<RandomSearch.Step> reference(
      int rows, int batchSize, int maxSteps, int patience) {
    FloatMatrix x = Data.gaussian(rows, FEATURES, 1);
    int[] labels = Data.labels(rows, CLASSES, 2);
    SplittableRandom noise = new SplittableRandom(3);
    SplittableRandom batches = new SplittableRandom(4);
    double[] best = new double[FEATURES * CLASSES + CLASSES];
    for (int i = 0; i < FEATURES * CLASSES; i++) {
      best[i] = noise.nextGaussian() * 0.3;
    }
    int[] deal = new int[rows];
    for (int i = 0; i < rows; i++) {
      deal[i] = i;
    }
    List<RandomSearch.Step> steps = new ArrayList<>();
    double bestLoss = Double.POSITIVE_INFINITY;
    int misses = 0;
    for (int step = 0; step < maxSteps && misses < patience; step++) {
      double[] attempt = best.clone();
      for (int i = 0; i < attempt.length; i++) {
        attempt[i] += noise.nextGaussian() * 0.1;
      }
      // The rows of the short batch come first in the deal, so that they are the drawn ones.
      int rest = rows % batchSize;
      for (int i = 0; i < rest; i++) {
        int j = i + batches.nextInt(rows - i);
        int swap = deal[i];
        deal[i] = deal[j];
        deal[j] = swap;
      }
      double loss = rest == 0 ? 0 : mean(x, labels, attempt, deal, 0, rest);
      for (int from = rest; from < rows; from += batchSize) {
        loss += mean(x, labels, attempt, deal, from, from + batchSize);
      }
      boolean kept = loss < bestLoss;
      if (kept) {
        best = attempt;
        bestLoss = loss;
        misses = 0;
      } else {
        misses++;
      }
      steps.add(new RandomSearch.Step(step, loss, kept));
    }
    return steps;
  }

  private static double mean(
      FloatMatrix x, int[] labels, double[] parameters, int[] deal, int from, int to) {
    double total = 0;
    for (int i = from; i < to; i++) {
      double[] z = new double[CLASSES];
      double sum = 0;
      for (int c = 0; c < CLASSES; c++) {
        z[c] = parameters[FEATURES * CLASSES + c];
        for (int j = 0; j < FEATURES; j++) {
          z[c] += x.get(deal[i], j) * parameters[j * CLASSES + c];
        }
        sum += Math.exp(z[c]);
      }
      total += Math.log(sum) - z[labels[deal[i]]];
    }
    return total / (to - from);
  }

  @Test
  void followsAStraightforwardSearchStepByStep() {
    // With and without a short last batch, all in one short batch, and more than a chunk of rows.
    for (int rows : new int[] {47, 50, 7, SoftmaxRegression.CHUNK + 33}) {
      try (Engine engine = Engine.builder().threads(2).open()) {
        Run run = run(search(engine).maxSteps(150), rows);
        List<RandomSearch.Step> expected = reference(rows, 10, 150, 20);
        assertThat(run.steps()).as("%d rows", rows).hasSameSizeAs(expected);
        int kept = 0;
        for (int i = 0; i < expected.size(); i++) {
          RandomSearch.Step step = run.steps().get(i);
          assertThat(step.number()).isEqualTo(i);
          assertThat(step.kept()).as("%d rows, step %d", rows, i).isEqualTo(expected.get(i).kept());
          assertThat(step.loss())
              .as("%d rows, step %d", rows, i)
              .isCloseTo(expected.get(i).loss(), within(2e-6 * rows));
          if (step.kept()) {
            kept++;
            assertThat(run.result().loss()).isLessThanOrEqualTo(step.loss());
            assertThat(run.result().lastKept()).isGreaterThanOrEqualTo(i);
          }
        }
        assertThat(run.result().kept()).isEqualTo(kept).isGreaterThan(5);
        assertThat(run.result().steps()).isEqualTo(expected.size());
      }
    }
  }

  @Test
  void theModelHasTheLossOfTheLastStepKept() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      Run run = run(search(engine).batchSize(50), 50); // One batch: its mean is the loss.
      double loss =
          run.result()
              .model()
              .evaluate(Data.gaussian(50, FEATURES, 1), Data.labels(50, CLASSES, 2))
              .meanLoss();
      assertThat(loss).isCloseTo(run.result().loss(), within(1e-5));
    }
  }

  @Test
  void aLossIsRightWhereProbabilitiesAreTiny() {
    FloatMatrix x = Data.gaussian(50, FEATURES, 1);
    int[] labels = Data.labels(50, CLASSES, 2);
    try (Engine engine = Engine.builder().threads(1).open()) {
      RandomSearch.Result result =
          search(engine)
              .initialDeviation(20)
              .batchSize(50)
              .maxSteps(1)
              .fit(x, labels, new SplittableRandom(3), new SplittableRandom(4));
      // The product of 50 probabilities of exp(-30) is no double.
      assertThat(result.loss())
          .isCloseTo(result.model().evaluate(x, labels).meanLoss(), within(1e-4))
          .isGreaterThan(30);
    }
  }

  @Test
  void anInterruptedSearchIsCancelled() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> run(search(engine), 47)).isInstanceOf(CancellationException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      } finally {
        Thread.interrupted();
      }
    }
  }

  @Test
  void aListenerSeesTheBestModelSoFar() {
    FloatMatrix x = Data.gaussian(50, FEATURES, 1);
    int[] labels = Data.labels(50, CLASSES, 2);
    try (Engine engine = Engine.builder().threads(1).open()) {
      double[] lowest = {Double.POSITIVE_INFINITY};
      List<SoftmaxRegression> seen = new ArrayList<>();
      RandomSearch.Result result =
          search(engine)
              .batchSize(50)
              .maxSteps(30)
              .onStep(
                  (step, best) -> {
                    lowest[0] = Math.min(lowest[0], step.loss());
                    seen.add(best.get());
                    assertThat(seen.getLast().evaluate(x, labels).meanLoss())
                        .as("step %d", step.number())
                        .isCloseTo(lowest[0], within(1e-5));
                    return true;
                  })
              .fit(x, labels, new SplittableRandom(3), new SplittableRandom(4));
      assertThat(seen.getFirst().evaluate(x, labels).meanLoss())
          .as("what was handed out stays as it was")
          .isGreaterThan(result.loss() + 1e-3);
    }
  }

  @Test
  void stopsAtTheLastMissOfPatienceOrAtTheLastStepOrWhenTold() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      Run patient = run(search(engine).patience(4), 47);
      int n = patient.steps().size();
      assertThat(n).isLessThan(1000);
      assertThat(patient.steps().get(0).kept()).isTrue();
      assertThat(patient.result().lastKept()).isEqualTo(n - 5);
      assertThat(patient.steps().subList(n - 4, n)).noneMatch(RandomSearch.Step::kept);
      assertThat(run(search(engine).maxSteps(3), 47).steps()).hasSize(3);
      assertThat(run(search(engine).maxSteps(11), 47).steps())
          .isEqualTo(run(search(engine), 47).steps().subList(0, 11));
      RandomSearch.Result told =
          search(engine)
              .onStep((step, best) -> step.number() < 6)
              .fit(
                  Data.gaussian(47, FEATURES, 1),
                  Data.labels(47, CLASSES, 2),
                  new SplittableRandom(3),
                  new SplittableRandom(4));
      assertThat(told.steps()).isEqualTo(7);
    }
  }

  @Test
  void aStepAsGoodAsTheBestIsNotKept() {
    // Noise that is the same for every class changes no probability.
    RandomGenerator noise =
        new RandomGenerator() {
          @Override
          public long nextLong() {
            return 0;
          }

          @Override
          public double nextGaussian() {
            return 1;
          }
        };
    try (Engine engine = Engine.builder().threads(1).open()) {
      RandomSearch.Result result =
          search(engine)
              .patience(4)
              .fit(
                  FloatMatrix.zeros(20, FEATURES),
                  Data.labels(20, CLASSES, 2),
                  noise,
                  new SplittableRandom(4));
      assertThat(result.kept()).isEqualTo(1);
      assertThat(result.steps()).isEqualTo(5);
      assertThat(result.lastKept()).isZero();
    }
  }

  @Test
  void theNumberOfThreadsChangesNothing() {
    int rows = 2 * SoftmaxRegression.CHUNK + 33;
    List<Run> runs = new ArrayList<>();
    for (int threads : new int[] {1, 2, 5}) {
      try (Engine engine = Engine.builder().threads(threads).open()) {
        runs.add(run(search(engine).maxSteps(40), rows));
      }
    }
    for (Run run : runs) {
      assertThat(run.steps()).isEqualTo(runs.get(0).steps());
      assertThat(run.result().model().weights().toArray())
          .isEqualTo(runs.get(0).result().model().weights().toArray());
    }
  }

  @Test
  void aLossIsRightWhereProbabilitiesUnderflow() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      // Two classes whose logits differ by about 1e4 |w|: no float holds the smaller probability.
      FloatMatrix x = FloatMatrix.copyOf(new float[][] {{1e6f}, {-1e6f}});
      List<RandomSearch.Step> steps = new ArrayList<>();
      RandomSearch.Result result =
          new RandomSearch(engine, 2)
              .initialDeviation(0)
              .stepDeviation(1)
              .maxSteps(1)
              .onStep((step, best) -> steps.add(step))
              .fit(x, new int[] {0, 0}, new SplittableRandom(1), new SplittableRandom(2));
      float[] w = result.model().weights().toArray();
      assertThat(steps.get(0).loss()).isCloseTo(1e6 * Math.abs(w[0] - w[1]) / 2, within(2.0));
    }
  }

  @Test
  void refusesWhatCannotBeSearched() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      RandomSearch search = new RandomSearch(engine, CLASSES);
      SplittableRandom random = new SplittableRandom(1);
      FloatMatrix x = Data.gaussian(4, FEATURES, 1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> search.fit(x, new int[] {0, 1, 2, 3}, random, random))
          .withMessageContaining("label 3 at row 3");
      x.set(2, 1, Float.POSITIVE_INFINITY);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> search.fit(x, new int[4], random, random))
          .withMessageContaining("Infinity at row 2, column 1");
      x.set(2, 1, Float.MAX_VALUE);
      assertThatThrownBy(() -> search.initialDeviation(1e30).fit(x, new int[4], random, random))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageContaining("scale the features");
      assertThatIllegalArgumentException().isThrownBy(() -> search.maxSteps(0));
      assertThatIllegalArgumentException().isThrownBy(() -> search.patience(0));
      assertThatIllegalArgumentException().isThrownBy(() -> search.batchSize(0));
      assertThatIllegalArgumentException().isThrownBy(() -> search.stepDeviation(0));
      assertThatIllegalArgumentException().isThrownBy(() -> search.initialDeviation(-1));
      assertThatIllegalArgumentException().isThrownBy(() -> new RandomSearch(engine, 0));
    }
  }
}
