package dev.lanewise.cli.experiment;

import java.util.Locale;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * One line of a report: our figure beside the published one.
 *
 * @param variant which reading of the write-up
 * @param label what was measured
 * @param ours our figure, over the seeds if it depends on one
 * @param published what the write-up printed, if it did
 * @param decimals digits after the point to show
 * @param verdict how the two stand to each other
 * @param note why, where the verdict needs a reason; may be empty
 * @param seconds how long this row took here; NaN if it was not timed by itself
 * @param headline whether a summary of the run shows this row
 */
public record Row(
    Variant variant,
    String label,
    Spread ours,
    @Nullable Figure published,
    int decimals,
    Verdict verdict,
    String note,
    double seconds,
    boolean headline) {

  /** With fewer runs a range says too little to place a published figure in it. */
  public static final int FEWEST_RUNS = 5;

  /** How often a prediction of one more run may fail, beyond both of its ends together. */
  private static final double RISK = .01;

  private static final String OUTSIDE = "the published figure is outside our range";

  /** A figure that is the same at every run and has to be the published one. */
  public static Row exact(Variant variant, Figure published, double ours) {
    return new Row(
        variant,
        published.label(),
        Spread.of(ours),
        published,
        published.decimals(),
        Math.abs(ours - published.value()) <= published.tolerance()
            ? Verdict.EQUAL
            : Verdict.DIFFERS,
        "",
        Double.NaN,
        false);
  }

  /** A figure that depends on a seed, among whose runs the published one should fall. */
  public static Row random(Variant variant, Figure published, Spread ours) {
    Row row =
        new Row(
            variant,
            published.label(),
            ours,
            published,
            Math.max(3, published.decimals()),
            ours.contains(published.value(), published.tolerance())
                ? Verdict.WITHIN_SPREAD
                : Verdict.DIFFERS,
            "",
            Double.NaN,
            false);
    if (ours.runs() < FEWEST_RUNS) {
      return row.notComparable(
          ours.runs() + " seed(s) give no range; use --seeds " + FEWEST_RUNS + " or more");
    }
    return row.verdict() == Verdict.WITHIN_SPREAD ? row : row.note(OUTSIDE);
  }

  /**
   * The same row; if nothing has explained yet why its random figure is outside our range, and it
   * is where Student's prediction interval, mean +- t s sqrt(1 + 1/n), has one more run of ours
   * with a probability of 99 %, that explains it: the most extreme of n + 1 runs is always outside
   * the range of the others.
   */
  Row orPredicted() {
    int n = ours.runs();
    if (verdict != Verdict.DIFFERS || published == null || n < FEWEST_RUNS) {
      return this;
    }
    double half =
        TDistribution.of(n - 1).inverseSurvivalProbability(RISK / 2)
            * ours.sd()
            * Math.sqrt(1 + 1.0 / n);
    if (!(Math.abs(published.value() - ours.mean()) <= half + published.tolerance())) {
      return this;
    }
    String number = "%." + decimals + "f";
    String why =
        String.format(
            Locale.ROOT,
            "single runs scatter: outside our range, but one more run is expected between "
                + number
                + " and "
                + number
                + " (99 %% prediction interval)",
            ours.mean() - half,
            ours.mean() + half);
    String others = note.replace(OUTSIDE, "").replaceFirst("^; ", "");
    return explained(others.isEmpty() ? why : why + "; " + others);
  }

  /** A figure for which the write-up printed nothing. */
  public static Row unpublished(Variant variant, String label, Spread ours, int decimals) {
    return new Row(variant, label, ours, null, decimals, Verdict.NO_FIGURE, "", Double.NaN, false);
  }

  /** The same row, shown in the summary too. */
  public Row asHeadline() {
    return new Row(variant, label, ours, published, decimals, verdict, note, seconds, true);
  }

  /** The same row with a note, after those it has. */
  public Row note(String text) {
    String notes = note.isEmpty() ? text : note + "; " + text;
    return new Row(variant, label, ours, published, decimals, verdict, notes, seconds, headline);
  }

  /** The same row with its time. */
  public Row took(double time) {
    return new Row(variant, label, ours, published, decimals, verdict, note, time, headline);
  }

  /** The same row, its difference explained by what this run has found out. */
  public Row explained(String why) {
    return new Row(
        variant, label, ours, published, decimals, Verdict.EXPLAINED, why, seconds, headline);
  }

  /** The same row, the published figure being context only. */
  public Row notComparable(String why) {
    return new Row(
        variant, label, ours, published, decimals, Verdict.NOT_COMPARABLE, why, seconds, headline);
  }
}
