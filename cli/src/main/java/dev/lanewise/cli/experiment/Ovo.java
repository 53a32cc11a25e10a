package dev.lanewise.cli.experiment;

import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import java.util.List;

/** Ninety perceptrons, one for each ordered pair of digits, on mini-MNIST. */
final class Ovo implements Experiment {

  private static final int PASSES = 200;

  private static final List<Figure> PUBLISHED =
      List.of(
          new Figure("size 28", .98, 2, 51),
          new Figure("size 14", .97, 2),
          new Figure("size 7", .92, 2),
          new Figure("size 4", .41, 2),
          new Figure("size 2", .16, 2));

  @Override
  public String id() {
    return "ovo";
  }

  @Override
  public String title() {
    return "one-vs-one perceptrons on mini-MNIST, 90 ordered pairs, 200 passes, five image sizes";
  }

  @Override
  public String source() {
    return "write-up 002, mini-MNIST, five image sizes";
  }

  @Override
  public List<Figure> published() {
    return PUBLISHED;
  }

  @Override
  public String defects() {
    return "Most test images are also training images. Corrected: test images of their own;"
        + " training is the same, so one fit serves both. In words only: updates are said to"
        + " follow negative products; they follow mistakes.";
  }

  @Override
  public int defaultSeeds() {
    return 20;
  }

  @Override
  public Result run(Context context) {
    MiniPerceptrons runs =
        MiniPerceptrons.train(
            context, this, ClassScheme.ONE_VS_ONE_ORDERED, pixels -> FeatureMap.linear(), PASSES);
    return runs.result(
        context,
        runs.testRows(context, PUBLISHED),
        List.of(
            "The number of passes is the write-up's, read off validation curves; nothing is chosen"
                + " on test data.",
            "Time is of one fit of one size, judged on three sets after every pass; the published"
                + " one is for all five sizes.",
            "Seeds that reach a pass without mistakes: " + runs.separations() + "."),
        runs.validationCurves());
  }
}
