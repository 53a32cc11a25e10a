package dev.lanewise.cli.experiment;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.Gradients;
import dev.lanewise.engine.nn.Loss;
import dev.lanewise.engine.nn.Measure;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.List;

/** One step of a network small enough to follow by hand. */
final class Backprop333 implements Experiment {

  private static final double RATE = .02;

  // The write-up's matrices, fan-out x fan-in; ours are transposed.
  private static final float[][] W1 = {{.1f, .2f, .5f}, {-.1f, -.5f, -1.1f}, {0, 7.5f, -1.1f}};
  private static final float[][] W2 = {{.1f, -.3f, .4f}, {.2f, .4f, -.6f}, {-.1f, .5f, -.2f}};
  private static final float[] INPUT = {1, 2, 3};
  private static final int TARGET = 0;

  private static final List<Figure> PUBLISHED =
      List.of(
          new Figure("output 0", .5348, 4),
          new Figure("output 1", .2167, 4),
          new Figure("output 2", .2485, 4),
          new Figure("loss", .625852644443512, 15),
          new Figure("gradient of W1[0][0]", -2.9431e-3, 7),
          new Figure("gradient of W1[0][1]", -5.8862e-3, 7),
          new Figure("gradient of W1[0][2]", -8.8293e-3, 7),
          new Figure("gradient of W1[1][0]", 4.1993e-3, 7),
          new Figure("gradient of W1[1][1]", 8.3986e-3, 7),
          new Figure("gradient of W1[1][2]", 1.2598e-2, 6),
          new Figure("gradient of W1[2][0]", -3.0524e-6, 10),
          new Figure("gradient of W1[2][1]", -6.1048e-6, 10),
          new Figure("gradient of W1[2][2]", -9.1572e-6, 10),
          new Figure("loss after one step", .6079817414283752, 16));

  @Override
  public String id() {
    return "backprop-3-3-3";
  }

  @Override
  public String title() {
    return "one step of back-propagation through a 3-3-3 network, digit for digit";
  }

  @Override
  public String source() {
    return MiniNetworks.SOURCE;
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public Result run(Context context) {
    Engine engine = context.engine().serial();
    FloatMatrix zeros = FloatMatrix.zeros(1, 3);
    Mlp mlp =
        Mlp.of(
            engine,
            Activation.SIGMOID,
            List.of(transposed(W1), transposed(W2)),
            List.of(zeros, zeros));
    Samples one = new Samples(FloatMatrix.copyOf(INPUT, 1, INPUT.length), new int[] {TARGET});
    MlpTrainer trainer =
        MlpTrainer.builder(engine, 3, 3, 3)
            .activation(Activation.SIGMOID)
            .loss(Loss.softmaxCrossEntropy(0))
            .optimizer(Optimizer.sgd(RATE))
            .batching(Batching.full())
            .epochs(1)
            .build();
    FloatMatrix output = mlp.predictProbabilities(one.rows());
    Gradients gradients = trainer.gradients(mlp, one);
    FloatMatrix first = gradients.weights().getFirst();
    // Nothing is drawn: the parameters are given and there is one batch.
    Mlp after = trainer.on(one).startingFrom(mlp).fit(new SeedStreams(0)).model();

    List<Double> ours = new ArrayList<>();
    for (int j = 0; j < output.columns(); j++) {
      ours.add((double) output.get(0, j));
    }
    ours.add(gradients.evaluation().loss());
    for (int i = 0; i < first.columns(); i++) {
      for (int j = 0; j < first.rows(); j++) {
        ours.add((double) first.get(j, i));
      }
    }
    ours.add(after.evaluate(one, Measure.crossEntropy(0)).loss());

    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < PUBLISHED.size(); i++) {
      Figure figure = PUBLISHED.get(i);
      Row row = Row.exact(Variant.SAME, figure, ours.get(i));
      rows.add(figure.label().startsWith("loss") ? row.asHeadline() : row);
    }
    return new Result(
        "none",
        "one example, (1, 2, 3), printed in the write-up",
        0,
        rows,
        List.of("All in float32, as the write-up; the step moves weights and biases."));
  }

  private static FloatMatrix transposed(float[][] rows) {
    FloatMatrix result = FloatMatrix.zeros(rows[0].length, rows.length);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        result.set(j, i, rows[i][j]);
      }
    }
    return result;
  }
}
