package dev.lanewise.benchmarks.proof;

import dev.lanewise.benchmarks.proof.Results.RowResult;
import dev.lanewise.benchmarks.proof.Results.SideResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jfree.data.category.DefaultCategoryDataset;

/** Results as one page of Markdown and as charts beside it. */
public final class Table {

  private Table() {}

  /**
   * Reads the results of a run and writes {@code targets.md} and the charts into the same folder.
   *
   * @return what was written
   */
  public static List<Path> write(Path json) throws IOException {
    Results results = Results.read(json);
    Path folder = json.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IOException("no folder around " + json);
    }
    List<Path> written = new ArrayList<>();
    List<Claims.Verdict> verdicts =
        Claims.all().stream().flatMap(claim -> claim.judge(results).stream()).toList();
    written.add(chart(folder, "chart-products-1", "sgemm, one thread: GFLOP/s", results, 1));
    written.add(chart(folder, "chart-products-2", "sgemm, two threads: GFLOP/s", results, 2));
    written.add(speedups(folder, results));
    written.removeIf(path -> !Files.exists(path));
    Path page = folder.resolve("targets.md");
    Files.writeString(page, page(results, verdicts, written));
    written.add(page);
    return written;
  }

  static String page(Results results, List<Claims.Verdict> verdicts, List<Path> charts) {
    StringBuilder page = new StringBuilder("# Targets\n\n");
    page.append(
        """
        Made by `./lanewise bench --report` from `proof.json`. A ratio above 1 means that lanewise is faster: the
        median, and in brackets the smallest and largest, of the ratios of turns taken within seconds of each other.

        | target | ours | peer or limit | ratio | met |
        |---|---|---|---|---|
        """);
    for (Claims.Verdict v : verdicts) {
      line(page, v.target(), v.ours(), v.peer(), v.ratio(), v.met() ? "yes" : "**no**");
    }
    List<String> missing =
        Claims.all().stream()
            .filter(claim -> claim.judge(results).isEmpty())
            .map(Claims.Claim::target)
            .toList();
    for (String target : missing) {
      line(page, target, "not measured", "", "", "-");
    }
    page.append("\n## Run\n\n");
    results
        .facts()
        .forEach(
            (key, value) -> page.append("- ").append(key).append(": ").append(value).append('\n'));
    for (Path chart : charts) {
      page.append("\n![")
          .append(chart.getFileName())
          .append("](")
          .append(chart.getFileName())
          .append(")\n");
    }
    page.append("\n## All contestants\n");
    results
        .rows()
        .forEach(
            (id, row) -> {
              page.append("\n### ").append(row.title()).append("\n\n");
              page.append(
                  "| contestant | task | median (min..max) | ours is faster by | rate | % of limit"
                      + " | answer |\n");
              page.append("|---|---|---|---|---|---|---|\n");
              row.sides().forEach((label, side) -> side(page, results, id, row, label, side));
            });
    if (!results.warmUp().isEmpty()) {
      page.append("\n### Warm-up: rates in fresh JVMs, relative to the median of those warm\n\n");
      page.append(
          "| kernel | JVMs | slowest | fastest | beyond 10 % | later, slowest | beyond 10 % |\n");
      page.append("|---|---|---|---|---|---|---|\n");
      for (String kernel : results.warmUp().keySet()) {
        double[] rates = results.warmth(kernel, results.warmUp());
        double[] later = results.warmth(kernel, results.warmUpLater());
        line(
            page,
            "`" + kernel + "`",
            Integer.toString(rates.length),
            number(Arrays.stream(rates).min().orElseThrow()),
            number(Arrays.stream(rates).max().orElseThrow()),
            Long.toString(Claims.slow(rates)),
            later.length == 0 ? "" : number(Arrays.stream(later).min().orElseThrow()),
            later.length == 0 ? "" : Long.toString(Claims.slow(later)));
      }
    }
    return page.toString();
  }

  private static void side(
      StringBuilder page,
      Results results,
      String id,
      RowResult row,
      String label,
      SideResult side) {
    if (side.turns().isEmpty()) {
      line(page, label, "`" + side.task() + "`", "not measured: " + side.skipped(), "", "", "", "");
      return;
    }
    SideResult first = row.sides().values().iterator().next();
    double[] s = side.seconds();
    double median = Claims.median(s);
    double[] ratios = id.equals("kernels") ? new double[0] : Claims.ratios(first, side);
    Optional<Amount> amount = Amount.of(side.task());
    line(
        page,
        label,
        "`" + side.task() + "`",
        String.format(
            Locale.ROOT,
            "%s (%s..%s)",
            Claims.seconds(median),
            Claims.seconds(java.util.Arrays.stream(s).min().orElseThrow()),
            Claims.seconds(java.util.Arrays.stream(s).max().orElseThrow())),
        side.equals(first) || ratios.length == 0 ? "" : Claims.spread(ratios),
        amount.map(a -> a.rate(median)).orElse(""),
        amount
            .flatMap(a -> a.share(results, median))
            .map(x -> String.format(Locale.ROOT, "%.0f %%", 100 * x))
            .orElse(""),
        answer(first, side));
  }

  /** How a contestant's answer compares with ours. */
  private static String answer(SideResult ours, SideResult side) {
    if (side.equals(ours)) {
      return "";
    }
    Double a = ours.check();
    Double b = side.check();
    if (ours.identity() != null && ours.identity().equals(side.identity())) {
      return "identical";
    }
    if (a == null || b == null) {
      return "";
    }
    double difference = Math.abs(a - b) / Math.max(1e-300, Math.abs(a));
    return difference == 0 ? "equal" : String.format(Locale.ROOT, "%.6g, ours %.6g", b, a);
  }

  private static void line(StringBuilder page, String... cells) {
    page.append("| ");
    page.append(
        String.join(" | ", java.util.Arrays.stream(cells).map(c -> c.replace("|", "/")).toList()));
    page.append(" |\n");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /**
   * What one run of a task does.
   *
   * @param limit the contestant of the row {@code roofline-THREADS} that bounds it; empty for none
   */
  record Amount(double amount, String unit, int threads, String limit) {

    static Optional<Amount> of(String task) {
      String[] words = task.split(" ", -1);
      String work = words[0].equals("copy") ? "copy" : words.length > 1 ? words[1] : "";
      return switch (work) {
        case "sgemm" -> {
          int[] s = dev.lanewise.benchmarks.Inputs.shape(words[4]);
          yield Optional.of(
              new Amount(
                  2.0 * s[0] * s[1] * s[2],
                  "FLOP",
                  Integer.parseInt(words[2]),
                  "multiply-adds in registers"));
        }
        case "softmax", "sigmoid", "copy" -> {
          int[] s = dev.lanewise.benchmarks.Inputs.shape(words[3]);
          yield Optional.of(
              new Amount(8.0 * s[0] * s[1], "B", Integer.parseInt(words[2]), "copying memory"));
        }
        case "fma" -> {
          int threads = Integer.parseInt(words[2]);
          yield Optional.of(
              new Amount(
                  threads * OwnTasks.FMA_ROUNDS * dev.lanewise.benchmarks.Roofline.FLOP,
                  "FLOP",
                  threads,
                  ""));
        }
        case "read" ->
            Optional.of(new Amount(4.0 * OwnTasks.READ_INTS, "B", Integer.parseInt(words[2]), ""));
        case "scan" -> Optional.of(new Amount(60_000 * 784 * 4.0, "B", 2, "reading memory"));
        default -> Optional.empty();
      };
    }

    String rate(double seconds) {
      return String.format(Locale.ROOT, "%.2f G%s/s", amount / seconds / 1e9, unit);
    }

    /** The share of what the machine can do, measured in the same run. */
    Optional<Double> share(Results results, double seconds) {
      return limit.isEmpty()
          ? Optional.empty()
          : results
              .side("roofline-" + threads, limit)
              .flatMap(
                  side ->
                      of(side.task())
                          .map(
                              most ->
                                  amount
                                      / seconds
                                      / (most.amount / Claims.median(side.seconds()))));
    }
  }

  private static Path chart(Path folder, String name, String title, Results results, int threads)
      throws IOException {
    List<String> rows =
        results.rows().keySet().stream()
            .filter(row -> row.startsWith("sgemm-" + threads + "-"))
            .filter(row -> results.side(row, "lanewise (auto)").isPresent())
            .toList();
    Path file = folder.resolve(name + ".svg");
    if (rows.isEmpty()) {
      Files.deleteIfExists(file);
      return file;
    }
    DefaultCategoryDataset rates = new DefaultCategoryDataset();
    for (String row : rows) {
      String shape = row.substring("sgemm-1-".length());
      for (String label : List.of("lanewise (vector)", "lanewise (auto)", "OpenBLAS", "MKL")) {
        results
            .side(row, label)
            .flatMap(
                side ->
                    Amount.of(side.task())
                        .map(a -> a.amount() / Claims.median(side.seconds()) / 1e9))
            .ifPresent(rate -> rates.addValue(rate, label, shape));
      }
    }
    Bars.write(file, title, "GFLOP/s", rates);
    return file;
  }

  /** How many times as fast as each peer, on a logarithmic axis. */
  private static Path speedups(Path folder, Results results) throws IOException {
    DefaultCategoryDataset ratios = new DefaultCategoryDataset();
    for (Map.Entry<String, RowResult> row : results.rows().entrySet()) {
      if (row.getKey().matches("(sgemm|width|roofline|kernels).*")) {
        continue;
      }
      row.getValue()
          .sides()
          .forEach(
              (label, side) -> {
                Optional<SideResult> ours = results.side(row.getKey(), "lanewise");
                if (ours.isPresent() && !label.startsWith("lanewise") && !side.turns().isEmpty()) {
                  double[] r = Claims.ratios(ours.get(), side);
                  if (r.length > 0) {
                    ratios.addValue(Claims.median(r), "ratio", row.getKey() + ": " + label);
                  }
                }
              });
    }
    Path file = folder.resolve("chart-speedups.svg");
    if (ratios.getColumnCount() == 0) {
      Files.deleteIfExists(file);
      return file;
    }
    Bars.writeRatios(file, "time of the peer divided by ours", ratios);
    return file;
  }
}
