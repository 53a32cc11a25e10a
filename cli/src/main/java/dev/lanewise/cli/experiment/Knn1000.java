package dev.lanewise.cli.experiment;

import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
import java.util.List;

/** 999 test images: the published accuracies have that denominator. */
final class Knn1000 implements Experiment {

  private static final int TESTS = 999;
  private static final int K = 3;

  private static final List<Figure> PUBLISHED =
      List.of(
          // The counts 952 and 961 of 999; sixteen digits were printed.
          new Figure("L1 k=3", 0.9529529529529529, 15, 275.746),
          new Figure("L2 k=3", 0.9619619619619619, 15, 337.7));

  @Override
  public String id() {
    return "knn-1000";
  }

  @Override
  public String title() {
    return "kNN, L1 and L2, k=3, 999 of the first 1,000 test images";
  }

  @Override
  public String source() {
    return "write-up 001, kNN, a parallel kNN and random search, section 1.2";
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public Result run(Context context) {
    List<Row> rows = new ArrayList<>();
    for (Distance distance : Distance.values()) {
      Figure figure = Figure.find(PUBLISHED, distance + " k=" + K).orElseThrow();
      MnistSearch search = MnistSearch.of(context, distance, TESTS + 1, K);
      int[] predictions = search.predict(Votes.plurality(), K);
      for (int from = 0; from <= 1; from++) {
        int correct = search.correct(predictions, from, from + TESTS);
        Figure labelled =
            new Figure(
                figure.label() + ", test images " + from + ".." + (from + TESTS - 1),
                figure.value(),
                figure.decimals(),
                figure.seconds());
        Row row =
            Row.exact(Variant.SAME, labelled, (double) correct / TESTS)
                .note(correct + " of " + TESTS)
                .took(search.seconds());
        rows.add(Mnist.compare(context, from == 0 ? row.asHeadline() : row));
      }
    }
    return Mnist.result(
        context,
        rows,
        List.of(
            "The write-up does not say which of the first 1,000 test images it left out; both"
                + " candidates are shown, from one search."));
  }
}
