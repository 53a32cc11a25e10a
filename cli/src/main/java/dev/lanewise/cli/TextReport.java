package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Experiment;
import dev.lanewise.cli.experiment.Figure;
import dev.lanewise.cli.experiment.Result;
import dev.lanewise.cli.experiment.Row;
import dev.lanewise.cli.experiment.Variant;
import dev.lanewise.engine.EngineInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Results for people: a table for each experiment, and one of all at the end. */
final class TextReport {

  /** Lines of prose are broken here; tables are as wide as they must be. */
  private static final int WIDTH = 96;

  private final PrintWriter out;
  private final List<Entry> entries = new ArrayList<>();

  private record Entry(Experiment experiment, Result result, double seconds) {}

  TextReport(PrintWriter out) {
    this.out = out;
  }

  void header(EngineInfo engine, Machine machine) {
    wrap("", "backend " + engine.backend() + " (" + engine.reason() + ")");
    wrap(
        "",
        engine.threads()
            + (engine.threads() == 1 ? " thread" : " threads")
            + ", vector width "
            + machine.vectorWidth()
            + ", FMA "
            + machine.fma()
            + ", "
            + machine.cpu());
    wrap("", machine.jvm() + ", " + machine.os());
  }

  void add(Experiment experiment, Result result, double seconds) {
    entries.add(new Entry(experiment, result, seconds));
    out.println();
    wrap("", experiment.id() + ": " + experiment.title());
    wrap("  ", "from " + experiment.source());
    wrap(
        "  ",
        "data: "
            + result.dataSource()
            + (result.seeds() > 0 ? "; " + result.seeds() + " seeds" : ""));
    if (!experiment.defects().isEmpty()) {
      wrap("  ", "defects: " + experiment.defects());
    }
    result.rows().stream()
        .map(Row::variant)
        .distinct()
        .forEach(
            variant -> {
              if (variant != Variant.SAME) {
                out.println("variant " + variant.id() + ":");
              }
              rows(result.rows().stream().filter(row -> row.variant() == variant).toList());
            });
    result.notes().forEach(note -> wrap("  ", note));
    out.flush();
  }

  private void rows(List<Row> rows) {
    boolean spread = rows.stream().anyMatch(row -> row.ours().runs() > 1);
    boolean times = rows.stream().anyMatch(row -> !Double.isNaN(theirSeconds(row)));
    List<String> head = new ArrayList<>(List.of("figure", spread ? ">mean" : ">ours"));
    if (spread) {
      head.addAll(List.of(">sd", ">min..max"));
    }
    head.addAll(List.of(">published", "verdict", ">time"));
    if (times) {
      head.add(">their time");
    }
    Table table = new Table(head.toArray(String[]::new));
    Map<String, List<String>> notes = new LinkedHashMap<>();
    for (Row row : rows) {
      List<String> cells = new ArrayList<>();
      cells.add(row.label());
      cells.add(number(row.ours().mean(), row.decimals()));
      if (spread) {
        cells.add(number(row.ours().sd(), row.decimals()));
        cells.add(
            number(row.ours().min(), row.decimals())
                + ".."
                + number(row.ours().max(), row.decimals()));
      }
      cells.add(published(row));
      cells.add(row.verdict().text());
      cells.add(time(row.seconds()));
      if (times) {
        cells.add(time(theirSeconds(row)));
      }
      table.add(cells.toArray(String[]::new));
      if (!row.note().isEmpty()) {
        notes.computeIfAbsent(row.note(), note -> new ArrayList<>()).add(row.label());
      }
    }
    table.print(out);
    notes.forEach((note, labels) -> wrap("  ", which(labels, rows.size()) + note + "."));
  }

  /** Names the rows that a note is for, unless it is for most of them. */
  private static String which(List<String> labels, int rows) {
    return labels.size() > rows / 2 ? "" : String.join("; ", labels) + ": ";
  }

  private static String published(Row row) {
    Figure published = row.published();
    return published == null ? "" : number(published.value(), published.decimals());
  }

  private static double theirSeconds(Row row) {
    Figure published = row.published();
    return published == null ? Double.NaN : published.seconds();
  }

  /** All headlines in one table; a line counts the rows that are not shown. */
  void summary() {
    out.println();
    Table table =
        new Table("experiment", "data", "figure", ">ours", ">published", "verdict", ">time");
    for (Entry entry : entries) {
      List<Row> hidden = new ArrayList<>();
      boolean first = true;
      if (entry.result.rows().isEmpty()) {
        table.add(entry.experiment.id(), entry.result.data(), "skipped", "", "", "", "");
      }
      for (Row row : entry.result.rows()) {
        if (!row.headline()) {
          if (row.published() != null) {
            hidden.add(row);
          }
          continue;
        }
        table.add(
            first ? entry.experiment.id() : "",
            first ? entry.result.data() : "",
            (row.variant() == Variant.SAME ? "" : row.variant().id() + ": ") + row.label(),
            number(row.ours().mean(), row.decimals()),
            published(row),
            row.verdict().text(),
            first ? time(entry.seconds) : "");
        first = false;
      }
      if (!hidden.isEmpty()) {
        String verdicts =
            hidden.stream()
                .collect(
                    Collectors.groupingBy(
                        Row::verdict, java.util.TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(count -> count.getValue() + " " + count.getKey().text())
                .collect(Collectors.joining("; "));
        table.add("", "", "and " + hidden.size() + " more", "", "", verdicts, "");
      }
    }
    table.print(out);
    out.flush();
  }

  static String number(double value, int decimals) {
    if (decimals > 6 && value != 0 && Math.abs(value) < 0.01) {
      // Six decimals would leave few or none of the known digits.
      int digits = decimals + (int) Math.floor(Math.log10(Math.abs(value)));
      return String.format(Locale.ROOT, "%." + Math.clamp(digits, 0, 6) + "e", value);
    }
    // More digits than tell two counts of a thousand apart only blur the column.
    return String.format(Locale.ROOT, "%." + Math.min(decimals, 6) + "f", value);
  }

  static String time(double seconds) {
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

  private void wrap(String indent, String text) {
    wrap(out, indent, text);
  }

  /** Prints a text in lines that fit a terminal. */
  static void wrap(PrintWriter out, String indent, String text) {
    StringBuilder line = new StringBuilder(indent);
    for (String word : text.split(" ", -1)) {
      if (line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line = new StringBuilder(indent);
      }
      line.append(line.length() > indent.length() ? " " : "").append(word);
    }
    out.println(line);
  }
}
