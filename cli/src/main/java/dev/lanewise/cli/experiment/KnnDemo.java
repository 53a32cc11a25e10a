package dev.lanewise.cli.experiment;

import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Votes;
import java.util.List;

/** The first twenty test images. */
final class KnnDemo implements Experiment {

  private static final int TESTS = 20;
  private static final int K = 7;
  private static final Figure PUBLISHED = new Figure("L2 k=7", 1.0, 4, 4.446);

  @Override
  public String id() {
    return "knn-demo";
  }

  @Override
  public String title() {
    return "kNN, L2, k=7, the first 20 test images against all training images";
  }

  @Override
  public String source() {
    return "write-up 000, kNN and a linear classifier on MNIST, problem 1";
  }

  @Override
  public List<Figure> published() {
    return List.of(PUBLISHED);
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
    MnistSearch search = MnistSearch.of(context, Distance.L2, TESTS, K);
    int correct = search.correct(search.predict(Votes.plurality(), K));
    Row row = Row.exact(Variant.SAME, PUBLISHED, (double) correct / TESTS).took(search.seconds());
    return Mnist.result(context, List.of(Mnist.compare(context, row.asHeadline())), List.of());
  }
}
