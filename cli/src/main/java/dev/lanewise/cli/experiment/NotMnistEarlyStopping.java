package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** Where the trainings of {@link NotMnistMlp} should have stopped. */
final class NotMnistEarlyStopping implements Experiment {

  private static final Figure FIFTY = new Figure("early stopping point", 50, 0);

  /** The epoch, counted from 0, that ends the first fifty. */
  private static final int FIFTIETH = 49;

  private static final int LAST = NotMnistRuns.EPOCHS - 1;

  private static final String VALIDATION_ACCURACY = "validation" + NotMnistRuns.ACCURACY;
  private static final String TEST_ACCURACY = "test" + NotMnistRuns.ACCURACY;

  /** A gain in validation accuracy that is not "very little": one image in a hundred. */
  private static final double LITTLE = .01;

  @Override
  public String id() {
    return "notmnist-early-stopping";
  }

  @Override
  public String title() {
    return "where the networks of notmnist-mlp should have stopped, by their validation curves";
  }

  @Override
  public String source() {
    return "write-up 004, an MLP on notMNIST, section 1.4.2";
  }

  @Override
  public List<Figure> published() {
    return List.of(FIFTY);
  }

  @Override
  public String defects() {
    return "The point was read by eye off plots of a loss whose arguments are exchanged, test"
        + " curves among them. Corrected: the epoch with the best validation cross-entropy.";
  }

  @Override
  public int defaultSeeds() {
    return new NotMnistMlp().defaultSeeds();
  }

  @Override
  public Result run(Context context) {
    ImageSet images = context.notMnist();
    int seeds = context.seeds(this);
    NotMnistRuns runs = context.notMnistRuns(seeds);
    List<Row> rows = new ArrayList<>();
    if (context.wants(Variant.PUBLISHED)) {
      for (int width : NotMnistRuns.WIDTHS) {
        addPublished(rows, runs.of(width), "F = " + width + ", ");
      }
    }
    if (context.wants(Variant.CORRECTED)) {
      for (int width : NotMnistRuns.WIDTHS) {
        addCorrected(rows, runs.of(width), "F = " + width + ", ");
      }
    }
    return new Result(
            images.name(),
            images.source(),
            seeds,
            rows,
            List.of(
                "Epochs are counted from 0, so the fiftieth is epoch 49; validation data choose the"
                    + " epochs, test data only judge. Among equals the earliest epoch is chosen.",
                "The trainings are those of notmnist-mlp, made once for both.",
                runs.seedCounts()),
            series(runs))
        .with(new Pictures(List.of(), List.of(), marks(runs)));
  }

  /** Where the curves are best, and where the write-up would have stopped. */
  private static List<Pictures.Mark> marks(NotMnistRuns runs) {
    List<Pictures.Mark> marks = new ArrayList<>();
    for (String figure : List.of(NotMnistRuns.PUBLISHED_LOSS, NotMnistRuns.CROSS_ENTROPY)) {
      marks.add(new Pictures.Mark(chart(figure), "published: stops at 50", FIFTIETH));
      for (int width : NotMnistRuns.WIDTHS) {
        int best = smallest(runs.of(width).of("validation" + figure, 0));
        marks.add(new Pictures.Mark(chart(figure), "F = " + width + ": best at " + best, best));
      }
    }
    return marks;
  }

  private static String chart(String figure) {
    return "validation" + figure + ", seed 0";
  }

  private static void addPublished(List<Row> rows, Curves curves, String part) {
    Spread gain =
        over(
            curves,
            seed -> {
              double[] accuracy = curves.of(VALIDATION_ACCURACY, seed);
              return accuracy[LAST] - accuracy[FIFTIETH];
            });
    Spread best =
        over(curves, seed -> smallest(curves.of("validation" + NotMnistRuns.PUBLISHED_LOSS, seed)));
    Row row =
        new Row(
            Variant.PUBLISHED,
            part + "epoch with the best validation loss, as published",
            best,
            FIFTY,
            0,
            Verdict.DIFFERS,
            "",
            Double.NaN,
            true);
    // The claim is that little improves after 50, not that a minimum lies there.
    rows.add(
        row.notComparable(
            String.format(
                Locale.ROOT,
                "50 was read off the plots as the point after which little improves; on this part"
                    + " of the data validation accuracy still %s by %.1f points from there to the"
                    + " last epoch, so 50 is %sconfirmed",
                gain.mean() < 0 ? "falls" : "rises",
                100 * Math.abs(gain.mean()),
                Math.abs(gain.mean()) > LITTLE ? "not " : "")));
    rows.add(
        Row.unpublished(
            Variant.PUBLISHED,
            part + "epoch with the best validation accuracy",
            over(curves, seed -> smallest(negative(curves.of(VALIDATION_ACCURACY, seed)))),
            0));
    for (String figure : List.of(VALIDATION_ACCURACY, TEST_ACCURACY)) {
      for (int epoch : List.of(FIFTIETH, LAST)) {
        rows.add(
            Row.unpublished(
                Variant.PUBLISHED,
                part + figure + " at epoch " + epoch,
                curves.at(figure, epoch),
                4));
      }
    }
  }

  private static void addCorrected(List<Row> rows, Curves curves, String part) {
    String loss = "validation" + NotMnistRuns.CROSS_ENTROPY;
    IntToDoubleFunction best = seed -> smallest(curves.of(loss, seed));
    rows.add(
        Row.unpublished(
                Variant.CORRECTED,
                part + "epoch with the best validation cross-entropy",
                over(curves, best),
                0)
            .asHeadline());
    for (String figure : List.of(loss, VALIDATION_ACCURACY, TEST_ACCURACY)) {
      rows.add(
          Row.unpublished(
              Variant.CORRECTED,
              part + figure + " there",
              over(curves, seed -> curves.of(figure, seed)[(int) best.applyAsDouble(seed)]),
              4));
    }
    for (int epoch : List.of(FIFTIETH, LAST)) {
      rows.add(
          Row.unpublished(
              Variant.CORRECTED, part + loss + " at epoch " + epoch, curves.at(loss, epoch), 4));
    }
  }

  private static Spread over(Curves curves, IntToDoubleFunction ofSeed) {
    double[] values = new double[curves.seeds()];
    java.util.Arrays.setAll(values, ofSeed);
    return Spread.of(values);
  }

  /** Where a curve is smallest; the first such epoch. */
  private static int smallest(double... curve) {
    int best = 0;
    for (int epoch = 1; epoch < curve.length; epoch++) {
      if (curve[epoch] < curve[best]) {
        best = epoch;
      }
    }
    return best;
  }

  private static double[] negative(double... curve) {
    return java.util.Arrays.stream(curve).map(y -> -y).toArray();
  }

  private static List<Series> series(NotMnistRuns runs) {
    List<Series> series = new ArrayList<>();
    for (int width : NotMnistRuns.WIDTHS) {
      for (String figure : List.of(NotMnistRuns.PUBLISHED_LOSS, NotMnistRuns.CROSS_ENTROPY)) {
        series.add(
            Series.of(
                chart(figure),
                "F = " + width,
                "epoch",
                figure.strip(),
                0,
                runs.of(width).of("validation" + figure, 0)));
      }
    }
    return series;
  }
}
