package dev.lanewise.cli.experiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TDistribution;

/**
 * A mean that an independent implementation found for a row of an experiment.
 *
 * @param mean as stated
 * @param unit of the last digit stated
 * @param sd of its runs; NaN if it was not stated, and ours serves for both
 * @param runs how many
 */
record Band(
    String id, Variant variant, String label, double mean, double unit, double sd, int runs) {

  /** All that are stated, in {@code bands.tsv}. */
  static List<Band> all() {
    return lines("bands.tsv").stream().map(Band::parse).toList();
  }

  /** The lines of a table beside this class, but for comments. */
  static List<String> lines(String table) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(Band.class.getResourceAsStream(table), table),
                StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Band parse(String line) {
    List<String> cells = List.of(line.split("\t", -1));
    String mean = cells.get(3);
    int point = mean.indexOf('.');
    String sd = cells.get(4);
    return new Band(
        cells.get(0),
        Variant.valueOf(cells.get(1).toUpperCase(java.util.Locale.ROOT)),
        cells.get(2),
        Double.parseDouble(mean),
        point < 0 ? 1 : Math.pow(10, -(mean.length() - point - 1)),
        sd.isEmpty() ? Double.NaN : Double.parseDouble(sd),
        Integer.parseInt(cells.get(5)));
  }

  /** What our figure is recorded under. */
  String key() {
    return Recorded.key(id, variant, label);
  }

  /**
   * How far ours is from this, in standard errors of the difference of two means: Welch's t, with
   * what rounding to the last stated digit adds, turned into the normal deviate that is as rare, so
   * that few runs and many can be judged by one limit.
   */
  double errors(Spread ours) {
    double our = ours.sd() * ours.sd() / ours.runs();
    double their = (Double.isNaN(sd) ? ours.sd() * ours.sd() : sd * sd) / runs;
    double freedom =
        Double.isNaN(sd)
            ? ours.runs() - 1
            : (our + their)
                * (our + their)
                / (our * our / (ours.runs() - 1) + their * their / (runs - 1));
    double rounding = unit * unit / 12;
    double t = (ours.mean() - mean) / Math.sqrt(our + their + rounding);
    double rarity = TDistribution.of(freedom).survivalProbability(Math.abs(t));
    return Math.copySign(NormalDistribution.of(0, 1).inverseSurvivalProbability(rarity), t);
  }
}
