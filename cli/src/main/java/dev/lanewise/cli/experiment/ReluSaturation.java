package dev.lanewise.cli.experiment;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.GradientScale;
import dev.lanewise.engine.nn.Loss;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a fresh ReLU network says to its first example, and why it cannot learn from that. */
final class ReluSaturation implements Experiment {

  private static final int WIDTH = 16;
  private static final int TRIES = 20;

  /** A mean of accuracies below this is that of guessing. */
  private static final double NEAR_CHANCE = .13;

  /** Networks trained with the other gradient: enough for a mean near .10. */
  private static final int TRAINED = 30;

  private static final double[] LOGITS = {
    -912.3993,
    -288.3857,
    -29.6673,
    -1581.9635,
    1761.6512,
    1343.2122,
    138.8708,
    543.1945,
    -773.9258,
    115.6192
  };

  @Override
  public String id() {
    return "relu-saturation";
  }

  @Override
  public String title() {
    return "the first example's logits in fresh networks 49-16-10 with ReLU";
  }

  @Override
  public String source() {
    return MiniNetworks.SOURCE;
  }

  @Override
  public List<Figure> published() {
    List<Figure> figures =
        IntStream.range(0, LOGITS.length)
            .mapToObj(j -> new Figure("logit " + j, LOGITS[j], 4))
            .collect(Collectors.toCollection(ArrayList::new));
    figures.add(largestFigure());
    return figures;
  }

  private static Figure largestFigure() {
    return new Figure(
        "largest |logit|", Arrays.stream(LOGITS).map(Math::abs).max().orElseThrow(), 4);
  }

  @Override
  public String defects() {
    return "The pass by hand leaves ReLU out, so a linear network is looked at; the text says two"
        + " hidden layers, the code has one. Corrected: with ReLU, and with two hidden layers too.";
  }

  @Override
  public int defaultSeeds() {
    return 400;
  }

  /** What one network makes of its first example. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Pass(
      int label, float[] logits, float[] probabilities, boolean oneHot, boolean noGradient) {
    double largest() {
      double largest = 0;
      for (float logit : logits) {
        largest = Math.max(largest, Math.abs(logit));
      }
      return largest;
    }

    String says() {
      return "logits "
          + IntStream.range(0, logits.length)
              .mapToObj(j -> String.format(Locale.ROOT, "%.1f", logits[j]))
              .collect(Collectors.joining(" "))
          + "; softmax "
          + IntStream.range(0, probabilities.length)
              .mapToObj(j -> String.format(Locale.ROOT, "%.3g", probabilities[j]))
              .map(p -> p.equals("0.00") ? "0" : p)
              .collect(Collectors.joining(" "))
          + "; true class "
          + label
          + "; gradient of the output layer "
          + (noGradient ? "exactly 0" : "not 0");
    }
  }

  private Pass pass(MiniNetworks networks, int layers, Activation activation, int seed) {
    MlpTrainer trainer =
        networks
            .trainer(layers, WIDTH, activation)
            .gradientScale(GradientScale.sum())
            .updates(1)
            .build();
    Mlp mlp = trainer.initial(new SeedStreams(seed).child(id(), layers));
    Samples first = networks.data(seed).train().gather(0);
    float[] logits = mlp.logits(first.rows()).row(0);
    float[] probabilities = mlp.predictProbabilities(first.rows()).row(0);
    FloatMatrix gradient = trainer.gradients(mlp, first).weights().get(layers - 1);
    int ones = 0;
    int zeros = 0;
    for (float p : probabilities) {
      ones += p == 1 ? 1 : 0;
      zeros += p == 0 ? 1 : 0;
    }
    boolean none = true;
    for (float g : gradient.toArray()) {
      none &= g == 0;
    }
    return new Pass(
        first.labels()[0],
        logits,
        probabilities,
        ones == 1 && zeros == probabilities.length - 1,
        none);
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    int trained = context.wants(Variant.CORRECTED) ? Math.min(seeds, TRAINED) : 0;
    MiniNetworks networks = MiniNetworks.of(context, seeds);
    Pass[] linear = new Pass[seeds];
    Pass[] relu = new Pass[seeds];
    Pass[] deep = new Pass[seeds];
    double[] through = new double[trained];
    double[] direct = new double[trained];
    MiniNetworks.sideBySide(
        context,
        id(),
        seeds,
        seed -> {
          linear[seed] = pass(networks, 2, Activation.IDENTITY, seed);
          relu[seed] = pass(networks, 2, Activation.RELU, seed);
          deep[seed] = pass(networks, 3, Activation.RELU, seed);
          if (seed < trained) {
            through[seed] = trained(networks, Loss.softmaxCrossEntropy(MiniNetworks.EPSILON), seed);
            direct[seed] = trained(networks, Loss.softmaxCrossEntropy(), seed);
          }
        });
    List<Row> rows = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    if (context.wants(Variant.PUBLISHED)) {
      rows.add(
          Row.random(Variant.PUBLISHED, largestFigure(), Spread.of(linear, Pass::largest))
              .asHeadline());
      addShares(rows, Variant.PUBLISHED, "", linear);
      for (int j = 0; j < LOGITS.length; j++) {
        int at = j;
        rows.add(
            Row.random(
                Variant.PUBLISHED,
                new Figure("logit " + j, LOGITS[j], 4),
                Spread.of(linear, pass -> pass.logits()[at])));
      }
      notes.add("A case as published, linear, seed 0: " + linear[0].says() + ".");
    }
    if (context.wants(Variant.CORRECTED)) {
      for (boolean two : new boolean[] {false, true}) {
        Pass[] passes = two ? deep : relu;
        String which = two ? ", two hidden layers" : "";
        Row row =
            Row.unpublished(
                Variant.CORRECTED, "largest |logit|" + which, Spread.of(passes, Pass::largest), 1);
        rows.add(two ? row : row.asHeadline());
        addShares(rows, Variant.CORRECTED, which, passes);
      }
      rows.add(
          Row.unpublished(
              Variant.CORRECTED, "test accuracy after training", Spread.of(through), 3));
      rows.add(
          Row.unpublished(
                  Variant.CORRECTED,
                  "the same with the gradient p - y, never 0 by underflow",
                  Spread.of(direct),
                  3)
              .note(
                  Spread.of(direct).mean() < NEAR_CHANCE
                      ? "also near .10, so the vanished gradient is not the whole story: the step"
                          + " is far too large"
                      : "far above .10, so the vanished gradient is the whole story"));
      notes.add("A case with ReLU, seed 0: " + relu[0].says() + ".");
    }
    notes.add(
        "One-hot: softmax is exactly 1 once and 0 nine times, in float32. Every seed has its own"
            + " network and first training image. Trained: full batch, "
            + TRIES
            + " tries, on "
            + Math.min(seeds, TRAINED)
            + " of the networks.");
    return MiniNetworks.result(context, seeds, rows, notes, List.of());
  }

  private double trained(MiniNetworks networks, Loss loss, int seed) {
    MlpTrainer trainer =
        networks
            .trainer(2, WIDTH, Activation.RELU)
            .loss(loss)
            .patience(MiniNetworks.patience(TRIES))
            .build();
    return networks.fit(trainer, seed, new SeedStreams(seed).child(id(), 2)).correctedTest();
  }

  private static void addShares(List<Row> rows, Variant variant, String which, Pass... passes) {
    rows.add(
        Row.unpublished(
            variant,
            "share with a one-hot softmax" + which,
            Spread.of(passes, pass -> pass.oneHot() ? 1 : 0),
            3));
    rows.add(
        Row.unpublished(
                variant,
                "share with no gradient at all" + which,
                Spread.of(passes, pass -> pass.noGradient() ? 1 : 0),
                3)
            .asHeadline());
  }
}
