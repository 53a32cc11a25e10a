package dev.lanewise.cli.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Whether one run's many figures, some of which lie outside the ranges of ours, look like one more
 * run of ours. With n runs about 2 of n + 1 figures of another one fall outside by chance alone;
 * instead of trusting that figures are independent, each of our runs is held against the others.
 *
 * @param published the run to judge
 * @param ours each of our runs, held against the others
 */
record Chance(Outside published, List<Outside> ours) {

  /**
   * How a run stands to the ranges of others.
   *
   * @param count how many figures lie outside
   * @param farthest by how much at the most, 0 if none does
   */
  record Outside(int count, double farthest) {

    /** Judges figures by the ranges of all other runs, or of all if {@code left} is -1. */
    private static Outside of(double[] figures, double[][] runs, int left, double tolerance) {
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
        if (!range.contains(figures[f], tolerance)) {
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
   * @param published its figures
   * @param tolerance how exactly they are known
   * @param runs our figures: [figure][run], at least two runs
   */
  static Chance of(double[] published, double tolerance, double[][] runs) {
    List<Outside> ours =
        IntStream.range(0, runs[0].length)
            .mapToObj(
                run ->
                    Outside.of(
                        Arrays.stream(runs).mapToDouble(figure -> figure[run]).toArray(),
                        runs,
                        run,
                        tolerance))
            .toList();
    return new Chance(Outside.of(published, runs, -1, tolerance), ours);
  }

  /** Whether no more lie outside, and no farther, than of some run of ours. */
  boolean plausible() {
    return published.count <= ours.stream().mapToInt(Outside::count).max().orElse(0)
        && published.farthest <= ours.stream().mapToDouble(Outside::farthest).max().orElse(0);
  }

  /** What was found, in words. */
  String says(String what, int of, int decimals) {
    String number = "%." + decimals + "f";
    return String.format(
        Locale.ROOT,
        "single runs scatter: %d of the %d published %s are outside our ranges, the farthest by "
            + number
            + "; each of our seeds, held against the others, has %d to %d outside, the farthest by "
            + number
            + " to "
            + number,
        published.count,
        of,
        what,
        published.farthest,
        ours.stream().mapToInt(Outside::count).min().orElse(0),
        ours.stream().mapToInt(Outside::count).max().orElse(0),
        ours.stream().mapToDouble(Outside::farthest).min().orElse(0),
        ours.stream().mapToDouble(Outside::farthest).max().orElse(0));
  }
}
