package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
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
  public Result run(Context context) {
    MnistSearch search = MnistSearch.of(context, Distance.L2, TESTS, K);
    int[] predictions = search.predict(Votes.plurality(), K);
    int correct = search.correct(predictions);
    Row row = Row.exact(Variant.SAME, PUBLISHED, (double) correct / TESTS).took(search.seconds());
    ImageSet tests = context.mnist().test();
    List<Pictures.Image> images = new ArrayList<>();
    for (int i = 0; i < predictions.length; i++) {
      String label = tests.classes().get(search.truth()[i]);
      images.add(
          Pictures.Image.of(
              tests,
              i,
              predictions[i] == search.truth()[i]
                  ? label
                  : label + ", read as " + tests.classes().get(predictions[i])));
    }
    return Mnist.result(context, List.of(Mnist.compare(context, row.asHeadline())), List.of())
        .with(
            new Pictures(
                List.of(
                    new Pictures.Gallery("The test images with their labels", 0, images),
                    Pictures.samples(
                        "The first two training images of each digit", context.mnist().train(), 2)),
                List.of(),
                List.of()));
  }
}
