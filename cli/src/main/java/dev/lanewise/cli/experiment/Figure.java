package dev.lanewise.cli.experiment;

import java.util.List;
import java.util.Optional;

/**
 * A figure that a write-up printed.
 *
 * @param label what of, as in {@code "L2 k=3"}
 * @param value the figure
 * @param decimals how many digits after the point are known and compared
 * @param seconds how long the write-up says it took, on its own unknown machine; NaN if it does not
 *     say
 */
public record Figure(String label, double value, int decimals, double seconds) {

  /** A figure without a time. */
  public Figure(String label, double value, int decimals) {
    this(label, value, decimals, Double.NaN);
  }

  /** The figure of that label, if the write-up printed one. */
  static Optional<Figure> find(List<Figure> figures, String label) {
    return figures.stream().filter(figure -> figure.label().equals(label)).findFirst();
  }

  /** Half a unit of the last digit. */
  double tolerance() {
    return 0.5 * Math.pow(10, -decimals) * (1 + 1e-9);
  }
}
