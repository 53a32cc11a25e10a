package dev.lanewise.cli.experiment;

import dev.lanewise.engine.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** One network of the grid, trained far beyond the point where it stops getting better. */
final class MlpLong implements Experiment {

  private static final int UPDATES = 2000;
  private static final int PEAK = 750;

  private static final String ACCURACY_CHART = "validation accuracy";

  /** Updates around a point of a curve over which its noise is averaged. */
  private static final int WINDOW = 100;

  /** Every so many updates a point is kept for the pictures. */
  private static final int STRIDE = 10;

  // Read off a plot: "around iteration ~750".
  private static final Figure PUBLISHED =
      new Figure("update of the best validation accuracy", PEAK, 0, 560);

  @Override
  public String id() {
    return "mlp-long";
  }

  @Override
  public String title() {
    return "a network 49-16-10, arc tangent, full batch, for 2,000 updates on mini-MNIST";
  }

  @Override
  public String source() {
    return MiniNetworks.SOURCE;
  }

  @Override
  public List<Figure> published() {
    return List.of(PUBLISHED);
  }

  @Override
  public String defects() {
    return MiniNetworks.DIVISOR_DEFECT;
  }

  @Override
  public int defaultSeeds() {
    return 8;
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    MiniNetworks networks = MiniNetworks.of(context, seeds);
    Map<Variant, MiniNetworks.Fit[]> fits =
        networks.fitVariants(
            context,
            id(),
            variant -> seeds,
            () -> networks.trainer(2, 16, Activation.ATAN).updates(UPDATES));
    List<Row> rows = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    fits.forEach(
        (variant, runs) -> {
          addRows(rows, variant, runs);
          addSeries(series, variant, runs);
        });
    return MiniNetworks.result(
            context,
            seeds,
            rows,
            List.of(
                "Nothing is tested here; validation data draw the curve. The write-up's 750 is read"
                    + " off a plot, and \"oscillating around that value\" is its own reading of the"
                    + " rest.",
                "Loss is the sum over the 800 training images, before an update; curves keep every "
                    + STRIDE
                    + "th update."),
            series)
        .with(
            new Pictures(
                List.of(),
                List.of(),
                List.of(new Pictures.Mark(ACCURACY_CHART, "published peak: about " + PEAK, PEAK))));
  }

  private static void addRows(List<Row> rows, Variant variant, MiniNetworks.Fit[] fits) {
    double seconds = Arrays.stream(fits).mapToDouble(MiniNetworks.Fit::seconds).average().orElse(0);
    Spread peaks = Spread.of(fits, MiniNetworks.Fit::bestUpdate);
    Row peak =
        variant == Variant.PUBLISHED
            ? Row.random(variant, PUBLISHED, peaks)
            : Row.unpublished(variant, PUBLISHED.label(), peaks, 0);
    String verdict = dip(fits);
    rows.add(
        (peak.verdict() == Verdict.WITHIN_SPREAD || peak.published() == null
                ? peak.note(verdict)
                : peak)
            .took(seconds)
            .asHeadline());
    rows.add(
        Row.unpublished(
            variant, "best validation accuracy", Spread.of(fits, MiniNetworks.Fit::best), 3));
    for (int update : new int[] {100, PEAK, UPDATES}) {
      rows.add(
          Row.unpublished(
              variant,
              String.format(Locale.ROOT, "validation accuracy after %,d updates", update),
              Spread.of(fits, fit -> fit.validation()[update - 1]),
              3));
    }
    rows.add(
        Row.unpublished(
            variant,
            "mean validation accuracy near the end less that near update " + PEAK,
            Spread.of(fits, MlpLong::rise),
            3));
    for (int update : new int[] {1, PEAK, UPDATES}) {
      rows.add(
          Row.unpublished(
              variant,
              String.format(Locale.ROOT, "loss before update %,d", update),
              Spread.of(fits, fit -> fit.losses()[update - 1]),
              0));
    }
  }

  /** Below 0 where accuracy has fallen since the published peak. */
  private static double rise(MiniNetworks.Fit fit) {
    return mean(fit.validation(), UPDATES - WINDOW, UPDATES)
        - mean(fit.validation(), PEAK - WINDOW / 2, PEAK + WINDOW / 2);
  }

  private static double mean(double[] values, int from, int to) {
    return Arrays.stream(values, from, to).average().orElseThrow();
  }

  /** Whether "a peak near 750, then a dip" is a rule. */
  private static String dip(MiniNetworks.Fit... fits) {
    long near =
        Arrays.stream(fits).filter(fit -> Math.abs(fit.bestUpdate() - PEAK) <= WINDOW).count();
    long falls = Arrays.stream(fits).filter(fit -> rise(fit) < 0).count();
    boolean rule = near * 2 > fits.length && falls * 2 > fits.length;
    return String.format(
        Locale.ROOT,
        "a peak near %d, then a dip, is %s: %d of %d seeds have their best within %d updates of it,"
            + " and %d end lower than they were there",
        PEAK,
        rule ? "the rule" : "no rule",
        near,
        fits.length,
        WINDOW,
        falls);
  }

  private static void addSeries(List<Series> series, Variant variant, MiniNetworks.Fit... fits) {
    for (int seed = 0; seed < fits.length; seed++) {
      String name = variant.id() + " variant, seed " + seed;
      series.add(curve(ACCURACY_CHART, name, "accuracy", 1, fits[seed].validation()));
      series.add(curve("loss", name, "sum over 800 images", 0, fits[seed].losses()));
    }
  }

  private static Series curve(
      String chart, String name, String y, int updatesBefore, double... values) {
    return new Series(
        chart,
        name,
        "updates",
        y,
        IntStream.range(0, values.length)
            .filter(i -> i % STRIDE == 0)
            .mapToObj(i -> new Series.Point(i + updatesBefore, values[i]))
            .toList());
  }
}
