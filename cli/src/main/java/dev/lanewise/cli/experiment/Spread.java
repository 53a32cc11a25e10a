package dev.lanewise.cli.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;

/**
 * One figure over several runs.
 *
 * @param values the figure of each, in the order of their seeds
 * @param mean their mean
 * @param sd their sample standard deviation, 0 for one run
 * @param min the smallest
 * @param max the largest
 */
public record Spread(List<Double> values, double mean, double sd, double min, double max) {

  /** Copies the values. */
  public Spread {
    values = List.copyOf(values);
  }

  /**
   * Of the figures of some runs.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(double... figures) {
    if (figures.length == 0) {
      throw new IllegalArgumentException("no runs to take the spread of");
    }
    DoubleStatistics statistics =
        DoubleStatistics.of(
            java.util.EnumSet.of(
                Statistic.MEAN, Statistic.STANDARD_DEVIATION, Statistic.MIN, Statistic.MAX),
            figures);
    return new Spread(
        Arrays.stream(figures).boxed().toList(),
        statistics.getAsDouble(Statistic.MEAN),
        figures.length == 1 ? 0 : statistics.getAsDouble(Statistic.STANDARD_DEVIATION),
        statistics.getAsDouble(Statistic.MIN),
        statistics.getAsDouble(Statistic.MAX));
  }

  /** As {@link #of(double...)}. */
  public static Spread of(List<Double> figures) {
    return of(figures.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Of a figure that each of some runs has. */
  static <T> Spread of(T[] runs, ToDoubleFunction<? super T> figure) {
    return of(Arrays.stream(runs).mapToDouble(figure).toArray());
  }

  /** How many runs. */
  public int runs() {
    return values.size();
  }

  /** Whether a figure, known to a tolerance, lies between the smallest and the largest of these. */
  public boolean contains(double figure, double tolerance) {
    return figure >= min - tolerance && figure <= max + tolerance;
  }
}
