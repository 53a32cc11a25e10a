package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import dev.lanewise.data.Split;
import dev.lanewise.data.Splits;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.Decision;
import dev.lanewise.engine.nn.EpochReport;
import dev.lanewise.engine.nn.Evaluation;
import dev.lanewise.engine.nn.GradientScale;
import dev.lanewise.engine.nn.Initializer;
import dev.lanewise.engine.nn.Measure;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.nn.TrainingListener;
import dev.lanewise.engine.random.SeedStreams;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The networks of write-up 004: 784-F-10, ReLU, full batch, 200 epochs, momentum on the weights,
 * gradients summed over the rows. The loss that is printed moves nothing, so one training serves
 * both variants.
 */
final class NotMnistRuns {

  static final int EPOCHS = 200;

  /** Neurons of the hidden layer, in the order of the write-up. */
  static final List<Integer> WIDTHS = List.of(100, 500, 1000, 2000);

  static final List<String> SETS = List.of("train", "validation", "test");

  /** Figures of a set, after its name. */
  static final String PUBLISHED_LOSS = " published loss";

  static final String ACCURACY = " accuracy";
  static final String CROSS_ENTROPY = " cross-entropy";

  static final Initializer XAVIER = Initializer.xavierNormalWithBiases();

  private static final double RATE = 1e-5;
  private static final double MOMENTUM = .99;

  /** The write-up's TINY. */
  private static final double TINY = 1e-20;

  static final List<String> FIGURES =
      SETS.stream()
          .flatMap(
              set -> List.of(set + PUBLISHED_LOSS, set + ACCURACY, set + CROSS_ENTROPY).stream())
          .toList();

  private final int seeds;
  private final Map<Integer, Curves> curves = new LinkedHashMap<>();
  private final Curves half;
  private final int testImages;

  private NotMnistRuns(int seeds, int testImages, Curves half) {
    this.seeds = seeds;
    this.testImages = testImages;
    this.half = half;
  }

  /**
   * Trains all widths, one network after the other on all of the context's threads: the products of
   * a full batch are large enough to share.
   */
  static NotMnistRuns train(Context context, int seeds) {
    Letters letters = Letters.of(context);
    Samples halfOfTrain = letters.firstHalfOfTrain();
    int narrowest = WIDTHS.getFirst();
    long steps =
        EPOCHS
            * (WIDTHS.stream().mapToLong(width -> (long) width * seedsOf(width, seeds)).sum()
                + (long) narrowest * seedsOf(narrowest, seeds));
    try (Progress progress = context.progress("notmnist", steps)) {
      Trainings trainings = new Trainings(context, letters, EPOCHS, XAVIER, progress);
      // Summed gradients shrink with the rows: the rate makes up for it, so that only rows change.
      NotMnistRuns runs =
          new NotMnistRuns(
              seeds,
              letters.test.size(),
              trainings.of(
                  narrowest,
                  seedsOf(narrowest, seeds),
                  halfOfTrain,
                  RATE * letters.train.size() / halfOfTrain.size()));
      for (int width : WIDTHS) {
        runs.curves.put(width, trainings.of(width, seedsOf(width, seeds)));
      }
      return runs;
    }
  }

  /** The first epochs of one width alone, from weights of any kind. */
  static Curves train(Context context, int width, int seeds, int epochs, Initializer initializer) {
    try (Progress progress = context.progress("notmnist", (long) epochs * width * seeds)) {
      return new Trainings(context, Letters.of(context), epochs, initializer, progress)
          .of(width, seeds);
    }
  }

  /**
   * How many seeds a width gets: all at the narrowest, and fewer as a training takes longer, so
   * that no width takes most of the time.
   */
  static int seedsOf(int width, int seeds) {
    return Math.max(1, seeds * WIDTHS.getFirst() / width);
  }

  /** The images, split. */
  private record Letters(Samples train, Samples validation, Samples test) {

    static Letters of(Context context) {
      ImageSet images = context.notMnist();
      Split split = Splits.notMnist(images.size());
      Samples all = new Samples(Scaling.unit(images.images()), images.labels());
      return new Letters(
          all.gather(split.train()), all.gather(split.validation()), all.gather(split.test()));
    }

    Samples firstHalfOfTrain() {
      return train.gather(IntStream.range(0, train.size() / 2).toArray());
    }
  }

  /** What all trainings have in common. */
  private record Trainings(
      Context context, Letters letters, int epochs, Initializer initializer, Progress progress) {

    Curves of(int width, int seeds) {
      return of(width, seeds, letters.train, RATE);
    }

    Curves of(int width, int seeds, Samples train, double rate) {
      MlpTrainer trainer =
          MlpTrainer.builder(
                  context.engine(),
                  train.rows().columns(),
                  width,
                  context.notMnist().classes().size())
              .initializer(initializer)
              .gradientScale(GradientScale.sum())
              .optimizer(Optimizer.momentum(rate, MOMENTUM))
              .biasOptimizer(Optimizer.sgd(rate))
              .batching(Batching.full())
              .measures(Measure.exchangedCrossEntropy(TINY), Measure.crossEntropy())
              .epochs(epochs)
              .build();
      Curves curves = new Curves(epochs, seeds, FIGURES);
      for (int s = 0; s < seeds; s++) {
        int seed = s;
        long start = System.nanoTime();
        trainer
            .on(train)
            .watch("validation", letters.validation)
            .watch("test", letters.test)
            .listener(
                new TrainingListener() {
                  @Override
                  public Decision onEpoch(EpochReport report) {
                    // The batch is the training set as it was before the update.
                    record(curves, seed, report.epoch(), "train", report.batches());
                    for (String set : List.of("validation", "test")) {
                      record(curves, seed, report.epoch(), set, report.watched(set));
                    }
                    progress.step(width);
                    return Decision.CONTINUE;
                  }
                })
            .fit(new SeedStreams(seed));
        curves.took(seed, (System.nanoTime() - start) / 1e9);
      }
      return curves;
    }

    private static void record(
        Curves curves, int seed, int epoch, String set, Evaluation evaluation) {
      curves.set(set + PUBLISHED_LOSS, seed, epoch, evaluation.loss(0));
      curves.set(set + ACCURACY, seed, epoch, evaluation.accuracy());
      curves.set(set + CROSS_ENTROPY, seed, epoch, evaluation.loss(1));
    }
  }

  /** The number that was asked for, as {@link #seedsOf} shares it out. */
  int seeds() {
    return seeds;
  }

  /** All seeds of a width. */
  Curves of(int width) {
    Curves found = curves.get(width);
    if (found == null) {
      throw new IllegalArgumentException("no width " + width + " among " + WIDTHS);
    }
    return found;
  }

  /** How many images the networks were tested on. */
  int testImages() {
    return testImages;
  }

  /** The narrowest networks again, trained on the first half of the training rows. */
  Curves half() {
    return half;
  }

  /** How many seeds each width got, in words. */
  String seedCounts() {
    StringBuilder text = new StringBuilder("Seeds: ");
    for (int width : WIDTHS) {
      text.append(text.length() > 7 ? ", " : "")
          .append(of(width).seeds())
          .append(" at F = ")
          .append(width);
    }
    return text.append("; a wider network takes longer and gets fewer.").toString();
  }
}
