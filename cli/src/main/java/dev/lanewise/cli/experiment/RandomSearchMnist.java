package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.linear.RandomSearch;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A linear classifier of MNIST by random search. */
final class RandomSearchMnist implements Experiment {

  private static final int MAX_STEPS = 1000;

  private static final double FINAL_LOSS = 383.482;

  private static final Figure FIRST = new Figure("loss at step 0", 972.997, 3);
  private static final Figure KEPT = new Figure("steps kept", 174, 0);
  private static final Figure LAST_KEPT = new Figure("last step kept", 708, 0);
  private static final Figure STOP = new Figure("last step", 728, 0);
  private static final Figure LOSS = new Figure("final loss", FINAL_LOSS, 3);
  private static final Figure ACCURACY = new Figure("test accuracy", .5255, 4);

  /** The same printed accuracy, compared where our loss is what theirs was. */
  private static final Figure PAIR =
      new Figure("test accuracy once the loss is " + FINAL_LOSS + " or less", .5255, 4);

  /** Test accuracy is taken whenever the loss has fallen by so much. */
  private static final double GRID = 25;

  /** The steps that the write-up's run kept. */
  private static final int[] PUBLISHED_STEPS = {
    0, 3, 5, 7, 8, 10, 11, 12, 13, 25, 27, 28, 31, 32, 37, 41, 42, 49, 51, 52, 62, 66, 70, 73, 91,
    94, 96, 97, 100, 104, 105, 106, 109, 112, 116, 119, 123, 127, 129, 130, 135, 139, 141, 142, 143,
    144, 158, 159, 165, 166, 168, 172, 177, 178, 181, 185, 189, 191, 194, 195, 196, 198, 199, 206,
    208, 210, 217, 219, 221, 224, 225, 233, 234, 238, 241, 244, 253, 259, 263, 265, 269, 270, 271,
    280, 282, 288, 296, 301, 303, 305, 311, 316, 320, 321, 326, 333, 335, 343, 344, 346, 362, 374,
    376, 381, 383, 385, 390, 391, 395, 397, 399, 403, 406, 409, 418, 435, 439, 445, 452, 456, 466,
    478, 480, 485, 487, 490, 493, 495, 498, 500, 501, 507, 508, 513, 514, 517, 519, 527, 537, 538,
    539, 544, 559, 563, 571, 575, 576, 580, 584, 586, 587, 591, 606, 608, 611, 616, 618, 621, 623,
    625, 626, 640, 644, 645, 649, 650, 651, 670, 687, 694, 701, 702, 704, 708
  };

  /** The losses it printed there, to two decimals. */
  private static final double[] PUBLISHED_LOSSES = {
    973.00, 971.19, 970.79, 953.95, 948.45, 938.08, 921.48, 912.24, 891.37, 887.47, 885.25,
    881.92, 873.13, 865.47, 860.96, 858.69, 852.38, 852.35, 851.49, 843.66, 843.10, 838.71,
    833.19, 817.39, 807.09, 804.05, 799.81, 799.72, 792.51, 789.18, 789.11, 786.90, 776.51,
    769.82, 768.88, 768.77, 765.56, 756.19, 751.16, 742.42, 731.83, 729.21, 712.31, 711.97,
    711.78, 709.71, 706.34, 703.02, 696.49, 690.87, 689.57, 679.99, 677.12, 675.40, 668.96,
    656.34, 652.83, 651.85, 645.19, 644.11, 640.19, 638.80, 631.49, 629.03, 626.66, 624.83,
    623.22, 618.96, 614.77, 613.89, 610.64, 610.44, 609.61, 605.32, 601.63, 593.93, 588.10,
    584.84, 578.16, 574.53, 572.14, 570.49, 569.08, 568.40, 566.52, 562.74, 562.31, 561.93,
    556.29, 553.70, 553.31, 548.91, 548.43, 547.76, 545.42, 542.99, 540.27, 540.12, 538.54,
    533.85, 530.47, 525.59, 524.66, 523.29, 520.58, 518.28, 515.55, 510.74, 504.52, 501.64,
    497.73, 497.65, 497.63, 495.31, 495.13, 493.10, 490.21, 484.50, 481.07, 479.91, 477.37,
    477.10, 473.22, 472.73, 472.35, 471.55, 469.43, 468.74, 464.44, 456.59, 452.94, 451.64,
    449.42, 449.30, 448.14, 447.50, 444.72, 441.08, 440.79, 439.96, 439.45, 439.19, 438.94,
    437.80, 436.72, 436.52, 431.49, 431.15, 431.05, 427.53, 427.23, 424.10, 422.65, 418.65,
    416.73, 412.47, 410.88, 406.44, 406.16, 404.69, 404.55, 401.39, 400.37, 400.05, 398.58,
    397.84, 397.21, 394.45, 393.09, 392.26, 390.70, 387.95, 385.84, 383.48
  };

  @Override
  public String id() {
    return "random-search";
  }

  @Override
  public String title() {
    return "a linear classifier of MNIST by random search, at most 1,000 steps, patience 20";
  }

  @Override
  public String source() {
    return "write-up 001, kNN, a parallel kNN, random search";
  }

  @Override
  public List<Figure> published() {
    return List.of(FIRST, KEPT, LAST_KEPT, STOP, LOSS, ACCURACY);
  }

  @Override
  public int defaultSeeds() {
    return 10;
  }

  /** What became of one seed. */
  private static final class Run {
    private final List<Series.Point> losses = new ArrayList<>();
    private final List<Series.Point> accuracies = new ArrayList<>();
    private double nextLoss = Double.POSITIVE_INFINITY;
    private double atPublishedLoss = Double.NaN;
    private int steps;
    private double loss;
    private double accuracy;
    private double seconds;

    int kept() {
      return losses.size();
    }

    /**
     * Notes a step that was kept; looks at test data at some of them, and changes nothing by it.
     */
    void keep(
        RandomSearch.Step step,
        Supplier<SoftmaxRegression> best,
        FloatMatrix testPixels,
        int[] labels) {
      loss = step.loss();
      losses.add(new Series.Point(step.number(), loss));
      boolean there = Double.isNaN(atPublishedLoss) && loss <= FINAL_LOSS + LOSS.tolerance();
      if (loss <= nextLoss || there) {
        accuracy = best.get().evaluate(testPixels, labels).accuracy();
        accuracies.add(new Series.Point(loss, accuracy));
        nextLoss = loss - GRID;
      }
      if (there) {
        atPublishedLoss = accuracy;
      }
    }
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    ImageSet test = context.mnist().test();
    FloatMatrix trainPixels = Scaling.none(context.mnist().train().images());
    int[] trainLabels = context.mnist().train().labels();
    FloatMatrix testPixels = Scaling.none(test.images());
    Run[] all = new Run[seeds];
    Engine serial = context.engine().serial();
    try (Progress progress = context.progress(id(), (long) seeds * MAX_STEPS)) {
      // A thread to a seed: there is too little to do in a step to share it out.
      context
          .engine()
          .parallelism()
          .forEach(
              seeds,
              seed -> {
                Run run = new Run();
                long start = System.nanoTime();
                SeedStreams streams = new SeedStreams(seed);
                RandomSearch.Result result =
                    new RandomSearch(serial, test.classes().size())
                        .maxSteps(MAX_STEPS)
                        .patience(20)
                        .batchSize(256)
                        .initialDeviation(1e-3)
                        .stepDeviation(1e-4)
                        .onStep(
                            (step, best) -> {
                              if (step.kept()) {
                                run.keep(step, best, testPixels, test.labels());
                              }
                              progress.step(1);
                              return true;
                            })
                        .fit(
                            trainPixels,
                            trainLabels,
                            streams.stream("weights"),
                            streams.stream("batches"));
                run.accuracy = result.model().evaluate(testPixels, test.labels()).accuracy();
                run.accuracies.add(new Series.Point(run.loss, run.accuracy));
                run.steps = result.steps();
                run.seconds = (System.nanoTime() - start) / 1e9;
                progress.step(MAX_STEPS - run.steps);
                all[seed] = run;
              });
    }
    List<Run> runs = List.of(all);
    List<String> notes = new ArrayList<>();
    notes.add(
        "Pixels are 0 .. 255. Steps are counted from 0. The loss is the sum of the batches' means;"
            + " everything here depends on the seed, so loss and accuracy are compared together.");
    notes.add("Nothing is chosen on test data: it only judges.");
    return Mnist.result(context, seeds, rows(context, runs, notes), notes, series(runs));
  }

  private static List<Row> rows(Context context, List<Run> runs, List<String> notes) {
    List<Row> rows = new ArrayList<>();
    rows.add(Row.random(Variant.SAME, FIRST, spread(runs, run -> run.losses.getFirst().y())));
    rows.add(Row.random(Variant.SAME, KEPT, spread(runs, Run::kept)));
    rows.add(Row.random(Variant.SAME, LAST_KEPT, spread(runs, run -> run.losses.getLast().x())));
    rows.add(Row.random(Variant.SAME, STOP, spread(runs, run -> run.steps - 1)));
    rows.add(Row.random(Variant.SAME, LOSS, spread(runs, run -> run.loss)));
    rows.add(
        Row.random(Variant.SAME, ACCURACY, spread(runs, run -> run.accuracy))
            .took(spread(runs, run -> run.seconds).mean())
            .asHeadline());
    if (context.hasFullMnist()) { // The sum over fewer batches is another loss.
      List<Run> reached = runs.stream().filter(run -> !Double.isNaN(run.atPublishedLoss)).toList();
      if (!reached.isEmpty()) {
        rows.add(
            Row.random(Variant.SAME, PAIR, spread(reached, run -> run.atPublishedLoss))
                .asHeadline());
      }
      notes.add(
          String.format(
              Locale.ROOT,
              "%d of %d seeds get to a loss of %s; patience ends %d before step %d.",
              reached.size(),
              runs.size(),
              FINAL_LOSS,
              runs.stream().filter(run -> run.steps < MAX_STEPS).count(),
              MAX_STEPS));
    }
    return rows.stream().map(row -> Mnist.compare(context, row)).toList();
  }

  private static Spread spread(List<Run> runs, ToDoubleFunction<Run> figure) {
    return Spread.of(runs.stream().mapToDouble(figure).toArray());
  }

  private static List<Series> series(List<Run> runs) {
    List<Series> series = new ArrayList<>();
    for (int seed = 0; seed < runs.size(); seed++) {
      series.add(losses("seed " + seed, runs.get(seed).losses));
    }
    series.add(
        losses(
            Series.WRITE_UP,
            IntStream.range(0, PUBLISHED_STEPS.length)
                .mapToObj(i -> new Series.Point(PUBLISHED_STEPS[i], PUBLISHED_LOSSES[i]))
                .toList()));
    for (int seed = 0; seed < runs.size(); seed++) {
      series.add(accuracies("seed " + seed, runs.get(seed).accuracies));
    }
    series.add(
        accuracies(Series.WRITE_UP, List.of(new Series.Point(FINAL_LOSS, ACCURACY.value()))));
    return series;
  }

  private static Series losses(String name, List<Series.Point> points) {
    return new Series("loss of the steps kept", name, "step", "loss", points);
  }

  private static Series accuracies(String name, List<Series.Point> points) {
    return new Series("test accuracy against loss", name, "loss", "accuracy", points);
  }
}
