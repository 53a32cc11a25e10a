package dev.lanewise.cli.experiment;

import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import java.util.List;

/** Perceptrons on the pixels of mini-MNIST, each for a digit against others. */
final class OneVersus implements Experiment {

  private static final int PASSES = 200;

  private final String id;
  private final String title;
  private final ClassScheme scheme;
  private final List<Figure> published;
  private final String defects;

  private OneVersus(
      String id, String title, ClassScheme scheme, List<Figure> published, String defects) {
    this.id = id;
    this.title = title;
    this.scheme = scheme;
    this.published = published;
    this.defects = defects;
  }

  /** One for each digit, against the rest. */
  static OneVersus rest() {
    return new OneVersus(
        "ovr",
        "one-vs-rest perceptrons on mini-MNIST, 200 passes, images of 28, 14, 7, 4 and 2 pixels a"
            + " side",
        ClassScheme.ONE_VS_REST,
        List.of(
            new Figure("size 28", .99, 2, 15),
            new Figure("size 14", .90, 2),
            new Figure("size 7", .49, 2),
            new Figure("size 4", .28, 2),
            new Figure("size 2", .11, 2)),
        MiniPerceptrons.LEAK);
  }

  /** Ninety, one for each ordered pair of digits. */
  static OneVersus one() {
    return new OneVersus(
        "ovo",
        "one-vs-one perceptrons on mini-MNIST, 90 ordered pairs, 200 passes, five image sizes",
        ClassScheme.ONE_VS_ONE_ORDERED,
        List.of(
            new Figure("size 28", .98, 2, 51),
            new Figure("size 14", .97, 2),
            new Figure("size 7", .92, 2),
            new Figure("size 4", .41, 2),
            new Figure("size 2", .16, 2)),
        MiniPerceptrons.LEAK
            + " In words only: updates are said to follow negative products; they follow"
            + " mistakes.");
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String title() {
    return title;
  }

  @Override
  public String source() {
    return "write-up 002, mini-MNIST, five image sizes";
  }

  @Override
  public List<Figure> published() {
    return published;
  }

  @Override
  public String defects() {
    return defects;
  }

  @Override
  public int defaultSeeds() {
    return 20;
  }

  @Override
  public Result run(Context context) {
    MiniPerceptrons runs =
        MiniPerceptrons.train(context, this, scheme, pixels -> FeatureMap.linear(), PASSES);
    return runs.result(
        context,
        runs.testRows(context, published),
        runs.notes(
            "The number of passes is the write-up's, read off validation curves; nothing is chosen"
                + " on test data."),
        runs.validationCurves());
  }
}
