package dev.lanewise.cli.experiment;

import dev.lanewise.engine.nn.EpochReport;
import dev.lanewise.engine.nn.Initializer;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.Output;
import dev.lanewise.engine.nn.Samples;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The PyTorch twin of {@link MlpMnist}, whose softmax runs over the batch. */
final class MlpMnistDoubleSoftmax implements Experiment {

  /** Train and test accuracy after each epoch. */
  private static final double[][] TABLE = {
    {.86303, .87100},
    {.91177, .91550},
    {.93660, .93850},
    {.94922, .95150},
    {.95707, .95760},
    {.96230, .96060},
    {.96558, .96430},
    {.96803, .96640},
    {.96992, .96840},
    {.97185, .97040},
    {.97352, .97080},
    {.97478, .97210},
    {.97560, .97280},
    {.97668, .97330},
    {.97740, .97400},
    {.97797, .97480},
    {.97867, .97520},
    {.97925, .97500},
    {.97980, .97510},
    {.98045, .97540}
  };

  private static final List<String> COLUMNS =
      List.of(MnistMlp.TRAIN_ACCURACY, MnistMlp.TEST_ACCURACY);

  private static final List<Figure> PUBLISHED =
      MnistMlp.figures(TABLE, 107.54, COLUMNS.toArray(String[]::new));

  /** Where the other output layer is looked through too; later epochs differ less and less. */
  private static final Set<Integer> EARLY = new TreeSet<>(Set.of(0, 1, 2));

  /** The epochs of the corrected variant that get a row; the curves have all. */
  private static final Set<Integer> SHOWN = new TreeSet<>(Set.of(0, 1, 2, 9, 19));

  private final int epochs;

  MlpMnistDoubleSoftmax() {
    this(MnistMlp.EPOCHS);
  }

  /** Trains for the first so many epochs only. */
  MlpMnistDoubleSoftmax(int epochs) {
    this.epochs = epochs;
  }

  @Override
  public String id() {
    return "mlp-mnist-double-softmax";
  }

  @Override
  public String title() {
    return "the PyTorch twin of mlp-mnist: softmax over the batch, then cross-entropy with its own";
  }

  @Override
  public String source() {
    return "write-up 003, an MLP on MNIST, problem 1.0.4";
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public String defects() {
    return "The output layer is a softmax over the rows of a batch, and its result goes into a"
        + " cross-entropy that applies a softmax over the classes again; evaluation takes the first"
        + " softmax over the whole set. Corrected: plain logits in training and evaluation.";
  }

  @Override
  public int defaultSeeds() {
    return 6;
  }

  /** The same networks read through the output layer they were not trained with. */
  private static final class OtherReading {
    private final Output output;
    private final double[][] accuracy;
    private final double[][] differing;

    OtherReading(Output output, int epochs, int seeds) {
      this.output = output;
      accuracy = new double[epochs][seeds];
      differing = new double[epochs][seeds];
    }

    void see(int seed, EpochReport report, Samples test) {
      if (!EARLY.contains(report.epoch())) {
        return;
      }
      Mlp mlp = report.model();
      int[] own = mlp.predict(test.rows());
      int[] other = mlp.withOutput(output).predict(test.rows());
      int different = 0;
      int correct = 0;
      for (int i = 0; i < own.length; i++) {
        different += own[i] == other[i] ? 0 : 1;
        correct += other[i] == test.labels()[i] ? 1 : 0;
      }
      differing[report.epoch()][seed] = different;
      accuracy[report.epoch()][seed] = (double) correct / own.length;
    }

    void addRows(List<Row> rows, Variant variant, String reading) {
      for (int epoch : EARLY) {
        if (epoch < accuracy.length) {
          rows.add(
              Row.unpublished(
                  variant,
                  MnistMlp.label(epoch, "test accuracy " + reading),
                  Spread.of(accuracy[epoch]),
                  4));
          rows.add(
              Row.unpublished(
                  variant,
                  MnistMlp.label(epoch, "test predictions that " + reading + " changes"),
                  Spread.of(differing[epoch]),
                  0));
        }
      }
    }
  }

  private Curves train(
      Context context, Variant variant, int seeds, Output output, OtherReading other) {
    return MnistMlp.train(
        context,
        id() + " " + variant.id(),
        seeds,
        epochs,
        builder -> builder.initializer(Initializer.pytorchLinear()).output(output),
        other::see);
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    List<Row> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    if (context.wants(Variant.PUBLISHED)) {
      OtherReading plain = new OtherReading(Output.LOGITS, epochs, seeds);
      Curves curves = train(context, Variant.PUBLISHED, seeds, Output.SOFTMAX_OVER_ROWS, plain);
      addPublished(context, rows, curves);
      plain.addRows(rows, Variant.PUBLISHED, "without the softmax");
      addSeries(series, curves, "published variant");
    }
    for (String figure : COLUMNS) {
      series.add(
          MnistMlp.published(
              "accuracy", set(figure) + ", published", "accuracy", TABLE, COLUMNS.indexOf(figure)));
    }
    if (context.wants(Variant.CORRECTED)) {
      // Nothing published to place in its range: a third of the seeds show what the defect costs.
      int fewer = Math.ceilDiv(seeds, 3);
      OtherReading softmax = new OtherReading(Output.SOFTMAX_OVER_ROWS, epochs, fewer);
      Curves curves = train(context, Variant.CORRECTED, fewer, Output.LOGITS, softmax);
      addCorrected(rows, curves);
      softmax.addRows(rows, Variant.CORRECTED, "with the softmax");
      addSeries(series, curves, "corrected variant");
    }
    return Mnist.result(
        context,
        seeds,
        rows,
        List.of(
            "Nothing is chosen: the number of epochs is the write-up's, and the last network is"
                + " judged.",
            "Corrected: the first third of the seeds.",
            "A softmax over rows makes a prediction depend on the rows evaluated with it: the test"
                + " set is evaluated in one piece, and so is the training set.",
            "Time is of one seed on one thread, the evaluation of all 70,000 rows after every"
                + " epoch included."),
        series);
  }

  private void addPublished(Context context, List<Row> rows, Curves curves) {
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (String figure : COLUMNS) {
        Figure published = Figure.find(PUBLISHED, MnistMlp.label(epoch, figure)).orElseThrow();
        Row row =
            Mnist.compare(
                context,
                MnistMlp.chance(PUBLISHED, curves, figure, epochs)
                    .explain(Row.random(Variant.PUBLISHED, published, curves.at(figure, epoch))));
        boolean test = figure.equals(MnistMlp.TEST_ACCURACY);
        if (epoch == epochs - 1) {
          row = row.took(curves.seconds());
        }
        rows.add(test && (epoch == 0 || epoch == epochs - 1) ? row.asHeadline() : row);
      }
    }
    if (epochs > 2) {
      rows.add(
          Row.unpublished(
              Variant.PUBLISHED,
              MnistMlp.label(2, MnistMlp.BATCH_LOSS),
              curves.at(MnistMlp.BATCH_LOSS, 2),
              3));
    }
  }

  private void addCorrected(List<Row> rows, Curves curves) {
    for (int epoch : SHOWN) {
      if (epoch >= epochs) {
        continue;
      }
      for (String figure : COLUMNS) {
        Figure published = Figure.find(PUBLISHED, MnistMlp.label(epoch, figure)).orElseThrow();
        Row row =
            Row.random(Variant.CORRECTED, published, curves.at(figure, epoch))
                .notComparable("the published network was trained through the softmax over rows");
        boolean last = epoch == Math.min(epochs, MnistMlp.EPOCHS) - 1;
        row = last ? row.took(curves.seconds()) : row;
        rows.add(last && figure.equals(MnistMlp.TEST_ACCURACY) ? row.asHeadline() : row);
      }
    }
  }

  private static void addSeries(List<Series> series, Curves curves, String name) {
    for (String figure : COLUMNS) {
      series.add(curves.mean("accuracy", set(figure) + ", " + name, figure, "accuracy"));
    }
  }

  private static String set(String figure) {
    return figure.substring(0, figure.indexOf(' '));
  }
}
