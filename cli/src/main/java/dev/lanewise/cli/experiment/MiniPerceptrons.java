package dev.lanewise.cli.experiment;

import dev.lanewise.data.BlockAverage;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.MiniMnistSplit;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Perceptrons on mini-MNIST: five image sizes, a split for each seed, one model for each of both.
 * Every model is judged after every pass on validation data and on the test images of both
 * variants, which cost next to nothing to watch.
 */
final class MiniPerceptrons {

  /** The picture of the curves' means. */
  static final String CHART = "validation accuracy per pass";

  /** What is wrong with the test images of the published variant. */
  static final String LEAK =
      "Most test images are also training images. Corrected: test images of their own; training is"
          + " the same, so one fit serves both.";

  /** Pixels along a block's edge, and of the images that they make. */
  private static final int[] BLOCKS = {1, 2, 4, 7, 14};

  static final List<Integer> SIZES = List.of(28, 14, 7, 4, 2);

  /** The last passes of a run that never settles: enough to see how far single figures scatter. */
  private static final int TAIL = 50;

  /** The sets that a model is judged on. */
  enum Judge {
    VALIDATION,
    PUBLISHED_TEST,
    CORRECTED_TEST;

    int[] rows(MiniMnistSplit split) {
      return switch (this) {
        case VALIDATION -> split.validation();
        case PUBLISHED_TEST -> split.publishedTest();
        case CORRECTED_TEST -> split.correctedTest();
      };
    }
  }

  /** What became of one size at one seed. */
  private static final class Run {
    private final EnumMap<Judge, double[]> accuracy = new EnumMap<>(Judge.class);
    private boolean separated;
    private double seconds;

    Run(int passes) {
      for (Judge judge : Judge.values()) {
        accuracy.put(judge, new double[passes]);
      }
    }

    double[] curve(Judge judge) {
      return Objects.requireNonNull(accuracy.get(judge));
    }

    boolean note(PerceptronTrainer.Pass pass) {
      Iterator<Double> watched = pass.accuracies().iterator();
      for (Judge judge : Judge.values()) {
        curve(judge)[pass.number() - 1] = watched.next();
      }
      separated = pass.mistakes() == 0;
      return true;
    }
  }

  private final int passes;
  private final int seeds;
  private final Run[][] runs;

  private MiniPerceptrons(int passes, int seeds) {
    this.passes = passes;
    this.seeds = seeds;
    runs = new Run[BLOCKS.length][seeds];
  }

  /**
   * Trains all of them, side by side on the context's threads.
   *
   * @param features what machines see of the sums of blocks of so many pixels
   */
  static MiniPerceptrons train(
      Context context,
      Experiment experiment,
      ClassScheme scheme,
      IntFunction<FeatureMap> features,
      int passes) {
    ImageSet images = context.miniMnist();
    int seeds = context.seeds(experiment);
    MiniPerceptrons all = new MiniPerceptrons(passes, seeds);
    FloatMatrix[] sums =
        Arrays.stream(BLOCKS)
            .mapToObj(block -> BlockAverage.sums(images.images(), images.side(), block))
            .toArray(FloatMatrix[]::new);
    MiniMnistSplit[] splits =
        IntStream.range(0, seeds).mapToObj(context::miniMnistSplit).toArray(MiniMnistSplit[]::new);
    Engine serial = context.engine().serial();
    int tasks = BLOCKS.length * seeds;
    try (Progress progress = context.progress(experiment.id(), tasks)) {
      context
          .engine()
          .parallelism()
          .forEach(
              tasks,
              task -> {
                int size = task / seeds; // The largest, which take longest, come first.
                int seed = task % seeds;
                Run run = new Run(passes);
                long start = System.nanoTime();
                PerceptronTrainer trainer =
                    new PerceptronTrainer(serial, images.classes().size())
                        .scheme(scheme)
                        .features(features.apply(BLOCKS[size] * BLOCKS[size]))
                        .passes(passes)
                        .stopWhenSeparated(false)
                        .onPass(pass -> run.note(pass));
                for (Judge judge : Judge.values()) {
                  int[] rows = judge.rows(splits[seed]);
                  trainer.watch(sums[size].gather(rows), pick(images.labels(), rows));
                }
                int[] rows = splits[seed].train();
                trainer.fit(sums[size].gather(rows), pick(images.labels(), rows));
                run.seconds = (System.nanoTime() - start) / 1e9;
                all.runs[size][seed] = run;
                progress.step(1);
              });
    }
    return all;
  }

  private static int[] pick(int[] values, int[] rows) {
    return Arrays.stream(rows).map(row -> values[row]).toArray();
  }

  /** The accuracies of one size after one pass, counted from 1, a seed each. */
  double[] after(int size, Judge judge, int pass) {
    return Arrays.stream(runs[size]).mapToDouble(run -> run.curve(judge)[pass - 1]).toArray();
  }

  /**
   * A row for each size and variant: test accuracy after the last pass.
   *
   * @param published a figure for each size, labelled as by {@link #label}
   */
  List<Row> testRows(Context context, List<Figure> published) {
    List<Row> rows = new ArrayList<>();
    for (int size = 0; size < BLOCKS.length; size++) {
      if (context.wants(Variant.PUBLISHED)) {
        rows.add(publishedRow(size, published));
      }
    }
    for (int size = 0; size < BLOCKS.length; size++) {
      if (context.wants(Variant.CORRECTED)) {
        rows.add(correctedRow(size, published));
      }
    }
    return rows;
  }

  static String label(int size) {
    return "size " + size;
  }

  private Row publishedRow(int size, List<Figure> published) {
    Figure figure = Figure.find(published, label(SIZES.get(size))).orElseThrow();
    Row row =
        Row.random(Variant.PUBLISHED, figure, Spread.of(after(size, Judge.PUBLISHED_TEST, passes)))
            .took(seconds(size));
    if (row.verdict() == Verdict.DIFFERS) {
      row = explainByUnrest(row, size, figure);
    }
    return size == 0 ? row.asHeadline() : row;
  }

  /**
   * Where machines go on making mistakes, weights never settle: the last pass is as good as any of
   * the last {@value #TAIL}, and together they show what one run may print.
   */
  private Row explainByUnrest(Row row, int size, Figure figure) {
    long separated = Arrays.stream(runs[size]).filter(run -> run.separated).count();
    Spread tail =
        Spread.of(
            IntStream.rangeClosed(Math.max(1, passes - TAIL + 1), passes)
                .mapToObj(pass -> after(size, Judge.PUBLISHED_TEST, pass))
                .flatMapToDouble(Arrays::stream)
                .toArray());
    if (separated > 0 || !tail.contains(figure.value(), figure.tolerance())) {
      return row;
    }
    return row.explained(
        String.format(
            Locale.ROOT,
            "no seed reaches a pass without mistakes at this size, so weights never settle and one"
                + " pass is as good as the next: over the last %d passes of the same runs accuracy"
                + " is %.2f to %.2f, which holds the published figure",
            Math.min(TAIL, passes),
            tail.min(),
            tail.max()));
  }

  private Row correctedRow(int size, List<Figure> published) {
    Figure figure = Figure.find(published, label(SIZES.get(size))).orElseThrow();
    return new Row(
            Variant.CORRECTED,
            figure.label(),
            Spread.of(after(size, Judge.CORRECTED_TEST, passes)),
            figure,
            3,
            Verdict.NO_FIGURE,
            "",
            seconds(size),
            size == 0)
        .notComparable("the published test images are mostly training images");
  }

  /** The mean time of one fit, judging included. */
  private double seconds(int size) {
    return Arrays.stream(runs[size]).mapToDouble(run -> run.seconds).average().orElseThrow();
  }

  /**
   * What a reader should know: how the passes were chosen, and what all of these have in common.
   */
  List<String> notes(String passes) {
    return List.of(
        passes,
        "Time is of one fit of one size, judged on three sets after every pass; the published one"
            + " is for all five sizes.",
        "Seeds that reach a pass without mistakes: " + separations() + ".");
  }

  private String separations() {
    return IntStream.range(0, BLOCKS.length)
        .mapToObj(
            size ->
                SIZES.get(size)
                    + " pixels: "
                    + Arrays.stream(runs[size]).filter(run -> run.separated).count())
        .collect(Collectors.joining(", "));
  }

  /** Validation accuracy after each pass: the mean over the seeds, and one run as it was. */
  List<Series> validationCurves() {
    List<Series> series = new ArrayList<>();
    for (int size = 0; size < BLOCKS.length; size++) {
      int at = size;
      series.add(
          curve(
              CHART,
              label(SIZES.get(size)),
              IntStream.rangeClosed(1, passes)
                  .mapToDouble(pass -> Spread.of(after(at, Judge.VALIDATION, pass)).mean())
                  .toArray()));
    }
    for (int size = 0; size < BLOCKS.length; size++) {
      series.add(
          curve(
              "validation accuracy per pass, seed 0 alone",
              label(SIZES.get(size)),
              runs[size][0].curve(Judge.VALIDATION)));
    }
    return series;
  }

  static Series curve(String chart, String name, double... accuracies) {
    return Series.of(chart, name, "pass", "accuracy", 1, accuracies);
  }

  /** What some judge chose at every seed, and what it scored. */
  record Choice(Spread chosen, Spread test, String sizes) {}

  /**
   * The size and pass with the best accuracy by some judge; among equals the larger image, then the
   * earlier pass.
   */
  Choice choose(Judge judge) {
    double[] chosen = new double[seeds];
    double[] test = new double[seeds];
    int[] times = new int[BLOCKS.length];
    for (int seed = 0; seed < seeds; seed++) {
      int bestSize = 0;
      int bestPass = 0;
      for (int size = 0; size < BLOCKS.length; size++) {
        double[] curve = runs[size][seed].curve(judge);
        for (int pass = 0; pass < passes; pass++) {
          if (curve[pass] > runs[bestSize][seed].curve(judge)[bestPass]) {
            bestSize = size;
            bestPass = pass;
          }
        }
      }
      chosen[seed] = runs[bestSize][seed].curve(judge)[bestPass];
      test[seed] = runs[bestSize][seed].curve(Judge.CORRECTED_TEST)[bestPass];
      times[bestSize]++;
    }
    String sizes =
        IntStream.range(0, BLOCKS.length)
            .filter(size -> times[size] > 0)
            .mapToObj(size -> SIZES.get(size) + " (" + times[size] + ")")
            .collect(Collectors.joining(", "));
    return new Choice(Spread.of(chosen), Spread.of(test), sizes);
  }

  /** The result on mini-MNIST with these rows and curves. */
  Result result(Context context, List<Row> rows, List<String> notes, List<Series> series) {
    ImageSet images = context.miniMnist();
    return new Result(images.name(), images.source(), seeds, rows, notes, series);
  }
}
