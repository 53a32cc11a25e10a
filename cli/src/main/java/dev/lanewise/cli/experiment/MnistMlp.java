package dev.lanewise.cli.experiment;

import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.Decision;
import dev.lanewise.engine.nn.EpochReport;
import dev.lanewise.engine.nn.Evaluation;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.nn.TrainingListener;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * The network that both halves of write-up 003 train: 784-300-10, ReLU, batches of 8 in file order,
 * learning rate 0.1, judged on all test and all training rows after every epoch.
 */
final class MnistMlp {

  /** Epochs that the write-up trains for. */
  static final int EPOCHS = 20;

  static final String TEST_LOSS = "test loss";
  static final String TRAIN_LOSS = "train loss";
  static final String TEST_ACCURACY = "test accuracy";
  static final String TRAIN_ACCURACY = "train accuracy";
  static final String BATCH_LOSS = "mean batch loss";

  private static final List<String> FIGURES =
      List.of(TEST_LOSS, TRAIN_LOSS, TEST_ACCURACY, TRAIN_ACCURACY, BATCH_LOSS);

  private static final int HIDDEN = 300;
  private static final int BATCH = 8;
  private static final double RATE = .1;

  /** Sees the network of a seed after an epoch; seeds run at the same time. */
  @FunctionalInterface
  interface Observer {
    void see(int seed, EpochReport report, Samples test);
  }

  private MnistMlp() {}

  /**
   * Trains a network for each seed, side by side on the context's threads.
   *
   * @param task what progress is reported under
   * @param choices completes the trainer: initialiser and output layer
   */
  static Curves train(
      Context context,
      String task,
      int seeds,
      int epochs,
      UnaryOperator<MlpTrainer.Builder> choices,
      Observer observer) {
    TrainTest mnist = context.mnist();
    Samples train = new Samples(Scaling.unit(mnist.train().images()), mnist.train().labels());
    Samples test = new Samples(Scaling.unit(mnist.test().images()), mnist.test().labels());
    Engine serial = context.engine().serial();
    MlpTrainer trainer =
        choices
            .apply(
                MlpTrainer.builder(
                        serial, train.rows().columns(), HIDDEN, mnist.train().classes().size())
                    .optimizer(Optimizer.sgd(RATE))
                    .batching(Batching.inOrder(BATCH))
                    .epochs(epochs))
            .build();
    Curves curves = new Curves(epochs, seeds, FIGURES);
    try (Progress progress = context.progress(task, (long) seeds * epochs)) {
      context
          .engine()
          .parallelism()
          .forEach(
              seeds,
              seed -> {
                long start = System.nanoTime();
                trainer
                    .on(train)
                    .watch("test", test)
                    .watch("train", train)
                    .listener(
                        new TrainingListener() {
                          @Override
                          public Decision onEpoch(EpochReport report) {
                            record(curves, seed, report);
                            observer.see(seed, report, test);
                            progress.step(1);
                            return Decision.CONTINUE;
                          }
                        })
                    .fit(new SeedStreams(seed));
                curves.took(seed, (System.nanoTime() - start) / 1e9);
              });
    }
    return curves;
  }

  private static void record(Curves curves, int seed, EpochReport report) {
    Evaluation test = report.watched("test");
    Evaluation train = report.watched("train");
    int epoch = report.epoch();
    curves.set(TEST_LOSS, seed, epoch, test.loss());
    curves.set(TRAIN_LOSS, seed, epoch, train.loss());
    curves.set(TEST_ACCURACY, seed, epoch, test.accuracy());
    curves.set(TRAIN_ACCURACY, seed, epoch, train.accuracy());
    curves.set(BATCH_LOSS, seed, epoch, report.batches().loss());
  }

  static String label(int epoch, String figure) {
    return "epoch " + epoch + " " + figure;
  }

  /** The figures of a published table: a row an epoch, a column a name. */
  static List<Figure> figures(double[][] table, double seconds, String... columns) {
    List<Figure> figures = new ArrayList<>();
    for (int epoch = 0; epoch < table.length; epoch++) {
      for (int column = 0; column < columns.length; column++) {
        boolean end = epoch == table.length - 1 && column == 0;
        figures.add(
            new Figure(
                label(epoch, columns[column]),
                table[epoch][column],
                5,
                end ? seconds : Double.NaN));
      }
    }
    return figures;
  }

  /**
   * Judges a column of a published table: whether it is one more of our runs.
   *
   * @param published the figures of the whole table
   * @param epochs how many of its rows there are
   */
  static Chance chance(List<Figure> published, Curves curves, String column, int epochs) {
    double[][] runs = new double[epochs][];
    Arrays.setAll(runs, epoch -> curves.seedsAt(column, epoch));
    return Chance.of(
        "rows of " + column,
        IntStream.range(0, epochs)
            .mapToObj(epoch -> Figure.find(published, label(epoch, column)).orElseThrow())
            .toList(),
        runs);
  }

  /** One column of a published table, drawn over the epochs. */
  static Series published(String chart, String name, String y, double[][] table, int column) {
    double[] values = new double[table.length];
    for (int epoch = 0; epoch < values.length; epoch++) {
      values[epoch] = table[epoch][column];
    }
    return Series.of(chart, name, "epoch", y, 0, values);
  }
}
