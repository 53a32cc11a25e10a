package dev.lanewise.cli.experiment;

import java.util.List;

/**
 * A curve, as the write-ups plotted them.
 *
 * @param chart what is drawn in one picture: series of one chart belong together
 * @param name which line of it, as in {@code "validation"} or {@code "validation, published"}
 * @param x what is counted to the right, with its unit
 * @param y what is measured, with its unit
 * @param points the line
 */
public record Series(String chart, String name, String x, String y, List<Point> points) {

  /** The name of a write-up's only line in a chart. */
  static final String WRITE_UP = "the write-up";

  /** One point of a line. */
  public record Point(double x, double y) {}

  /** Copies the points. */
  public Series {
    points = List.copyOf(points);
  }

  /** Whether these are figures of a write-up: their names say so, alone or at their end. */
  public boolean published() {
    return name.equals(WRITE_UP) || name.endsWith(", published");
  }

  /** A line through values at x = first, first + 1, ... */
  public static Series of(
      String chart, String name, String x, String y, int first, double... values) {
    return new Series(
        chart,
        name,
        x,
        y,
        java.util.stream.IntStream.range(0, values.length)
            .mapToObj(i -> new Point(first + i, values[i]))
            .toList());
  }
}
