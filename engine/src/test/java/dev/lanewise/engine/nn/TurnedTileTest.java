package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Keeping an output layer's weights transposed changes nothing but the order of sums. */
class TurnedTileTest {

  private static final int ROWS = 6;
  private static final int[] LABELS = {0, 1, 2, 3, 4, 0};

  private static Parameters parameters(int... sizes) {
    Parameters parameters = Parameters.zeros(sizes, Activation.RELU);
    Random random = new Random(3);
    for (int l = 0; l < parameters.layers(); l++) {
      Initializer.pytorchLinear().initialize(parameters.weights[l], parameters.biases[l], random);
    }
    return parameters;
  }

  private static FloatMatrix inputs(int columns, Random random) {
    FloatMatrix x = FloatMatrix.zeros(ROWS, columns);
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextInt(5) == 0 ? random.nextFloat() : 0);
      }
    }
    return x;
  }

  private static TrainingStep step(Engine engine, Parameters parameters, List<Tile> tiles) {
    return new TrainingStep(
        engine,
        parameters,
        tiles,
        Loss.softmaxCrossEntropy(),
        Output.LOGITS,
        GradientScale.mean(),
        List.of(Measure.crossEntropy()),
        ROWS,
        Arena.ofAuto());
  }

  private static boolean hasTurned(List<Tile> tiles) {
    return tiles.stream().anyMatch(tile -> tile.turned() != null);
  }

  @Test
  void aStepWithATurnedTileIsAStepWithout() {
    for (Optimizer optimizer :
        List.of(
            Optimizer.sgd(.3),
            Optimizer.momentum(.1, .9),
            Optimizer.nesterov(.1, .9),
            Optimizer.adam(.01))) {
      try (Engine engine = Engine.builder().threads(1).open()) {
        Kernels kernels = EngineKernels.of(engine);
        Random random = new Random(5);
        Parameters plain = parameters(20, 200, 5);
        Parameters turned = parameters(20, 200, 5);
        List<Tile> plainTiles =
            Tile.of(
                kernels, plain, parameters(20, 200, 5), optimizer, optimizer, ROWS, Arena.ofAuto());
        List<Tile> turnedTiles =
            Tile.forTraining(kernels, turned, optimizer, optimizer, ROWS, Arena.ofAuto());
        assertThat(hasTurned(plainTiles)).isFalse();
        assertThat(hasTurned(turnedTiles)).isTrue();
        TrainingStep plainStep = step(engine, plain, plainTiles);
        TrainingStep turnedStep = step(engine, turned, turnedTiles);
        for (int u = 0; u < 15; u++) {
          FloatMatrix x = inputs(20, random);
          plainStep.run(x, null, LABELS, .7);
          turnedStep.run(x, u % 2 == 0 ? null : SparseRows.of(x), LABELS, .7);
          assertThat(turnedStep.tally().sum(0)).isCloseTo(plainStep.tally().sum(0), within(1e-3));
        }
        assertThat(turned.weights[1].toArray())
            .isEqualTo(parameters(20, 200, 5).weights[1].toArray());
        turnedTiles.forEach(Tile::publish);
        for (int l = 0; l < plain.layers(); l++) {
          assertThat(turned.weights[l].toArray())
              .containsExactly(plain.weights[l].toArray(), within(1e-3f));
          assertThat(turned.biases[l].toArray())
              .containsExactly(plain.biases[l].toArray(), within(1e-3f));
        }
      }
    }
  }

  @Test
  void onlyAnOutputLayerWithFewClassesAndManyInputsBehindAnotherIsTurned() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      Kernels kernels = EngineKernels.of(engine);
      Optimizer sgd = Optimizer.sgd(.1);
      for (int[] sizes : new int[][] {{300, 10}, {20, 300, 17}, {20, 191, 16}, {300, 10, 10}}) {
        assertThat(
                hasTurned(
                    Tile.forTraining(kernels, parameters(sizes), sgd, sgd, ROWS, Arena.ofAuto())))
            .isFalse();
      }
      assertThat(
              hasTurned(
                  Tile.forTraining(
                      kernels, parameters(20, 192, 16), sgd, sgd, ROWS, Arena.ofAuto())))
          .isTrue();
      int[] sizes = {20, 300, 10};
      assertThat(
              hasTurned(
                  Tile.forTraining(kernels, parameters(sizes), sgd, sgd, 10_000, Arena.ofAuto())))
          .as("cut for many rows")
          .isFalse();
    }
  }

  /** How many rows and columns of weights each tile of a first layer has. */
  private static List<String> tiles(int batchRows, int inputs, int outputs) {
    try (Engine engine = Engine.builder().threads(1).open()) {
      Kernels kernels = EngineKernels.of(engine);
      Optimizer sgd = Optimizer.sgd(.1);
      return Tile.forTraining(
              kernels, parameters(inputs, outputs), sgd, sgd, batchRows, Arena.ofAuto())
          .stream()
          .map(
              tile ->
                  tile.rowsOf(FloatMatrix.zeros(1, inputs)).columns()
                      + " x "
                      + tile.columnsOf(FloatMatrix.zeros(1, outputs)).columns())
          .toList();
    }
  }

  @Test
  void aLayerOfMuchWorkIsCutIntoAsFewTilesAsFit() {
    assertThat(tiles(15, 1024, 513)).as("below 2^23 products").containsExactly("1024 x 513");
    assertThat(tiles(16, 1024, 512)).containsExactly("512 x 512", "512 x 512");
    assertThat(tiles(16, 512, 1024)).containsExactly("512 x 512", "512 x 512");
    assertThat(tiles(50, 513, 600))
        .containsExactly("256 x 300", "256 x 300", "257 x 300", "257 x 300");
  }

  @Test
  void aTrainingLeavesTheTrainedWeights() {
    Random random = new Random(6);
    Samples samples = new Samples(inputs(20, random), LABELS);
    try (Engine engine = Engine.builder().threads(1).open()) {
      Mlp mlp =
          MlpTrainer.builder(engine, 20, 200, 5)
              .optimizer(Optimizer.sgd(.5))
              .batching(Batching.inOrder(2))
              .epochs(60)
              .build()
              .fit(samples, new dev.lanewise.engine.random.SeedStreams(1))
              .model();
      assertThat(mlp.evaluate(samples).accuracy()).isEqualTo(1);
    }
  }
}
