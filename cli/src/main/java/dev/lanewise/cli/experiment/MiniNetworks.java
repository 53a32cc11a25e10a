package dev.lanewise.cli.experiment;

import dev.lanewise.data.BlockAverage;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.MiniMnistSplit;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.Decision;
import dev.lanewise.engine.nn.EpochReport;
import dev.lanewise.engine.nn.GradientScale;
import dev.lanewise.engine.nn.Initializer;
import dev.lanewise.engine.nn.Loss;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Patience;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Training;
import dev.lanewise.engine.nn.TrainingListener;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The networks of write-up 002: 49-w-..-w-10 on images of 7 x 7 pixels, 0..255, all float32.
 * Networks are small, so every one has a thread to itself.
 */
final class MiniNetworks {

  static final String SOURCE = "write-up 002, mini-MNIST, five image sizes";

  /** What is wrong with the step of those that train on the full batch. */
  static final String DIVISOR_DEFECT =
      "Gradients are divided by the 80 examples of a digit, not by the batch of 800: ten times the"
          + " nominal step. Corrected: divided by the batch.";

  /** Pixels along a block: images of 28 x 28 become 7 x 7. */
  private static final int BLOCK = 4;

  static final int TRAIN_PER_DIGIT = 80;
  static final int BATCH_PER_DIGIT = 10;
  static final int CLASSES = 10;

  /** The learning rate that the assignment gives, and the range of all initial parameters. */
  static final double RATE = .02;

  static final double BOUND = 1;

  /** What the write-up adds to a probability before it takes the logarithm. */
  static final float EPSILON = 1e-8f;

  /** What patience goes by. */
  private static final String VALIDATION = "validation";

  /** One split's images. */
  record Data(Samples train, Samples validation, Samples publishedTest, Samples correctedTest) {}

  private final Engine serial;
  private final Data[] splits;
  private final int pixels;

  private MiniNetworks(Engine serial, int pixels, Data... splits) {
    this.serial = serial;
    this.pixels = pixels;
    this.splits = splits;
  }

  /** The images in the splits of seeds 0 .. seeds - 1. */
  static MiniNetworks of(Context context, int seeds) {
    ImageSet images = context.miniMnist();
    Samples all =
        new Samples(BlockAverage.means(images.images(), images.side(), BLOCK), images.labels());
    return new MiniNetworks(
        context.engine().serial(),
        all.rows().columns(),
        IntStream.range(0, seeds)
            .mapToObj(context::miniMnistSplit)
            .map(split -> data(all, split))
            .toArray(Data[]::new));
  }

  private static Data data(Samples all, MiniMnistSplit split) {
    return new Data(
        all.gather(split.train()),
        all.gather(split.validation()),
        all.gather(split.publishedTest()),
        all.gather(split.correctedTest()));
  }

  /** The images of one seed. */
  Data data(int seed) {
    return splits[seed];
  }

  /**
   * A trainer as the write-up has them: plain gradient descent on -log(p + epsilon) with the
   * gradient taken through p, parameters uniform in (-1, 1), full batch, gradients divided by the
   * examples of one digit.
   *
   * @param layers counted with the output layer
   */
  MlpTrainer.Builder trainer(int layers, int width, Activation activation) {
    int[] sizes = new int[layers + 1];
    Arrays.fill(sizes, width);
    sizes[0] = pixels;
    sizes[layers] = CLASSES;
    return MlpTrainer.builder(serial, sizes)
        .activation(activation)
        .initializer(Initializer.uniform(BOUND))
        .loss(Loss.softmaxCrossEntropy(EPSILON))
        .optimizer(Optimizer.sgd(RATE))
        .batching(Batching.full())
        .gradientScale(GradientScale.dividedBy(TRAIN_PER_DIGIT))
        .keepGoing();
  }

  /** The write-up's stopping rule: an accuracy above 0 is the first record. */
  static Patience patience(int tries) {
    return new Patience(tries, 0);
  }

  /**
   * One training.
   *
   * @param losses of every update's batch, summed, before the update
   * @param validation accuracy after every update
   * @param bestUpdate of the best validation accuracy, the first if there are several, counted from
   *     1; 0 if none was above 0
   * @param last the trained network's validation accuracy
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  record Fit(
      double[] losses,
      double[] validation,
      int bestUpdate,
      double best,
      double last,
      double publishedTest,
      double correctedTest,
      double seconds) {

    int updates() {
      return losses.length;
    }
  }

  /** Trains on one seed's split and judges the last weights. */
  Fit fit(MlpTrainer trainer, int seed, SeedStreams streams) {
    Data data = splits[seed];
    Curves curves = new Curves();
    long start = System.nanoTime();
    Training training =
        trainer.on(data.train).watch(VALIDATION, data.validation).listener(curves).fit(streams);
    double[] validation = curves.validation.build().toArray();
    int best = 0;
    for (int i = 1; i < validation.length; i++) {
      best = validation[i] > validation[best] ? i : best;
    }
    return new Fit(
        curves.losses.build().toArray(),
        validation,
        validation[best] > 0 ? best + 1 : 0,
        validation[best],
        validation[validation.length - 1],
        training.model().evaluate(data.publishedTest).accuracy(),
        training.model().evaluate(data.correctedTest).accuracy(),
        (System.nanoTime() - start) / 1e9);
  }

  /**
   * Trains a network for every seed of every variant that is asked for, side by side. Corrected,
   * gradients are divided by the batch.
   *
   * @param id the experiment's, which names its streams of random numbers too
   * @param seeds how many each variant has
   * @param trainer a new one, as published
   */
  Map<Variant, Fit[]> fitVariants(
      Context context,
      String id,
      ToIntFunction<Variant> seeds,
      Supplier<MlpTrainer.Builder> trainer) {
    Map<Variant, Fit[]> fits = new EnumMap<>(Variant.class);
    List<Runnable> tasks = new ArrayList<>();
    for (Variant variant : context.variants()) {
      Fit[] runs = new Fit[seeds.applyAsInt(variant)];
      fits.put(variant, runs);
      for (int i = 0; i < runs.length; i++) {
        int seed = i;
        tasks.add(
            () -> {
              MlpTrainer.Builder builder = trainer.get();
              if (variant == Variant.CORRECTED) {
                builder.gradientScale(GradientScale.mean());
              }
              runs[seed] = fit(builder.build(), seed, new SeedStreams(seed).child(id, 0));
            });
      }
    }
    sideBySide(context, id, tasks.size(), task -> tasks.get(task).run());
    return fits;
  }

  private static final class Curves implements TrainingListener {
    private final DoubleStream.Builder losses = DoubleStream.builder();
    private final DoubleStream.Builder validation = DoubleStream.builder();

    @Override
    public Decision onUpdate(long update, int rows, double lossSum) {
      losses.add(lossSum);
      return Decision.CONTINUE;
    }

    @Override
    public Decision onEpoch(EpochReport report) {
      validation.add(report.watched(VALIDATION).accuracy());
      return Decision.CONTINUE;
    }
  }

  /** Runs tasks side by side on the context's threads, one a thread. */
  static void sideBySide(Context context, String name, int tasks, IntConsumer task) {
    try (Progress progress = context.progress(name, tasks)) {
      context
          .engine()
          .parallelism()
          .forEach(
              tasks,
              i -> {
                task.accept(i);
                progress.step(1);
              });
    }
  }

  /** The result on mini-MNIST. */
  static Result result(
      Context context, int seeds, List<Row> rows, List<String> notes, List<Series> series) {
    ImageSet images = context.miniMnist();
    return new Result(images.name(), images.source(), seeds, rows, notes, series);
  }
}
