package dev.lanewise.cli.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Whether one run's many figures of one kind, some of which lie outside the ranges of ours, look
 * like one more run of ours. With n runs about 2 of n + 1 figures of another one fall outside by
 * chance alone; instead of trusting that figures are independent, each of our runs is held against
 * the others.
 *
 * @param what the figures in a word or two, as in {@code "accuracies"}
 * @param figures the published ones
 * @param published the run to judge
 * @param ours each of our runs, held against the others; empty if they are too few to judge by
 */
record Chance(String what, List<Figure> figures, Outside published, List<Outside> ours) {

  /** How often a run like ours may be taken for another. */
  private static final double RISK = .01;

  /**
   * How a run stands to the ranges of others.
   *
   * @param count how many figures lie outside
   * @param farthest by how much at the most, 0 if none does
   */
  record Outside(int count, double farthest) {

    /** Judges figures by the ranges of all other runs, or of all if {@code left} is -1. */
    private static Outside of(double[] figures, double[][] runs, int left, double[] tolerance) {
      int count = 0;
      double farthest = 0;
      for (int figure = 0; figure < figures.length; figure++) {
        int f = figure;
        double[] others =
            IntStream.range(0, runs[f].length)
                .filter(run -> run != left)
                .mapToDouble(run -> runs[f][run])
                .toArray();
        Spread range = Spread.of(others);
        if (!range.contains(figures[f], tolerance[f])) {
          count++;
          farthest =
              Math.max(farthest, Math.max(range.min() - figures[f], figures[f] - range.max()));
        }
      }
      return new Outside(count, farthest);
    }
  }

  /**
   * Judges a run.
   *
   * @param what the figures in a word or two
   * @param figures the published ones, in the same unit
   * @param runs ours: [figure][run]
   */
  static Chance of(String what, List<Figure> figures, double[][] runs) {
    double[] published = figures.stream().mapToDouble(Figure::value).toArray();
    double[] tolerance = figures.stream().mapToDouble(Figure::tolerance).toArray();
    int seeds = runs[0].length;
    List<Outside> ours =
        seeds < Row.FEWEST_RUNS
            ? List.of()
            : IntStream.range(0, seeds)
                .mapToObj(
                    run ->
                        Outside.of(
                            Arrays.stream(runs).mapToDouble(figure -> figure[run]).toArray(),
                            runs,
                            run,
                            tolerance))
                .toList();
    return new Chance(what, figures, Outside.of(published, runs, -1, tolerance), ours);
  }

  /**
   * The same row; if its figure, one of those judged here, is outside our range and chance alone
   * leaves as many outside and as far, that is the explanation.
   */
  Row explain(Row row) {
    if (row.verdict() != Verdict.DIFFERS || ours.isEmpty()) {
      return row;
    }
    return plausible() ? row.explained(says()) : row.note(says());
  }

  /** Whether no more lie outside, and no farther, than one more run of ours may have. */
  boolean plausible() {
    return !ours.isEmpty()
        && published.count <= limit(Outside::count)
        && published.farthest <= limit(Outside::farthest);
  }

  /**
   * What one more run stays below with a probability of 99 %, by Student's prediction interval:
   * mean + t s sqrt(1 + 1/n). The most extreme of n + 1 runs is beyond the other n however alike
   * all are, so their largest value alone would condemn too easily.
   */
  private double limit(ToDoubleFunction<Outside> measure) {
    Spread spread = Spread.of(ours.stream().mapToDouble(measure).toArray());
    int n = spread.runs();
    double t = TDistribution.of(n - 1).inverseSurvivalProbability(RISK);
    return Math.max(spread.max(), spread.mean() + t * spread.sd() * Math.sqrt(1 + 1.0 / n));
  }

  /** What was found, in words. */
  private String says() {
    String number = "%." + figures.stream().mapToInt(Figure::decimals).max().orElseThrow() + "f";
    return String.format(
        Locale.ROOT,
        "single runs scatter: %d of the %d published %s are outside our ranges, the farthest by "
            + number
            + "; each of our seeds, held against the others, has %d to %d outside, the farthest by "
            + number
            + " to "
            + number
            + ", so that one more has up to %.0f and "
            + number
            + " (99 %% prediction limits)",
        published.count,
        figures.size(),
        what,
        published.farthest,
        ours.stream().mapToInt(Outside::count).min().orElse(0),
        ours.stream().mapToInt(Outside::count).max().orElse(0),
        ours.stream().mapToDouble(Outside::farthest).min().orElse(0),
        ours.stream().mapToDouble(Outside::farthest).max().orElse(0),
        Math.min(figures.size(), Math.floor(limit(Outside::count))),
        limit(Outside::farthest));
  }
}
