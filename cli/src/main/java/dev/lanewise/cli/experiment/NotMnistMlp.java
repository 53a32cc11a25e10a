package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Four widths of a hidden layer on notMNIST. */
final class NotMnistMlp implements Experiment {

  /** The images of the file that the write-up had. */
  private static final int THEIR_IMAGES = 18_724;

  private static final List<Figure> PUBLISHED =
      List.of(
          loss(100, "train", 4.6824, 4),
          accuracy(100, "train", .9231, 4),
          loss(100, "validation", 5.5578, 4),
          accuracy(100, "validation", .898, 3),
          loss(100, "test", 5.7423, 4),
          new Figure(label(100, "test", NotMnistRuns.ACCURACY), .8946, 4, 42.705),
          loss(500, "train", .7009, 4),
          accuracy(500, "train", .9936, 4),
          loss(500, "validation", 3.894, 4),
          accuracy(500, "validation", .919, 3),
          loss(500, "test", 4.1808, 4),
          new Figure(label(500, "test", NotMnistRuns.ACCURACY), .9119, 4, 176.361),
          loss(1000, "train", .2957, 4),
          accuracy(1000, "train", .9973, 4),
          loss(1000, "validation", 3.6131, 4),
          accuracy(1000, "validation", .926, 3),
          loss(1000, "test", 3.9853, 4),
          new Figure(label(1000, "test", NotMnistRuns.ACCURACY), .9174, 4, 372.058),
          loss(2000, "train", .2303, 4),
          accuracy(2000, "train", .9982, 4),
          loss(2000, "validation", 3.3766, 4),
          accuracy(2000, "validation", .930, 3),
          loss(2000, "test", 3.8814, 4),
          new Figure(label(2000, "test", NotMnistRuns.ACCURACY), .9185, 4, 645.494));

  private static Figure loss(int width, String set, double value, int decimals) {
    return new Figure(label(width, set, NotMnistRuns.PUBLISHED_LOSS), value, decimals);
  }

  private static Figure accuracy(int width, String set, double value, int decimals) {
    return new Figure(label(width, set, NotMnistRuns.ACCURACY), value, decimals);
  }

  private static String label(int width, String set, String figure) {
    return String.format(Locale.ROOT, "F = %d, %s", width, set + figure);
  }

  @Override
  public String id() {
    return "notmnist-mlp";
  }

  @Override
  public String title() {
    return "MLP 784-F-10 on notMNIST, full batch, momentum, 200 epochs, F = 100, 500, 1000, 2000";
  }

  @Override
  public String source() {
    return "write-up 004, an MLP on notMNIST, section 1.4.1";
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public String defects() {
    return "The printed loss has target and prediction exchanged: 46.05 times the mean probability"
        + " given to wrong classes. Corrected: cross-entropy. The gradient is right in both, so one"
        + " training gives both, with the same accuracies.";
  }

  @Override
  public int defaultSeeds() {
    return 5;
  }

  @Override
  public Result run(Context context) {
    ImageSet images = context.notMnist();
    int seeds = context.seeds(this);
    NotMnistRuns runs = context.notMnistRuns(seeds);
    List<Row> rows = new ArrayList<>();
    for (int width : NotMnistRuns.WIDTHS) {
      for (String set : NotMnistRuns.SETS) {
        rows.add(accuracyRow(images, runs, width, set));
      }
    }
    if (images.size() < THEIR_IMAGES) {
      addCost(rows, runs);
    }
    if (context.wants(Variant.PUBLISHED)) {
      for (int width : NotMnistRuns.WIDTHS) {
        for (String set : NotMnistRuns.SETS) {
          rows.add(row(images, runs, Variant.PUBLISHED, width, set, NotMnistRuns.PUBLISHED_LOSS));
        }
      }
    }
    if (context.wants(Variant.CORRECTED)) {
      for (int width : NotMnistRuns.WIDTHS) {
        for (String set : NotMnistRuns.SETS) {
          rows.add(
              Row.unpublished(
                  Variant.CORRECTED,
                  label(width, set, NotMnistRuns.CROSS_ENTROPY),
                  last(runs.of(width), set + NotMnistRuns.CROSS_ENTROPY),
                  4));
        }
      }
    }
    List<String> notes = new ArrayList<>();
    notes.add(
        "Figures are of the last of 200 epochs, train before that epoch's update, validation and"
            + " test after it; nothing is chosen by either set.");
    notes.add(runs.seedCounts());
    if (images.size() < THEIR_IMAGES) {
      notes.add(cost(images, runs));
    }
    return new Result(images.name(), images.source(), seeds, rows, notes, series(context, runs))
        .with(
            new Pictures(
                List.of(Pictures.samples("Three images of each letter", images, 3)),
                List.of(),
                List.of()));
  }

  private static Spread last(Curves curves, String figure) {
    return curves.at(figure, NotMnistRuns.EPOCHS - 1);
  }

  private static Row accuracyRow(ImageSet images, NotMnistRuns runs, int width, String set) {
    Row row = row(images, runs, Variant.SAME, width, set, NotMnistRuns.ACCURACY);
    return set.equals("test") ? row.took(runs.of(width).seconds()).asHeadline() : row;
  }

  private static Row row(
      ImageSet images, NotMnistRuns runs, Variant variant, int width, String set, String figure) {
    Figure published = Figure.find(PUBLISHED, label(width, set, figure)).orElseThrow();
    Row row = Row.random(variant, published, last(runs.of(width), set + figure));
    return images.size() < THEIR_IMAGES
        ? row.notComparable(
            String.format(
                Locale.ROOT,
                "the write-up had %,d images, this file has %,d of them",
                THEIR_IMAGES,
                images.size()))
        : chance(runs, width, figure).explain(row);
  }

  /** Whether the write-up's figures of one kind at one width are one more of our runs. */
  private static Chance chance(NotMnistRuns runs, int width, String figure) {
    double[][] ours = new double[NotMnistRuns.SETS.size()][];
    List<Figure> published = new ArrayList<>();
    for (String set : NotMnistRuns.SETS) {
      ours[published.size()] = runs.of(width).seedsAt(set + figure, NotMnistRuns.EPOCHS - 1);
      published.add(Figure.find(PUBLISHED, label(width, set, figure)).orElseThrow());
    }
    return Chance.of("figures of" + figure, published, ours);
  }

  private static void addCost(List<Row> rows, NotMnistRuns runs) {
    for (int width : NotMnistRuns.WIDTHS) {
      rows.add(
          Row.unpublished(
              Variant.SAME,
              label(width, "test", NotMnistRuns.ACCURACY) + " lost to the write-up's",
              lost(runs, width),
              4));
    }
    int narrowest = NotMnistRuns.WIDTHS.getFirst();
    for (String set : NotMnistRuns.SETS) {
      rows.add(
          Row.unpublished(
              Variant.SAME,
              label(narrowest, set, NotMnistRuns.ACCURACY) + ", half the training rows",
              last(runs.half(), set + NotMnistRuns.ACCURACY),
              4));
    }
  }

  private static Spread lost(NotMnistRuns runs, int width) {
    String test = NotMnistRuns.ACCURACY;
    double published = Figure.find(PUBLISHED, label(width, "test", test)).orElseThrow().value();
    double[] lost = new double[runs.of(width).seeds()];
    for (int seed = 0; seed < lost.length; seed++) {
      lost[seed] = published - runs.of(width).of("test" + test, seed)[NotMnistRuns.EPOCHS - 1];
    }
    return Spread.of(lost);
  }

  /** What the missing images cost, and whether fewer rows are a reason for it. */
  private static String cost(ImageSet images, NotMnistRuns runs) {
    int narrowest = NotMnistRuns.WIDTHS.getFirst();
    String test = "test" + NotMnistRuns.ACCURACY;
    Spread full = last(runs.of(narrowest), test);
    Spread half = last(runs.half(), test);
    double error = Math.sqrt((full.sd() * full.sd() + half.sd() * half.sd()) / full.runs());
    StringBuilder points = new StringBuilder();
    for (int width : NotMnistRuns.WIDTHS) {
      points.append(points.isEmpty() ? "" : ", ");
      points.append(
          String.format(Locale.ROOT, "%.1f at F = %d", 100 * lost(runs, width).mean(), width));
    }
    return String.format(
        Locale.ROOT,
        "What the smaller file costs: with %.0f %% of the images, test accuracy is below the"
            + " write-up's by these points: %s. Halving the training rows once more, the rate"
            + " doubled so that the summed gradient stays as large, changes it by %+.1f points%s at"
            + " F = %d. The test images are others than the write-up's, and %,d of them tell an"
            + " accuracy of %.2f to +- %.1f points only (one standard deviation).",
        100.0 * images.size() / THEIR_IMAGES,
        points,
        100 * (half.mean() - full.mean()),
        full.runs() > 1 ? String.format(Locale.ROOT, " (standard error %.1f)", 100 * error) : "",
        narrowest,
        runs.testImages(),
        full.mean(),
        100 * Math.sqrt(full.mean() * (1 - full.mean()) / runs.testImages()));
  }

  /** The write-up's figure, which is of the last epoch. */
  private static Series published(String chart, String set, String label, String y) {
    return Series.of(
        chart,
        set + ", published",
        "epoch",
        y,
        NotMnistRuns.EPOCHS - 1,
        Figure.find(PUBLISHED, label).orElseThrow().value());
  }

  private static List<Series> series(Context context, NotMnistRuns runs) {
    List<Series> series = new ArrayList<>();
    for (int width : NotMnistRuns.WIDTHS) {
      String chart = "F = " + width + ": ";
      for (String set : NotMnistRuns.SETS) {
        Curves curves = runs.of(width);
        if (context.wants(Variant.PUBLISHED)) {
          series.add(
              curves.mean(
                  chart + "published loss", set, set + NotMnistRuns.PUBLISHED_LOSS, "loss"));
          series.add(
              published(
                  chart + "published loss",
                  set,
                  label(width, set, NotMnistRuns.PUBLISHED_LOSS),
                  "loss"));
        }
        if (context.wants(Variant.CORRECTED)) {
          series.add(
              curves.mean(chart + "cross-entropy", set, set + NotMnistRuns.CROSS_ENTROPY, "nats"));
        }
        series.add(curves.mean(chart + "accuracy", set, set + NotMnistRuns.ACCURACY, "accuracy"));
        series.add(
            published(
                chart + "accuracy", set, label(width, set, NotMnistRuns.ACCURACY), "accuracy"));
      }
    }
    return series;
  }
}
