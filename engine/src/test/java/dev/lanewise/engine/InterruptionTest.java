package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.linear.RandomSearch;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Jobs that would take hours end when their thread is interrupted, and leave all usable. */
@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InterruptionTest {

  private static FloatMatrix random(int rows, int columns) {
    Random random = new Random(1);
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextInt(4));
      }
    }
    return x;
  }

  private static int[] labels(int rows) {
    return new Random(2).ints(rows, 0, 2).toArray();
  }

  /** Long enough for a job to have begun. */
  private static void soon() throws InterruptedException {
    Thread.sleep(50);
  }

  private static void interrupted(Interrupted.Moment moment, Runnable job)
      throws InterruptedException {
    Interrupted ended = Interrupted.at(moment, job);
    assertThat(ended.thrown()).isInstanceOf(CancellationException.class);
    assertThat(ended.statusKept()).as("the interrupt status stays set").isTrue();
  }

  @Test
  void fits() throws InterruptedException {
    FloatMatrix x = random(500, 30);
    int[] labels = labels(500);
    SeedStreams seeds = new SeedStreams(1);
    for (int threads : new int[] {1, 2}) {
      try (Engine engine = Engine.builder().threads(threads).open()) {
        MlpTrainer endless =
            MlpTrainer.builder(engine, 30, 20, 2).epochs(Integer.MAX_VALUE - 1).build();
        interrupted(InterruptionTest::soon, () -> endless.fit(new Samples(x, labels), seeds));

        CountDownLatch softmax = new CountDownLatch(1);
        SoftmaxRegressionTrainer regression =
            new SoftmaxRegressionTrainer(engine, 2)
                .epochs(Integer.MAX_VALUE)
                .onEpoch(
                    epoch -> {
                      softmax.countDown();
                      return true;
                    });
        interrupted(
            softmax::await,
            () -> regression.fit(x, labels, seeds.stream("weights"), seeds.stream("rows")));
        assertThat(regression.epochs(1).fit(x, labels, seeds.stream("w"), seeds.stream("r")))
            .isNotNull();

        for (PerceptronTrainer.Form form :
            new PerceptronTrainer.Form[] {
              PerceptronTrainer.Form.EXPLICIT, PerceptronTrainer.Form.DUAL
            }) {
          CountDownLatch perceptron = new CountDownLatch(1);
          PerceptronTrainer trainer =
              new PerceptronTrainer(engine, 2)
                  .scheme(ClassScheme.ONE_VS_ONE)
                  .features(FeatureMap.linear())
                  .form(form)
                  .passes(Integer.MAX_VALUE)
                  .stopWhenSeparated(false)
                  .onPass(
                      pass -> {
                        perceptron.countDown();
                        return true;
                      });
          interrupted(perceptron::await, () -> trainer.fit(x, labels));
        }

        interrupted(
            InterruptionTest::soon,
            () ->
                new RandomSearch(engine, 2)
                    .maxSteps(Integer.MAX_VALUE)
                    .patience(Integer.MAX_VALUE)
                    .fit(x, labels, seeds.stream("noise"), seeds.stream("batches")));
      }
    }
  }

  /** One task of a search of this size takes seconds: it must end within, not after. */
  @Test
  void searches() throws InterruptedException {
    ByteMatrix rows = ByteMatrix.zeros(100_000, 300);
    for (int i = 0; i < rows.rows(); i++) {
      rows.set(i, i % 300, i % 251);
    }
    FloatMatrix floats = random(20_000, 200);
    for (int threads : new int[] {1, 2}) {
      try (Engine engine = Engine.builder().threads(threads).open()) {
        NearestNeighbors bytes = NearestNeighbors.of(engine, rows, Distance.L1);
        interrupted(
            InterruptionTest::soon,
            () -> {
              while (true) {
                bytes.search(rows, 200);
              }
            });
        assertThat(bytes.search(rows.rows(7, 8), 1).index(0, 0)).isEqualTo(7);

        NearestNeighbors ofFloats = NearestNeighbors.of(engine, floats, Distance.L2);
        interrupted(
            InterruptionTest::soon,
            () -> {
              while (true) {
                ofFloats.search(floats, 10);
              }
            });
        assertThat(ofFloats.search(floats.rows(9, 10), 1).distance(0, 0)).isZero();
      }
    }
  }
}
