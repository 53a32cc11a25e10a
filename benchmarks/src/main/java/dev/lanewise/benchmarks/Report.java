package dev.lanewise.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** Results as text. */
final class Report {
  private Report() {}

  /**
   * One line of the table.
   *
   * @param benchmark class and method
   * @param parameters as in {@code backend=vector shape=...}
   * @param threads how many threads measured at once
   * @param microseconds the mean time of one operation
   * @param error half of its 99.9 % confidence interval; NaN when there are too few samples
   * @param rate how much work a second that is
   * @param share of the rate that the machine's limit reached in the same run; NaN if that was not
   *     measured, or there is none
   * @param allocated bytes allocated by one operation; NaN if not measured
   */
  record Line(
      String benchmark,
      String parameters,
      int threads,
      double microseconds,
      double error,
      String rate,
      double share,
      double allocated) {

    private static Line of(RunResult result, Map<String, Double> limits) {
      BenchmarkParams params = result.getParams();
      Map<String, String> parameters = new LinkedHashMap<>();
      for (String key : params.getParamsKeys()) {
        parameters.put(key, params.getParam(key));
      }
      Result<?> primary = result.getPrimaryResult();
      Result<?> allocation = result.getSecondaryResults().get("gc.alloc.rate.norm");
      String name = params.getBenchmark();
      Work work = Work.of(name, parameters);
      double limit = limits.getOrDefault(work.limit(), Double.NaN);
      return new Line(
          name.substring(name.lastIndexOf('.', name.lastIndexOf('.') - 1) + 1),
          parameters.entrySet().stream()
              .map(e -> e.getKey() + "=" + e.getValue())
              .collect(Collectors.joining("  ")),
          params.getThreads(),
          primary.getScore(),
          primary.getScoreError(),
          work.rate(primary.getScore(), params.getThreads()),
          work.amount() / primary.getScore() / limit,
          allocation == null ? Double.NaN : allocation.getScore());
    }
  }

  /** The table of all results, in the order of their names and parameters. */
  static String table(Collection<RunResult> results) {
    Map<String, Double> limits = new HashMap<>();
    for (RunResult result : results) {
      String name = result.getParams().getBenchmark();
      if (name.startsWith(Roofline.class.getName() + ".")) {
        limits.put(
            name.substring(name.lastIndexOf('.') + 1),
            Work.of(name, Map.of()).amount() / result.getPrimaryResult().getScore());
      }
    }
    return format(
        results.stream()
            .map(result -> Line.of(result, limits))
            .sorted(Comparator.comparing(Line::benchmark).thenComparing(Line::parameters))
            .toList());
  }

  static String format(List<Line> lines) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        List.of(
            "benchmark",
            "parameters",
            "threads",
            "us/op",
            "error",
            "rate",
            "of limit",
            "allocated B/op"));
    for (Line line : lines) {
      cells.add(
          List.of(
              line.benchmark(),
              line.parameters(),
              Integer.toString(line.threads()),
              number(line.microseconds()),
              number(line.error()),
              line.rate(),
              Double.isNaN(line.share())
                  ? "-"
                  : String.format(Locale.ROOT, "%.0f %%", 100 * line.share()),
              number(line.allocated())));
    }
    int[] widths = new int[cells.getFirst().size()];
    for (List<String> row : cells) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder table = new StringBuilder();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String padding = " ".repeat(widths[i] - row.get(i).length());
        // Text to the left, numbers to the right.
        line.append(i < 2 ? row.get(i) + padding : padding + row.get(i)).append("  ");
      }
      table.append(line.toString().stripTrailing()).append('\n');
    }
    return table.toString();
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
  }

  /** Hides the user's folder, which may be the user's name. */
  static String anonymous(String text, String home) {
    return home.length() > 1 ? text.replace(home, "~") : text;
  }
}
