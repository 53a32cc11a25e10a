package dev.lanewise.cli.experiment;

import dev.lanewise.engine.nn.Initializer;
import java.util.ArrayList;
import java.util.List;

/** A perceptron with one hidden layer on MNIST, twenty epochs. */
final class MlpMnist implements Experiment {

  /** Test loss, train loss, test accuracy and train accuracy after each epoch. */
  private static final double[][] TABLE = {
    {.13110, .11548, .95910, .96355},
    {.10742, .07491, .96750, .97587},
    {.08901, .04890, .97390, .98418},
    {.09334, .04165, .97250, .98637},
    {.09268, .03447, .97390, .98858},
    {.09262, .02946, .97480, .99005},
    {.08351, .01957, .97730, .99320},
    {.08526, .01612, .97590, .99450},
    {.08262, .01176, .97820, .99603},
    {.07769, .00662, .98050, .99810},
    {.07657, .00439, .98040, .99897},
    {.07518, .00285, .98090, .99945},
    {.07493, .00225, .98140, .99960},
    {.07419, .00166, .98170, .99980},
    {.07421, .00130, .98210, .99990},
    {.07414, .00108, .98260, .99993},
    {.07414, .00092, .98260, .99995},
    {.07420, .00080, .98270, .99997},
    {.07426, .00071, .98280, .99997},
    {.07432, .00063, .98290, .99998}
  };

  private static final List<String> COLUMNS =
      List.of(
          MnistMlp.TEST_LOSS, MnistMlp.TRAIN_LOSS, MnistMlp.TEST_ACCURACY, MnistMlp.TRAIN_ACCURACY);

  private static final List<Figure> PUBLISHED =
      MnistMlp.figures(TABLE, 209.64, COLUMNS.toArray(String[]::new));

  private final int epochs;

  MlpMnist() {
    this(MnistMlp.EPOCHS);
  }

  /** Trains for the first so many epochs only. */
  MlpMnist(int epochs) {
    this.epochs = epochs;
  }

  @Override
  public String id() {
    return "mlp-mnist";
  }

  @Override
  public String title() {
    return "MLP 784-300-10 on MNIST, ReLU, batches of 8 in file order, learning rate 0.1, 20"
        + " epochs";
  }

  @Override
  public String source() {
    return "write-up 003, an MLP on MNIST, problem 1.0.3";
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public int defaultSeeds() {
    return 6;
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    Curves curves =
        MnistMlp.train(
            context,
            id(),
            seeds,
            epochs,
            builder -> builder.initializer(Initializer.leCunNormal()),
            (seed, report, test) -> {});
    List<Row> rows = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (String figure : COLUMNS) {
        rows.add(row(context, curves, epoch, figure));
      }
    }
    List<Series> series = new ArrayList<>();
    for (String figure : COLUMNS) {
      String y = figure.endsWith("loss") ? "loss" : "accuracy";
      String set = figure.substring(0, figure.indexOf(' '));
      series.add(curves.mean(y, set, figure, y));
      series.add(MnistMlp.published(y, set + ", published", y, TABLE, COLUMNS.indexOf(figure)));
    }
    return Mnist.result(
        context,
        seeds,
        rows,
        List.of(
            "Nothing is chosen: the number of epochs is the write-up's, and the last network is"
                + " judged.",
            "Time is of one seed on one thread, the evaluation of all 70,000 rows after every"
                + " epoch included; float32 here, float64 in the write-up."),
        series);
  }

  private Row row(Context context, Curves curves, int epoch, String figure) {
    Figure published = Figure.find(PUBLISHED, MnistMlp.label(epoch, figure)).orElseThrow();
    Row row =
        Mnist.compare(
            context,
            MnistMlp.chance(PUBLISHED, curves, figure, epochs)
                .explain(Row.random(Variant.SAME, published, curves.at(figure, epoch))));
    boolean accuracy = figure.equals(MnistMlp.TEST_ACCURACY);
    boolean loss = figure.equals(MnistMlp.TEST_LOSS);
    if (epoch == epochs - 1 && loss) {
      row = row.took(curves.seconds());
    }
    return (accuracy && epoch == 0) || ((accuracy || loss) && epoch == epochs - 1)
        ? row.asHeadline()
        : row;
  }
}
