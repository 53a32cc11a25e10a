package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer.Divisor;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Softmax regression by mini-batch descent on MNIST. */
final class SoftmaxSgd implements Experiment {

  private static final int EPOCHS = 100;

  /** Test accuracy is taken after every so many epochs. */
  private static final int EVERY = 10;

  private static final double SECONDS = 13.7;

  private static final double[] ACCURACIES = {
    .9195, .9228, .9230, .9255, .9248, .9252, .9243, .9255, .9251, .9259
  };

  @Override
  public String id() {
    return "softmax-sgd";
  }

  @Override
  public String title() {
    return "softmax regression on MNIST, batches of 128, 100 epochs";
  }

  @Override
  public String source() {
    return "write-up 000, kNN and a linear classifier on MNIST, problem 2";
  }

  @Override
  public List<Figure> published() {
    return IntStream.rangeClosed(1, ACCURACIES.length).mapToObj(SoftmaxSgd::figure).toList();
  }

  private static Figure figure(int row) {
    String label = "test accuracy, epoch " + row * EVERY;
    return row == ACCURACIES.length
        ? new Figure(label, ACCURACIES[row - 1], 4, SECONDS)
        : new Figure(label, ACCURACIES[row - 1], 4);
  }

  @Override
  public String defects() {
    return "The text says random search, the code is gradient descent. The last batch of an epoch,"
        + " 96 rows, is divided by 128 too; corrected: by 96.";
  }

  @Override
  public int defaultSeeds() {
    return 12;
  }

  /** How many of the seeds a variant gets: the corrected one only shows how little it changes. */
  private static int seeds(Variant variant, int seeds) {
    return variant == Variant.PUBLISHED ? seeds : Math.ceilDiv(seeds, 4);
  }

  /** One training: a variant at a seed. */
  private record Task(Variant variant, int seed) {}

  /** What became of one variant at one seed. */
  private static final class Run {
    private final double[] accuracy = new double[EPOCHS / EVERY];
    private final double[] loss = new double[EPOCHS];
    private double seconds;
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    List<Task> tasks =
        context.variants().stream()
            .flatMap(
                variant ->
                    IntStream.range(0, seeds(variant, seeds))
                        .mapToObj(seed -> new Task(variant, seed)))
            .toList();
    Run[] runs = new Run[tasks.size()];
    ImageSet train = context.mnist().train();
    ImageSet test = context.mnist().test();
    FloatMatrix trainPixels = Scaling.unit(train.images());
    FloatMatrix testPixels = Scaling.unit(test.images());
    Engine serial = context.engine().serial();
    try (Progress progress = context.progress(id(), (long) tasks.size() * EPOCHS)) {
      context
          .engine()
          .parallelism()
          .forEach(
              tasks.size(),
              index -> {
                Task task = tasks.get(index);
                Run run = new Run();
                long start = System.nanoTime();
                SeedStreams streams = new SeedStreams(task.seed);
                new SoftmaxRegressionTrainer(serial, train.classes().size())
                    .bias(false)
                    .epochs(EPOCHS)
                    .batchSize(128)
                    .learningRate(.1)
                    .divisor(
                        task.variant == Variant.PUBLISHED
                            ? Divisor.NOMINAL_BATCH_SIZE
                            : Divisor.ACTUAL_ROWS)
                    .onEpoch(
                        epoch -> {
                          run.loss[epoch.number() - 1] = epoch.meanLoss();
                          if (epoch.number() % EVERY == 0) {
                            run.accuracy[epoch.number() / EVERY - 1] =
                                epoch.model().evaluate(testPixels, test.labels()).accuracy();
                          }
                          progress.step(1);
                          return true;
                        })
                    .fit(
                        trainPixels,
                        train.labels(),
                        streams.stream("weights"),
                        streams.stream("shuffles"));
                run.seconds = (System.nanoTime() - start) / 1e9;
                runs[index] = run;
              });
    }
    Map<Variant, List<Run>> byVariant = new EnumMap<>(Variant.class);
    for (int i = 0; i < runs.length; i++) {
      byVariant.computeIfAbsent(tasks.get(i).variant, variant -> new ArrayList<>()).add(runs[i]);
    }
    List<Row> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    byVariant.forEach(
        (variant, its) -> {
          rows.addAll(rows(context, variant, its));
          series.add(accuracies(variant.id() + " variant", mean(its)));
        });
    series.add(accuracies(Series.WRITE_UP, ACCURACIES));
    byVariant.forEach(
        (variant, its) ->
            series.add(
                Series.of(
                    "training loss",
                    variant.id() + " variant, seed 0",
                    "epoch",
                    "mean cross-entropy before each step",
                    1,
                    its.getFirst().loss)));
    List<String> notes = new ArrayList<>();
    notes.add(
        "Pixels are divided by 255. Nothing is chosen: the write-up's 100 epochs are run, and test"
            + " data only judge.");
    notes.add("Arithmetic is float32 where the write-up has doubles; that moves weights by 1e-6.");
    List<Run> published = byVariant.get(Variant.PUBLISHED);
    List<Run> corrected = byVariant.get(Variant.CORRECTED);
    if (published != null && corrected != null) {
      notes.add(difference(published, corrected));
    }
    return Mnist.result(context, seeds, rows, notes, series);
  }

  private static double[] mean(List<Run> runs) {
    return IntStream.range(0, ACCURACIES.length)
        .mapToDouble(i -> runs.stream().mapToDouble(run -> run.accuracy[i]).average().orElseThrow())
        .toArray();
  }

  /** What the divisor of the last batch changes: both variants draw the same numbers at a seed. */
  private static String difference(List<Run> published, List<Run> corrected) {
    double most = 0;
    for (int seed = 0; seed < corrected.size(); seed++) {
      for (int row = 0; row < ACCURACIES.length; row++) {
        most =
            Math.max(
                most,
                Math.abs(corrected.get(seed).accuracy[row] - published.get(seed).accuracy[row]));
      }
    }
    return String.format(
        Locale.ROOT,
        "Corrected: the first %d of the seeds; at the same seed no row differs from the published"
            + " variant's by more than %.4f.",
        corrected.size(),
        most);
  }

  private static Series accuracies(String name, double[] values) {
    return new Series(
        "test accuracy",
        name,
        "epoch",
        "accuracy",
        IntStream.range(0, values.length)
            .mapToObj(i -> new Series.Point((i + 1) * EVERY, values[i]))
            .toList());
  }

  private static List<Row> rows(Context context, Variant variant, List<Run> runs) {
    double[][] ours = new double[ACCURACIES.length][];
    Arrays.setAll(ours, row -> runs.stream().mapToDouble(run -> run.accuracy[row]).toArray());
    List<Figure> figures =
        IntStream.rangeClosed(1, ours.length).mapToObj(SoftmaxSgd::figure).toList();
    Chance chance = Chance.of("accuracies", figures, ours);
    List<Row> rows = new ArrayList<>();
    for (int row = 1; row <= ours.length; row++) {
      Row line = Row.random(variant, figures.get(row - 1), Spread.of(ours[row - 1]));
      line =
          variant == Variant.PUBLISHED
              ? chance.explain(line)
              : line.notComparable("the published run divides its last batch by 128");
      if (row == ACCURACIES.length) {
        line =
            line.asHeadline()
                .took(runs.stream().mapToDouble(run -> run.seconds).average().orElseThrow());
      }
      rows.add(Mnist.compare(context, line));
    }
    return rows;
  }
}
