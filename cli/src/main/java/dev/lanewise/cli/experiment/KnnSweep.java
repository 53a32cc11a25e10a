package dev.lanewise.cli.experiment;

import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Vote;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Ten values of k and two distances. */
final class KnnSweep implements Experiment {

  private static final int TESTS = 1000;
  private static final int MAX_K = 10;

  /** Ranks searched for beyond the largest k, to see who else ties for the last place. */
  private static final int BEYOND = 6;

  private static final Vote VOTE = Votes.plurality();

  private static final List<Figure> PUBLISHED =
      List.of(
          // Of the L1 column only these are legible: of the rest, the digits after the nine are
          // lost.
          new Figure("L1 k=1", .9500, 4, 123.90),
          new Figure("L1 k=3", .9530, 4, 128.91),
          new Figure("L1 k=4", .9460, 4, 128.22),
          new Figure("L1 k=6", .9490, 4, 127.98),
          new Figure("L1 k=7", .9460, 4, 128.89),
          new Figure("L1 k=10", .9340, 4, 129.16),
          new Figure("L2 k=1", .9620, 4, 149.86),
          new Figure("L2 k=2", .9480, 4),
          new Figure("L2 k=3", .9620, 4),
          new Figure("L2 k=4", .9640, 4),
          new Figure("L2 k=5", .9610, 4),
          new Figure("L2 k=6", .9590, 4),
          new Figure("L2 k=7", .9620, 4),
          new Figure("L2 k=8", .9580, 4),
          new Figure("L2 k=9", .9520, 4),
          new Figure("L2 k=10", .9540, 4));

  @Override
  public String id() {
    return "knn-sweep";
  }

  @Override
  public String title() {
    return "kNN, L1 and L2, k = 1..10, the first 1,000 test images";
  }

  @Override
  public String source() {
    return "write-up 000, kNN and a linear classifier on MNIST, problem 1";
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public String defects() {
    return "An unstable sort: which of two training images at equal distance takes the last place"
        + " is left to chance.";
  }

  @Override
  public Result run(Context context) {
    List<Row> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    for (Distance distance : Distance.values()) {
      MnistSearch search = MnistSearch.of(context, distance, TESTS, MAX_K + BEYOND);
      for (int k = 1; k <= MAX_K; k++) {
        rows.add(row(context, distance, k, search));
      }
      series.add(
          curve(
              distance.toString(),
              rows.subList(rows.size() - MAX_K, rows.size()).stream()
                  .map(row -> point(row.label(), row.ours().mean()))
                  .toList()));
      series.add(
          curve(
              distance + ", published",
              PUBLISHED.stream()
                  .filter(figure -> figure.label().startsWith(distance + " "))
                  .map(figure -> point(figure.label(), figure.value()))
                  .toList()));
    }
    return Mnist.result(
        context,
        0,
        rows,
        List.of(
            "Times are of the one search that serves all k of a distance.",
            "Equal distances rank by the lower row of the training set; a vote tie goes to the"
                + " smallest label."),
        series);
  }

  private static Series curve(String name, List<Series.Point> points) {
    return new Series("test accuracy over k", name, "k, neighbours that vote", "accuracy", points);
  }

  private static Series.Point point(String label, double accuracy) {
    return new Series.Point(Integer.parseInt(label.substring(label.indexOf('=') + 1)), accuracy);
  }

  private static Row row(Context context, Distance distance, int k, MnistSearch search) {
    String label = distance + " k=" + k;
    int tests = search.truth().length;
    int correct = search.correct(search.predict(VOTE, k));
    double accuracy = (double) correct / tests;
    TieBreaks ties = TieBreaks.of(search, VOTE, k);
    Row row =
        Figure.find(PUBLISHED, label)
            .map(figure -> Row.exact(Variant.SAME, figure, accuracy))
            .orElseGet(() -> Row.unpublished(Variant.SAME, label, Spread.of(accuracy), 4))
            .took(search.seconds());
    if (k == 1) {
      row = row.asHeadline();
    }
    Figure published = row.published();
    if (published == null) {
      return ties.flips().isEmpty()
          ? row
          : row.note(explain(correct, tests, k, ties.flips().subList(0, 1)));
    }
    if (row.verdict() == Verdict.DIFFERS && context.hasFullMnist()) {
      // The fewest images that, sorted otherwise, give the published figure.
      int missing = (int) Math.round(published.value() * tests) - correct;
      List<TieBreaks.Flip> flips =
          ties.flips().stream()
              .filter(flip -> flip.rightNow() == missing < 0)
              .limit(Math.abs(missing))
              .toList();
      if (flips.size() == Math.abs(missing)) {
        row = row.explained(explain(correct, tests, k, flips));
      }
    }
    return Mnist.compare(context, row);
  }

  private static String explain(int correct, int tests, int k, List<TieBreaks.Flip> flips) {
    int other = correct;
    List<String> images = new ArrayList<>();
    for (TieBreaks.Flip flip : flips) {
      other += flip.rightNow() ? -1 : 1;
      images.add(
          String.format(
              Locale.ROOT,
              "for test image %d, training rows %d (label %d) and %d (label %d)",
              flip.query(),
              flip.taken(),
              flip.takenLabel(),
              flip.left(),
              flip.leftLabel()));
    }
    return String.format(
        Locale.ROOT,
        "%s tie for place %d; a sort that takes the second gives %.4f",
        String.join(", ", images),
        k,
        (double) other / tests);
  }
}
