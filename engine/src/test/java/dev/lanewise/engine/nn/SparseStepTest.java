package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Leaving out the zeros of the input changes nothing but the order of sums. */
class SparseStepTest {

  private static final int[] SIZES = {40, 19, 7, 5};
  private static final int ROWS = 8;
  private static final int UNREAD = 33;

  private static FloatMatrix inputs(Random random) {
    FloatMatrix x = FloatMatrix.zeros(ROWS, SIZES[0]);
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < SIZES[0]; j++) {
        if (j != UNREAD && random.nextInt(6) == 0) {
          x.set(i, j, random.nextFloat());
        }
      }
    }
    return x;
  }

  private static Parameters parameters(long seed) {
    Parameters parameters = Parameters.zeros(SIZES, Activation.RELU);
    for (int l = 0; l < parameters.layers(); l++) {
      Initializer.pytorchLinear()
          .initialize(parameters.weights[l], parameters.biases[l], new Random(seed + l));
    }
    return parameters;
  }

  private static TrainingStep step(Engine engine, Parameters parameters, Optimizer optimizer) {
    return new TrainingStep(
        engine,
        parameters,
        Tile.of(
            engine.kernels(),
            parameters,
            Parameters.zeros(SIZES, Activation.RELU),
            optimizer,
            optimizer,
            ROWS,
            Arena.ofAuto()),
        Loss.softmaxCrossEntropy(),
        Output.LOGITS,
        GradientScale.mean(),
        List.of(Measure.crossEntropy()),
        ROWS,
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
        Parameters dense = parameters(1);
        Parameters sparse = parameters(1);
        Parameters start = parameters(1);
        TrainingStep denseStep = step(engine, dense, optimizer);
        TrainingStep sparseStep = step(engine, sparse, optimizer);
        for (int u = 0; u < 20; u++) {
          FloatMatrix x = inputs(random);
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
}
