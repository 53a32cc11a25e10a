package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.random.SeedStreams;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MlpTrainerTest {

  private static final SeedStreams SEEDS = new SeedStreams(2026);

  private final Engine engine = Engine.builder().threads(2).open();

  @AfterEach
  void close() {
    engine.close();
  }

  private MlpTrainer.Builder corners() {
    return MlpTrainer.builder(engine, 2, 16, 2)
        .activation(Activation.TANH)
        .optimizer(Optimizer.momentum(0.1, 0.9))
        .batching(Batching.shuffled(10))
        .epochs(60);
  }

  private static float[] parameters(Mlp mlp) {
    List<float[]> parts = new ArrayList<>();
    int length = 0;
    for (int l = 0; l < mlp.layers(); l++) {
      parts.add(mlp.weights(l).toArray());
      parts.add(mlp.biases(l).toArray());
    }
    for (float[] part : parts) {
      length += part.length;
    }
    float[] all = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      names = {"RELU", "ATAN", "SIGMOID", "TANH"})
  void everyNonLinearActivationLearnsExclusiveOr(Activation activation) {
    MlpTrainer trainer = corners().activation(activation).build();
    Training training = trainer.fit(TestData.corners(1, 400), SEEDS);
    assertThat(training.reason()).isEqualTo(Training.Reason.COMPLETED);
    assertThat(training.epochs()).isEqualTo(60);
    assertThat(training.updates()).isEqualTo(60 * 40);
    Evaluation evaluation = training.model().evaluate(TestData.corners(2, 500));
    assertThat(evaluation.accuracy()).isGreaterThan(0.98);
    assertThat(evaluation.loss()).isLessThan(0.1);
  }

  @Test
  void withoutANonLinearityExclusiveOrCannotBeLearned() {
    MlpTrainer trainer = corners().activation(Activation.IDENTITY).build();
    Mlp mlp = trainer.fit(TestData.corners(1, 400), SEEDS).model();
    assertThat(mlp.evaluate(TestData.corners(2, 500)).accuracy()).isLessThan(0.8);
  }

  @Test
  void everyOptimiserAndBatchingLearns() {
    Samples train = TestData.corners(1, 400);
    Samples test = TestData.corners(2, 500);
    for (Optimizer optimizer :
        List.of(Optimizer.sgd(0.5), Optimizer.nesterov(0.1, 0.9), Optimizer.adam(0.02))) {
      for (Batching batching :
          List.of(Batching.full(), Batching.inOrder(7), Batching.stratified(20))) {
        Mlp mlp =
            corners()
                .optimizer(optimizer)
                .batching(batching)
                .epochs(400)
                .updates(3000)
                .build()
                .fit(train, SEEDS)
                .model();
        assertThat(mlp.evaluate(test).accuracy())
            .as("%s, %s", optimizer, batching)
            .isGreaterThan(0.97);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads() {
    // Big enough to be cut: three chunks of rows, 2 x 2 tiles, and a shorter last batch.
    Samples train = TestData.noise(1, 1500, 300, 5);
    Samples valid = TestData.noise(2, 700, 300, 5);
    float[] first = {};
    List<Double> firstCurve = List.of();
    for (int threads = 1; threads <= 3; threads++) {
      try (Engine threaded = Engine.builder().threads(threads).open()) {
        List<Double> curve = new ArrayList<>();
        Training training =
            MlpTrainer.builder(threaded, 300, 280, 5)
                .optimizer(Optimizer.adam(0.001))
                .batching(Batching.shuffled(1100))
                .epochs(2)
                .build()
                .on(train)
                .watch("valid", valid)
                .listener(
                    new TrainingListener() {
                      @Override
                      public Decision onEpoch(EpochReport report) {
                        curve.add(report.batches().lossSum());
                        curve.add(report.watched("valid").lossSum());
                        return Decision.CONTINUE;
                      }
                    })
                .fit(SEEDS);
        if (threads == 1) {
          first = parameters(training.model());
          firstCurve = curve;
          assertThat(curve).hasSize(4);
        } else {
          assertThat(parameters(training.model())).containsExactly(first);
          assertThat(curve).isEqualTo(firstCurve);
        }
      }
    }
  }

  @Test
  void anotherSeedGivesAnotherNetwork() {
    Samples train = TestData.corners(1, 50);
    float[] one = parameters(corners().build().fit(train, new SeedStreams(1)).model());
    float[] again = parameters(corners().build().fit(train, new SeedStreams(1)).model());
    float[] two = parameters(corners().build().fit(train, new SeedStreams(2)).model());
    assertThat(again).containsExactly(one);
    assertThat(two).isNotEqualTo(one);
  }

  @Test
  void manyTrainersMayRunAtOnce() {
    Samples train = TestData.corners(1, 100);
    float[][] results = new float[6][];
    try (Engine serial = Engine.builder().threads(1).open()) {
      MlpTrainer trainer =
          MlpTrainer.builder(serial, 2, 8, 2).epochs(5).optimizer(Optimizer.sgd(0.1)).build();
      engine
          .parallelism()
          .forEach(6, i -> results[i] = parameters(trainer.fit(train, new SeedStreams(i)).model()));
      for (int i = 0; i < 6; i++) {
        assertThat(results[i])
            .containsExactly(parameters(trainer.fit(train, new SeedStreams(i)).model()));
      }
    }
  }

  @Test
  void aStepIsTheGradientTimesTheRateOfWeightsAndOfBiases() {
    Samples train = TestData.noise(1, 12, 3, 2);
    MlpTrainer trainer =
        MlpTrainer.builder(engine, 3, 4, 2)
            .optimizer(Optimizer.momentum(0.5, 0.9))
            .biasOptimizer(Optimizer.sgd(0.25))
            .batching(Batching.full())
            .rateFactor(epoch -> 0.5)
            .epochs(1)
            .build();
    Mlp before = trainer.initial(SEEDS);
    Gradients gradients = trainer.gradients(before, train);
    Mlp after = trainer.fit(train, SEEDS).model();
    for (int l = 0; l < 2; l++) {
      FloatMatrix w = before.weights(l);
      for (int i = 0; i < w.rows(); i++) {
        for (int j = 0; j < w.columns(); j++) {
          assertThat(after.weights(l).get(i, j))
              .isEqualTo(w.get(i, j) - 0.25f * gradients.weights().get(l).get(i, j));
        }
      }
      for (int j = 0; j < w.columns(); j++) {
        assertThat(after.biases(l).get(0, j))
            .isEqualTo(before.biases(l).get(0, j) - 0.125f * gradients.biases().get(l).get(0, j));
      }
    }
  }

  @Test
  void stepAfterStepFollowsTheOptimiser() {
    Samples train = TestData.noise(1, 12, 3, 2);
    for (Optimizer optimizer :
        List.of(
            Optimizer.sgd(0.5),
            Optimizer.momentum(0.2, 0.9),
            Optimizer.nesterov(0.2, 0.9),
            Optimizer.adam(0.05))) {
      MlpTrainer trainer =
          MlpTrainer.builder(engine, 3, 4, 2)
              .optimizer(optimizer)
              .batching(Batching.full())
              .epochs(5)
              .build();
      Mlp expected = trainer.initial(SEEDS);
      List<FloatMatrix> weights = List.of(expected.weights(0), expected.weights(1));
      List<FloatMatrix> biases = List.of(expected.biases(0), expected.biases(1));
      List<FloatMatrix> parameters = new ArrayList<>(weights);
      parameters.addAll(biases);
      List<FloatMatrix> slopes = new ArrayList<>();
      List<Updater> updaters = new ArrayList<>();
      for (FloatMatrix each : parameters) {
        FloatMatrix slope = FloatMatrix.zeros(each.rows(), each.columns());
        slopes.add(slope);
        updaters.add(Updater.of(optimizer, EngineKernels.of(engine), each, slope, Arena.ofAuto()));
      }
      for (int step = 0; step < 5; step++) {
        Gradients gradients = trainer.gradients(expected, train);
        List<FloatMatrix> now = new ArrayList<>(gradients.weights());
        now.addAll(gradients.biases());
        for (int i = 0; i < slopes.size(); i++) {
          slopes.get(i).setAll(now.get(i));
          updaters.get(i).step(1);
        }
        expected = Mlp.of(engine, Activation.RELU, weights, biases);
      }
      assertThat(parameters(trainer.fit(train, SEEDS).model()))
          .as("%s", optimizer)
          .containsExactly(parameters(expected), within(1e-5f));
    }
  }

  @Test
  void gradientsAreScaledByTheBatchOrByAnyNumber() {
    Samples train = TestData.noise(1, 8, 3, 2);
    MlpTrainer.Builder builder = MlpTrainer.builder(engine, 3, 4, 2).epochs(1);
    Mlp mlp = builder.build().initial(SEEDS);
    float[] sum =
        builder
            .gradientScale(GradientScale.sum())
            .build()
            .gradients(mlp, train)
            .weights()
            .get(0)
            .toArray();
    float[] mean =
        builder
            .gradientScale(GradientScale.mean())
            .build()
            .gradients(mlp, train)
            .weights()
            .get(0)
            .toArray();
    float[] half =
        builder
            .gradientScale(GradientScale.dividedBy(2))
            .build()
            .gradients(mlp, train)
            .weights()
            .get(0)
            .toArray();
    for (int i = 0; i < sum.length; i++) {
      // Powers of two scale without rounding.
      assertThat(mean[i]).isEqualTo(sum[i] / 8);
      assertThat(half[i]).isEqualTo(sum[i] / 2);
    }
    for (double divisor : new double[] {0, -1, Double.NaN, 1e39, 1e-50}) {
      assertThatThrownBy(() -> GradientScale.dividedBy(divisor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("the divisor must be positive and finite: " + divisor);
    }
  }

  @Test
  void listenersSeeLossesBeforeAndSetsBeforeOrAfterTheUpdate() {
    Samples train = TestData.corners(1, 30);
    List<Double> losses = new ArrayList<>();
    List<Double> before = new ArrayList<>();
    List<Double> after = new ArrayList<>();
    List<Double> updates = new ArrayList<>();
    corners()
        .batching(Batching.full())
        .measures(Measure.crossEntropy(), Measure.exchangedCrossEntropy(1e-20))
        .epochs(4)
        .build()
        .on(train)
        .watchBefore("before", train)
        .watch("after", train)
        .listener(
            new TrainingListener() {
              @Override
              public Decision onUpdate(long update, int rows, double lossSum) {
                assertThat(update).isEqualTo(updates.size());
                assertThat(rows).isEqualTo(30);
                updates.add(lossSum);
                return Decision.CONTINUE;
              }

              @Override
              public Decision onEpoch(EpochReport report) {
                assertThat(report.epoch()).isEqualTo(losses.size());
                assertThat(report.updates()).isEqualTo(losses.size() + 1);
                losses.add(report.batches().lossSum());
                before.add(report.watched("before").lossSum());
                after.add(report.watched("after").lossSum());
                assertThat(report.batches().loss(1)).isGreaterThan(report.batches().loss());
                assertThat(report.model().evaluate(train).lossSum()).isEqualTo(after.getLast());
                assertThat(report.isRecord()).isFalse();
                assertThatThrownBy(() -> report.watched("none"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("none");
                return Decision.CONTINUE;
              }
            })
        .fit(SEEDS);
    assertThat(losses).hasSize(4).isEqualTo(before).isEqualTo(updates);
    assertThat(before.subList(1, 4)).isEqualTo(after.subList(0, 3));
    assertThat(after.getLast()).isLessThan(before.getFirst());
  }

  @Test
  void anEpochsEvaluationIsThatOfAllItsBatches() {
    // Steps too small to move anything: batches are then parts of the whole set.
    Samples train = TestData.corners(1, 37);
    List<Integer> factors = new ArrayList<>();
    Measure[] measures = {Measure.crossEntropy(), Measure.exchangedCrossEntropy(1e-20)};
    MlpTrainer trainer =
        corners()
            .optimizer(Optimizer.sgd(1e-30))
            .measures(measures)
            .epochs(3)
            .rateFactor(
                epoch -> {
                  factors.add(epoch);
                  return 1;
                })
            .build();
    Evaluation whole = trainer.initial(SEEDS).evaluate(train, measures);
    List<Integer> rows = new ArrayList<>();
    trainer
        .on(train)
        .listener(
            new TrainingListener() {
              @Override
              public Decision onUpdate(long update, int batchRows, double lossSum) {
                rows.add(batchRows);
                return Decision.CONTINUE;
              }

              @Override
              public Decision onEpoch(EpochReport report) {
                assertThat(report.updates()).isEqualTo(4L * (report.epoch() + 1));
                assertThat(report.batches().rows()).isEqualTo(37);
                assertThat(report.batches().correct()).isEqualTo(whole.correct());
                for (int m = 0; m < 2; m++) {
                  assertThat(report.batches().lossSum(m)).isCloseTo(whole.lossSum(m), within(1e-4));
                }
                return Decision.CONTINUE;
              }
            })
        .fit(SEEDS);
    assertThat(rows).containsExactly(10, 10, 10, 7, 10, 10, 10, 7, 10, 10, 10, 7);
    assertThat(factors).containsExactly(0, 1, 2);
  }

  @Test
  void everyEpochIsShuffledAnew() {
    // Steps too small to move anything: a batch's loss tells which rows it has.
    Samples train = TestData.corners(1, 30);
    List<Double> losses = new ArrayList<>();
    corners()
        .optimizer(Optimizer.sgd(1e-30))
        .epochs(3)
        .build()
        .on(train)
        .listener(
            new TrainingListener() {
              @Override
              public Decision onUpdate(long update, int rows, double lossSum) {
                losses.add(lossSum);
                return Decision.CONTINUE;
              }
            })
        .fit(SEEDS);
    assertThat(losses).hasSize(9).doesNotHaveDuplicates();
  }

  @Test
  void listenersMayStopAfterAnUpdateOrAnEpoch() {
    Samples train = TestData.corners(1, 40);
    Training byUpdate =
        corners()
            .build()
            .on(train)
            .listener(
                new TrainingListener() {
                  @Override
                  public Decision onUpdate(long update, int rows, double lossSum) {
                    return update == 5 ? Decision.STOP : Decision.CONTINUE;
                  }
                })
            .fit(SEEDS);
    assertThat(byUpdate.updates()).isEqualTo(6);
    assertThat(byUpdate.epochs()).isEqualTo(2);
    assertThat(byUpdate.reason()).isEqualTo(Training.Reason.STOPPED_BY_LISTENER);
    Training byEpoch =
        corners()
            .build()
            .on(train)
            .listener(
                new TrainingListener() {
                  @Override
                  public Decision onEpoch(EpochReport report) {
                    return report.epoch() == 2 ? Decision.STOP : Decision.CONTINUE;
                  }
                })
            .fit(SEEDS);
    assertThat(byEpoch.epochs()).isEqualTo(3);
    assertThat(byEpoch.updates()).isEqualTo(12);
    Training byCount = corners().updates(9).build().fit(train, SEEDS);
    assertThat(byCount.updates()).isEqualTo(9);
    assertThat(byCount.epochs()).isEqualTo(3);
    assertThat(byCount.reason()).isEqualTo(Training.Reason.COMPLETED);
  }

  @Test
  void patienceEndsTrainingAndBestWeightsComeBackOnlyIfAskedFor() {
    Samples train = TestData.corners(1, 40);
    double[] script = {.1, .5, .5, .9, .2, .8, .9, 1};
    List<float[]> seen = new ArrayList<>();
    List<Boolean> records = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public Decision onEpoch(EpochReport report) {
            seen.add(parameters(report.model()));
            records.add(report.isRecord());
            return Decision.CONTINUE;
          }
        };
    MlpTrainer.Builder builder =
        corners().patience(new Patience(4, 0)).score(report -> script[report.epoch()]);

    Training last = builder.build().on(train).listener(listener).fit(SEEDS);

    // Record at the 4th epoch, so 4 + 4 - 1 epochs.
    assertThat(last.epochs()).isEqualTo(7);
    assertThat(last.reason()).isEqualTo(Training.Reason.OUT_OF_PATIENCE);
    assertThat(last.bestEpoch()).isEqualTo(3);
    assertThat(last.bestScore()).isEqualTo(.9);
    assertThat(records).containsExactly(true, true, false, true, false, false, false);
    assertThat(parameters(last.model())).containsExactly(seen.get(6));
    assertThat(seen.get(6)).isNotEqualTo(seen.get(3));

    Training best = builder.restoreBest().build().fit(train, SEEDS);
    assertThat(best.epochs()).isEqualTo(7);
    assertThat(parameters(best.model())).containsExactly(seen.get(3));
  }

  @Test
  void theFirstEpochMayBeTheBest() {
    Samples train = TestData.corners(1, 40);
    float[] first = parameters(corners().epochs(1).build().fit(train, SEEDS).model());
    MlpTrainer.Builder builder = corners().epochs(3).score(report -> -report.epoch());
    Training training = builder.restoreBest().build().fit(train, SEEDS);
    assertThat(training.epochs()).isEqualTo(3);
    assertThat(training.bestEpoch()).isZero();
    assertThat(parameters(training.model())).containsExactly(first);
  }

  @Test
  void withoutAScoreTheFirstWatchedAccuracyCounts() {
    Samples train = TestData.corners(1, 200);
    Samples valid = TestData.corners(3, 100);
    Training training =
        corners()
            .patience(new Patience(15, 0))
            .restoreBest()
            .build()
            .on(train)
            .watch("valid", valid)
            .watch("train", train)
            .fit(SEEDS);
    assertThat(training.model().evaluate(valid).accuracy())
        .isEqualTo(training.bestScore())
        .isGreaterThan(0.9);
    if (training.reason() == Training.Reason.OUT_OF_PATIENCE) {
      assertThat(training.epochs()).isEqualTo(training.bestEpoch() + 1 + 15 - 1);
    }
  }

  @Test
  void withoutAWatchedSetTheAccuracyOfTheBatchesCounts() {
    Samples train = TestData.corners(1, 60);
    List<Double> accuracies = new ArrayList<>();
    Training training =
        corners()
            .epochs(8)
            .restoreBest()
            .build()
            .on(train)
            .watchBefore("before", TestData.corners(2, 7))
            .listener(
                new TrainingListener() {
                  @Override
                  public Decision onEpoch(EpochReport report) {
                    accuracies.add(report.batches().accuracy());
                    return Decision.CONTINUE;
                  }
                })
            .fit(SEEDS);
    assertThat(training.reason()).isEqualTo(Training.Reason.COMPLETED);
    assertThat(accuracies).hasSize(8);
    assertThat(training.bestScore()).isEqualTo(Collections.max(accuracies));
    assertThat(training.bestEpoch()).isEqualTo(accuracies.indexOf(training.bestScore()));
  }

  @Test
  void withoutARecordTheLastWeightsStay() {
    Samples train = TestData.corners(1, 40);
    MlpTrainer.Builder builder = corners().epochs(3);
    float[] last = parameters(builder.build().fit(train, SEEDS).model());
    Training training = builder.restoreBest().score(report -> Double.NaN).build().fit(train, SEEDS);
    assertThat(training.epochs()).isEqualTo(3);
    assertThat(training.bestEpoch()).isEqualTo(-1);
    assertThat(training.bestScore()).isNaN();
    assertThat(parameters(training.model())).containsExactly(last);
  }

  @Test
  void aTrainingFromANetworkLeavesItAlone() {
    Samples train = TestData.corners(1, 40);
    MlpTrainer trainer = corners().batching(Batching.full()).optimizer(Optimizer.sgd(.1)).build();
    Mlp start = trainer.initial(SEEDS);
    float[] before = parameters(start);
    Mlp trained = trainer.on(train).startingFrom(start).fit(new SeedStreams(7)).model();
    assertThat(parameters(start)).containsExactly(before);
    // The start is all that the seed decides here.
    assertThat(parameters(trained)).containsExactly(parameters(trainer.fit(train, SEEDS).model()));
  }

  @Test
  void divergenceIsReportedUnlessToldToKeepGoing() {
    Samples train = TestData.noise(1, 40, 3, 2);
    MlpTrainer.Builder wild =
        MlpTrainer.builder(engine, 3, 8, 8, 2)
            .activation(Activation.IDENTITY)
            .optimizer(Optimizer.sgd(1e18))
            .batching(Batching.inOrder(10))
            .epochs(3);
    assertThatThrownBy(() -> wild.build().fit(train, SEEDS))
        .isInstanceOfSatisfying(
            DivergenceException.class,
            e -> {
              assertThat(e.epoch()).isZero();
              assertThat(e.update()).isBetween(1L, 3L);
              assertThat(e).hasMessageContaining("loss is").hasMessageContaining("learning rate");
            });
    Training kept = wild.keepGoing().build().fit(train, SEEDS);
    assertThat(kept.updates()).isEqualTo(12);
    assertThat(parameters(kept.model())).contains(Float.NaN);
  }

  @Test
  void parametersThatOverflowAreReportedEvenIfTheLossLooksFine() {
    // One update: the loss before it is finite, the weights after it are not.
    Samples train = TestData.noise(1, 40, 3, 2);
    MlpTrainer trainer =
        MlpTrainer.builder(engine, 3, 2)
            .initializer(Initializer.zeros())
            .gradientScale(GradientScale.sum())
            .optimizer(Optimizer.sgd(3e38))
            .batching(Batching.full())
            .epochs(1)
            .build();
    assertThatThrownBy(() -> trainer.fit(train, SEEDS))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("of layer 0 is")
        .hasMessageContaining("epoch 0, update 0");
  }

  @Test
  void divergenceIsReportedWithItsPlace() {
    Samples train = TestData.noise(1, 40, 3, 2);
    MlpTrainer.Builder late =
        MlpTrainer.builder(engine, 3, 2)
            .batching(Batching.inOrder(20))
            .rateFactor(epoch -> epoch == 2 ? Double.POSITIVE_INFINITY : 1)
            .epochs(5);
    assertThatThrownBy(() -> late.build().fit(train, SEEDS))
        .isInstanceOfSatisfying(
            DivergenceException.class,
            e -> {
              // Updates 0 to 3 before; 4 is the last whose loss is finite.
              assertThat(e.epoch()).isEqualTo(2);
              assertThat(e.update()).isEqualTo(5);
              assertThat(e).hasMessageStartingWith("the loss is NaN (epoch 2, update 5,");
            });
    assertThatThrownBy(() -> late.batching(Batching.full()).build().fit(train, SEEDS))
        .isInstanceOfSatisfying(
            DivergenceException.class,
            e -> {
              assertThat(e.epoch()).isEqualTo(2);
              assertThat(e.update()).isEqualTo(2);
              assertThat(e).hasMessageContaining("weight (0, 0) of layer 0 is ");
            });
  }

  @Test
  void anInterruptedTrainingIsCancelled() {
    Samples train = TestData.corners(1, 40);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> corners().build().fit(train, SEEDS))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      Thread.interrupted();
    }
  }

  @Test
  void aTrainingIsCancelledBetweenTwoUpdates() {
    Samples train = TestData.corners(1, 40);
    for (int threads : new int[] {1, 2}) {
      try (Engine other = Engine.builder().threads(threads).open()) {
        List<Long> updates = new ArrayList<>();
        MlpTrainer trainer = MlpTrainer.builder(other, 2, 4, 2).epochs(1000).build();
        assertThatThrownBy(
                () ->
                    trainer
                        .on(train)
                        .listener(
                            new TrainingListener() {
                              @Override
                              public Decision onUpdate(long update, int rows, double lossSum) {
                                updates.add(update);
                                if (update == 2) {
                                  Thread.currentThread().interrupt();
                                }
                                return Decision.CONTINUE;
                              }
                            })
                        .fit(SEEDS))
            .isInstanceOf(CancellationException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        assertThat(updates).containsExactly(0L, 1L, 2L);
      } finally {
        Thread.interrupted();
      }
    }
  }

  @Test
  void layersOfOneNeuronAndASingleUpdateAreEnough() {
    Samples train = new Samples(FloatMatrix.copyOf(new float[] {1, 2}, 2, 1), new int[] {0, 0});
    Training training =
        MlpTrainer.builder(engine, 1, 1, 1)
            .batching(Batching.inOrder(1))
            .epochs(3)
            .updates(1)
            .build()
            .fit(train, SEEDS);
    assertThat(training.epochs()).isEqualTo(1);
    assertThat(training.updates()).isEqualTo(1);
    assertThat(training.model().evaluate(train).accuracy()).isEqualTo(1);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Samples train = TestData.corners(1, 40);
    assertThatThrownBy(() -> MlpTrainer.builder(engine, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 1 sizes");
    assertThatThrownBy(() -> MlpTrainer.builder(engine, 3, 0, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 0");
    assertThatThrownBy(() -> MlpTrainer.builder(engine, 3, 2).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing ends");
    assertThatThrownBy(() -> MlpTrainer.builder(engine, 3, 2).epochs(0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> MlpTrainer.builder(engine, 3, 2).updates(0))
        .isInstanceOf(IllegalArgumentException.class);
    MlpTrainer three = MlpTrainer.builder(engine, 3, 2).epochs(1).build();
    assertThatThrownBy(() -> three.fit(train, SEEDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the training set has 2 columns");
    MlpTrainer two = corners().build();
    assertThatThrownBy(() -> two.on(train).startingFrom(three.initial(SEEDS)).fit(SEEDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[3, 2]")
        .hasMessageContaining("[2, 16, 2]");
    assertThatThrownBy(() -> two.on(train).watch("a", train).watchBefore("a", train))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a'");
    Samples bad = TestData.corners(1, 40);
    bad.rows().set(7, 1, Float.NaN);
    assertThatThrownBy(() -> two.on(train).watch("valid", bad).fit(SEEDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("valid holds NaN at row 7, column 1");
    assertThatThrownBy(() -> two.on(train).watchBefore("old", bad).fit(SEEDS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("old holds NaN at row 7, column 1");
    train.labels()[5] = 2;
    assertThatThrownBy(() -> two.gradients(two.initial(SEEDS), train))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the batch has label 2 in row 5, the network has 2 classes");
  }

  @Test
  void aStepAllocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Samples train = TestData.noise(1, 64, 10, 3);
    long[] bytes = new long[2];
    // The specification's kernels: they allocate nothing even before they are compiled.
    try (Engine scalar = Engine.builder().backend(BackendRequest.SCALAR).threads(1).open()) {
      MlpTrainer.builder(scalar, 10, 8, 3)
          .activation(Activation.ATAN)
          .optimizer(Optimizer.adam(0.001))
          .batching(Batching.inOrder(8))
          .epochs(300)
          .build()
          .on(train)
          .listener(
              new TrainingListener() {
                @Override
                public Decision onUpdate(long update, int rows, double lossSum) {
                  // Within one epoch, which has eight updates.
                  if (update >= 2392 && update % 8 == 0) {
                    bytes[0] = threads.getCurrentThreadAllocatedBytes();
                  }
                  if (update >= 2392 && update % 8 == 7) {
                    bytes[1] = threads.getCurrentThreadAllocatedBytes();
                  }
                  return Decision.CONTINUE;
                }
              })
          .fit(SEEDS);
    }
    assertThat(bytes[0]).isPositive();
    assertThat(bytes[1] - bytes[0]).isLessThan(100);
  }
}
