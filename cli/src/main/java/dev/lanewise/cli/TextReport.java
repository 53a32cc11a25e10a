package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Experiment;
import dev.lanewise.cli.experiment.Figure;
import dev.lanewise.cli.experiment.Result;
import dev.lanewise.cli.experiment.Row;
import dev.lanewise.cli.experiment.Variant;
import dev.lanewise.cli.report.Numbers;
import dev.lanewise.engine.EngineInfo;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
      cells.add(Numbers.figure(row.ours().mean(), row.decimals()));
      if (spread) {
        cells.add(Numbers.figure(row.ours().sd(), row.decimals()));
        cells.add(
            Numbers.figure(row.ours().min(), row.decimals())
                + ".."
                + Numbers.figure(row.ours().max(), row.decimals()));
      }
      cells.add(published(row));
      cells.add(row.verdict().text());
      cells.add(Numbers.time(row.seconds()));
      if (times) {
        cells.add(Numbers.time(theirSeconds(row)));
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
    return published == null ? "" : Numbers.figure(published.value(), published.decimals());
  }

  private static double theirSeconds(Row row) {
    Figure published = row.published();
    return published == null ? Double.NaN : published.seconds();
  }

  /** Whether nothing was added. */
  boolean isEmpty() {
    return entries.isEmpty();
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
            Numbers.figure(row.ours().mean(), row.decimals()),
            published(row),
            row.verdict().text(),
            first ? Numbers.time(entry.seconds) : "");
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
