package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Leaving out the zeros of the input changes nothing but the order of sums. */
class SparseStepTest {

  private static final int[] SIZES = {40, 19, 7, 5};
  private static final int ROWS = 8;
  private static final int UNREAD = 33;

  private static FloatMatrix inputs(Random random, int rows, int columns) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        if (j != UNREAD && random.nextInt(6) == 0) {
          x.set(i, j, random.nextFloat());
        }
      }
    }
    return x;
  }

  private static Parameters parameters(long seed, int... sizes) {
    Parameters parameters = Parameters.zeros(sizes, Activation.RELU);
    for (int l = 0; l < parameters.layers(); l++) {
      Initializer.pytorchLinear()
          .initialize(parameters.weights[l], parameters.biases[l], new Random(seed + l));
    }
    return parameters;
  }

  private static TrainingStep step(
      Engine engine, Parameters parameters, Optimizer optimizer, int rows) {
    return new TrainingStep(
        engine,
        parameters,
        Tile.of(
            EngineKernels.of(engine),
            parameters,
            Parameters.zeros(parameters.sizes, Activation.RELU),
            optimizer,
            optimizer,
            rows,
            Arena.ofAuto()),
        Loss.softmaxCrossEntropy(),
        Output.LOGITS,
        GradientScale.mean(),
        List.of(Measure.crossEntropy()),
        rows,
        Arena.ofAuto());
  }

  @Test
  void aSparseStepIsADenseStep() {
    int[] labels = {0, 1, 2, 3, 4, 0, 1, 2};
    for (Optimizer optimizer :
        List.of(
            Optimizer.sgd(.3),
            Optimizer.momentum(.1, .9),
            Optimizer.nesterov(.1, .9),
            Optimizer.adam(.01))) {
      try (Engine engine = Engine.builder().threads(1).open()) {
        Random random = new Random(5);
        Parameters dense = parameters(1, SIZES);
        Parameters sparse = parameters(1, SIZES);
        Parameters start = parameters(1, SIZES);
        TrainingStep denseStep = step(engine, dense, optimizer, ROWS);
        TrainingStep sparseStep = step(engine, sparse, optimizer, ROWS);
        for (int u = 0; u < 20; u++) {
          FloatMatrix x = inputs(random, ROWS, SIZES[0]);
          denseStep.run(x, null, labels, .7);
          sparseStep.run(x, SparseRows.of(x), labels, .7);
          assertThat(sparseStep.tally().sum(0)).isCloseTo(denseStep.tally().sum(0), within(1e-3));
        }
        for (int l = 0; l < dense.layers(); l++) {
          assertThat(sparse.weights[l].toArray())
              .containsExactly(dense.weights[l].toArray(), within(1e-3f));
          assertThat(sparse.biases[l].toArray())
              .containsExactly(dense.biases[l].toArray(), within(1e-3f));
        }
        assertThat(sparse.weights[0].row(UNREAD)).isEqualTo(start.weights[0].row(UNREAD));
        assertThat(sparse.weights[0].row(0)).isNotEqualTo(start.weights[0].row(0));
      }
    }
  }

  /** Tiles that are bands or middles of the layer, and a batch of two chunks. */
  @Test
  void aSparseStepOfACutLayerOrBatchIsADenseStep() {
    for (int[] sizes : new int[][] {{720, 30, 5}, {50, 720, 5}, {40, 19, 5}}) {
      int rows = sizes[0] == 40 ? Work.CHUNK + 90 : Work.CHUNK;
      int[] labels = new int[rows];
      Arrays.setAll(labels, i -> i % 5);
      try (Engine engine = Engine.builder().threads(1).open()) {
        Random random = new Random(6);
        Parameters dense = parameters(2, sizes);
        Parameters sparse = parameters(2, sizes);
        TrainingStep denseStep = step(engine, dense, Optimizer.sgd(.5), rows);
        TrainingStep sparseStep = step(engine, sparse, Optimizer.sgd(.5), rows);
        for (int u = 0; u < 3; u++) {
          FloatMatrix x = inputs(random, rows, sizes[0]);
          denseStep.run(x, null, labels, 1);
          sparseStep.run(x, SparseRows.of(x), labels, 1);
          assertThat(sparseStep.tally().sum(0)).isCloseTo(denseStep.tally().sum(0), within(1e-2));
        }
        for (int l = 0; l < dense.layers(); l++) {
          float[] expected = dense.weights[l].toArray();
          float[] actual = sparse.weights[l].toArray();
          float worst = 0;
          for (int k = 0; k < expected.length; k++) {
            worst = Math.max(worst, Math.abs(actual[k] - expected[k]));
          }
          assertThat(worst).isLessThan(1e-5f);
        }
      }
    }
  }
}
