package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every test image. */
final class KnnFull implements Experiment {

  private static final int K = 3;

  /** Mistakes to show for each distance: a page of them. */
  private static final int MISTAKES = 12;

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
  public Result run(Context context) {
    List<Row> rows = new ArrayList<>();
    List<Pictures.Gallery> galleries = new ArrayList<>();
    List<Pictures.Grid> grids = new ArrayList<>();
    for (Distance distance : Distance.values()) {
      Figure figure = Figure.find(PUBLISHED, distance + " k=" + K).orElseThrow();
      MnistSearch search = MnistSearch.of(context, distance, Integer.MAX_VALUE, K);
      int[] predictions = search.predict(Votes.plurality(), K);
      int correct = search.correct(predictions);
      int tests = search.truth().length;
      Row row =
          Row.exact(Variant.SAME, figure, (double) correct / tests)
              .note(String.format(Locale.ROOT, "%,d of %,d", correct, tests))
              .took(search.seconds())
              .asHeadline();
      rows.add(Mnist.compare(context, row));
      grids.add(
          Pictures.confusion(
              "Confusion, " + figure.label(),
              context.mnist().test().classes(),
              search.truth(),
              predictions));
      galleries.add(mistakes(context, search, predictions, figure.label()));
    }
    return Mnist.result(context, rows, List.of()).with(new Pictures(galleries, grids, List.of()));
  }

  /** The first images that are labelled wrong, each before its nearest neighbours. */
  private static Pictures.Gallery mistakes(
      Context context, MnistSearch search, int[] predictions, String what) {
    ImageSet tests = context.mnist().test();
    ImageSet train = context.mnist().train();
    List<Pictures.Image> images = new ArrayList<>();
    int shown = 0;
    for (int i = 0; i < predictions.length && shown < MISTAKES; i++) {
      if (predictions[i] == search.truth()[i]) {
        continue;
      }
      shown++;
      images.add(
          Pictures.Image.of(
              tests,
              i,
              String.format(
                  Locale.ROOT,
                  "test %,d: %s read as %s",
                  i,
                  tests.classes().get(search.truth()[i]),
                  tests.classes().get(predictions[i]))));
      for (int rank = 0; rank < K; rank++) {
        int neighbor = search.index(i, rank);
        images.add(
            Pictures.Image.of(
                train,
                neighbor,
                String.format(
                    Locale.ROOT,
                    "%s at %,.0f",
                    train.classes().get(search.labels()[neighbor]),
                    search.distance(i, rank))));
      }
    }
    return new Pictures.Gallery(
        String.format(
            Locale.ROOT,
            "%s: the first %d mistakes of %,d, each beside its nearest training images, their"
                + " labels and distances",
            what,
            shown,
            predictions.length - search.correct(predictions)),
        K + 1,
        images);
  }
}
