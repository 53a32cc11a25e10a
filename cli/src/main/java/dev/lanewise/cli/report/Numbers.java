package dev.lanewise.cli.report;

import java.util.Locale;

/** How reports write numbers. */
public final class Numbers {

  private Numbers() {}

  /**
   * A figure.
   *
   * @param decimals digits after the point that are known
   */
  public static String figure(double value, int decimals) {
    if (decimals > 6 && value != 0 && Math.abs(value) < 0.01) {
      // Six decimals would leave few or none of the known digits.
      int digits = decimals + (int) Math.floor(Math.log10(Math.abs(value)));
      return String.format(Locale.ROOT, "%." + Math.clamp(digits, 0, 6) + "e", value);
    }
    // More digits than tell two counts of a thousand apart only blur the column.
    return String.format(Locale.ROOT, "%." + Math.min(decimals, 6) + "f", value);
  }

  /** A time in seconds, in a unit that suits it; empty if it is not known. */
  public static String time(double seconds) {
    if (Double.isNaN(seconds)) {
      return "";
    }
    if (seconds < 0.9995) {
      return String.format(Locale.ROOT, seconds < 0.01 ? "%.3f ms" : "%.0f ms", seconds * 1e3);
    }
    return seconds < 90
        ? String.format(Locale.ROOT, "%.2f s", seconds)
        : String.format(Locale.ROOT, "%d min %02d s", (long) seconds / 60, (long) seconds % 60);
  }
}
