package dev.lanewise.cli.experiment;

import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every test image. */
final class KnnFull implements Experiment {

  private static final int K = 3;

  private static final List<Figure> PUBLISHED =
      List.of(new Figure("L1 k=3", .9633, 4, 46.685), new Figure("L2 k=3", .9705, 4, 47.026));

  @Override
  public String id() {
    return "knn-full";
  }

  @Override
  public String title() {
    return "kNN, L1 and L2, k=3, all test images, in parallel";
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
  public String defects() {
    return "";
  }

  @Override
  public int defaultSeeds() {
    return 0;
  }

  @Override
  public Result run(Context context) {
    List<Row> rows = new ArrayList<>();
    for (Distance distance : Distance.values()) {
      Figure figure = Figure.find(PUBLISHED, distance + " k=" + K).orElseThrow();
      MnistSearch search = MnistSearch.of(context, distance, Integer.MAX_VALUE, K);
      int correct = search.correct(search.predict(Votes.plurality(), K));
      int tests = search.truth().length;
      Row row =
          Row.exact(Variant.SAME, figure, (double) correct / tests)
              .note(String.format(Locale.ROOT, "%,d of %,d", correct, tests))
              .took(search.seconds())
              .asHeadline();
      rows.add(Mnist.compare(context, row));
    }
    return Mnist.result(context, rows, List.of());
  }
}
