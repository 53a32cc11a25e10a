package dev.lanewise.cli.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * Everything that the template shows, in words and pictures; it has only to be put in its place.
 */
record Page(
    String version,
    String ran,
    String interrupted,
    String total,
    List<Fact> facts,
    List<Count> counts,
    List<Figure> speed,
    List<Experiment> experiments) {

  /** Names of a run's entries, in the order to show them. */
  private static final Map<String, String> FACTS = new LinkedHashMap<>();

  static {
    FACTS.put("cpu", "Processor");
    FACTS.put("processors", "Hardware threads");
    FACTS.put("os", "System");
    FACTS.put("jvm", "JVM");
    FACTS.put("backend", "Backend");
    FACTS.put("backendReason", "Why this backend");
    FACTS.put("threads", "Threads used");
    FACTS.put("vectorWidth", "Vector width");
    FACTS.put("fma", "Fused multiply-add");
  }

  /** More rows make two charts. */
  private static final int MOST_INTERVALS = 34;

  /** Of figures that are no shares, however small. */
  private static final Pattern LOSS =
      Pattern.compile("^(?!.*accuracy).*\\b(?:loss|cross-entropy)\\b");

  /** Of experiments that time every row, the longest speak for the rest. */
  private static final int MOST_TIMES = 4;

  /** Longer tables scroll inside their box. */
  private static final int SHORT_TABLE = 30;

  /** In the order to count them. */
  private static final List<String> VERDICTS =
      List.of("equal", "within_spread", "explained", "differs", "not_comparable");

  /** A line about the run, or several. */
  record Fact(String name, List<String> values) {}

  /** How often a verdict was given. */
  record Count(Verdict verdict, long count) {}

  /** How our figure stands to the published one: a word, a sign and a class of the style sheet. */
  record Verdict(String text, String sign, String kind) {
    static Verdict of(String id) {
      return switch (id) {
        case "equal" -> new Verdict("equal", "=", "good");
        case "within_spread" -> new Verdict("within spread", "≈", "good");
        case "explained" -> new Verdict("differs, explained", "≠", "told");
        case "differs" -> new Verdict("differs", "✗", "bad");
        case "not_comparable" -> new Verdict("not comparable", "○", "quiet");
        case "no_figure" -> new Verdict("", "", "none");
        default -> new Verdict(id, "?", "quiet");
      };
    }
  }

  /** A line of a table; texts are empty where there is nothing to say. */
  record Line(
      String label,
      String ours,
      String sd,
      String range,
      String published,
      Verdict verdict,
      String time,
      String theirTime,
      String mark) {}

  /** The rows of one variant. */
  record Table(
      String title,
      boolean spread,
      boolean compared,
      boolean times,
      boolean theirTimes,
      boolean tall,
      List<Line> lines,
      List<Note> notes) {
    int size() {
      return lines.size();
    }

    boolean hasNotes() {
      return !notes.isEmpty();
    }
  }

  /** What is said about some rows. */
  record Note(String mark, String text) {}

  /** A figure in both variants. */
  record Change(String label, String published, String corrected, String difference) {}

  /** A chart and the file that it is in as well. */
  record Figure(String file, String title, String svg) {}

  /** Images that belong together. */
  record Gallery(String title, int perRow, List<Strip> strips) {
    boolean rows() {
      return perRow > 0;
    }
  }

  /** Images beside each other. */
  record Strip(List<Image> images) {}

  /** One image. */
  record Image(String label, String alt, String data) {}

  /** One experiment. */
  record Experiment(
      String id,
      String title,
      String source,
      String defects,
      String data,
      String dataSource,
      String seeds,
      String took,
      boolean skipped,
      List<Line> headlines,
      String more,
      List<Table> tables,
      List<Change> changes,
      boolean manyChanges,
      List<String> notes,
      List<Figure> charts,
      List<Gallery> galleries) {
    boolean hasChanges() {
      return !changes.isEmpty();
    }

    boolean hasNotes() {
      return !notes.isEmpty();
    }

    boolean hasCharts() {
      return !charts.isEmpty();
    }
  }

  /** The charts of the whole page. */
  List<Figure> figures() {
    return Stream.concat(
            speed.stream(),
            experiments.stream().flatMap(experiment -> experiment.charts().stream()))
        .toList();
  }

  static Page of(Results results) {
    List<Experiment> experiments = results.experiments().stream().map(Page::experiment).toList();
    List<Fact> facts = new ArrayList<>();
    FACTS.forEach(
        (key, name) -> {
          String value = results.run().getOrDefault(key, "");
          if (!value.isEmpty()) {
            facts.add(new Fact(name, List.of(value)));
          }
        });
    facts.add(new Fact("Lanewise", List.of(results.version() + ", commit " + results.commit())));
    facts.add(
        new Fact(
            "Data",
            results.experiments().stream()
                .filter(found -> !found.rows().isEmpty())
                .map(Results.Found::dataSource)
                .distinct()
                .toList()));
    List<Count> counts = new ArrayList<>();
    for (String verdict : VERDICTS) {
      long count =
          results.experiments().stream()
              .flatMap(found -> found.rows().stream())
              .filter(row -> row.verdict().equals(verdict))
              .count();
      if (count > 0) {
        counts.add(new Count(Verdict.of(verdict), count));
      }
    }
    return new Page(
        results.version() + " (commit " + results.commit() + ")",
        experiments.size() + (experiments.size() == 1 ? " experiment" : " experiments"),
        results.missing().isEmpty()
            ? ""
            : "The run was interrupted: "
                + String.join(", ", results.missing())
                + (results.missing().size() == 1 ? " is" : " are")
                + " not in this report.",
        Numbers.time(
            results.experiments().stream()
                .mapToDouble(Results.Found::seconds)
                .filter(seconds -> !Double.isNaN(seconds))
                .sum()),
        facts,
        counts,
        speed(results),
        experiments);
  }

  private static List<Figure> speed(Results results) {
    List<Charts.Timed> timed = new ArrayList<>();
    for (Results.Found found : results.experiments()) {
      Map<List<Double>, Charts.Timed> distinct = new LinkedHashMap<>();
      for (Results.Row row : found.rows()) {
        if (row.seconds() > 0 && row.secondsPublished() > 0 && !row.variant().equals("corrected")) {
          distinct.putIfAbsent(
              List.of(row.seconds(), row.secondsPublished()),
              new Charts.Timed(
                  found.id() + ": " + row.label(), row.seconds(), row.secondsPublished()));
        }
      }
      Set<Charts.Timed> longest =
          distinct.values().stream()
              .sorted(Comparator.comparingDouble(Charts.Timed::published).reversed())
              .limit(MOST_TIMES)
              .collect(Collectors.toSet());
      distinct.values().stream().filter(longest::contains).forEach(timed::add);
    }
    return timed.isEmpty()
        ? List.of()
        : List.of(
            figure("speed", Charts.speed("speed", "Times here beside the published ones", timed)));
  }

  private static Figure figure(String id, Charts.Chart chart) {
    return new Figure(id + ".svg", chart.title(), chart.svg());
  }

  private static Experiment experiment(Results.Found found) {
    List<Line> headlines = new ArrayList<>();
    List<Results.Row> hidden = new ArrayList<>();
    for (Results.Row row : found.rows()) {
      if (row.headline()) {
        String variant =
            switch (row.variant()) {
              case "same" -> "";
              case "published" -> "as published: ";
              default -> row.variant() + ": ";
            };
        headlines.add(line(row, variant + row.label(), ""));
      } else if (row.published() != null) {
        hidden.add(row);
      }
    }
    List<Change> changes = changes(found.rows());
    return new Experiment(
        found.id(),
        capital(found.title()),
        found.source(),
        found.defects(),
        found.data(),
        found.dataSource(),
        found.seeds() == 0 ? "" : found.seeds() + (found.seeds() == 1 ? " seed" : " seeds"),
        Numbers.time(found.seconds()),
        found.rows().isEmpty(),
        headlines,
        hidden.isEmpty()
            ? ""
            : "and "
                + hidden.size()
                + " more: "
                + hidden.stream()
                    .collect(
                        Collectors.groupingBy(
                            row -> Verdict.of(row.verdict()).text(),
                            TreeMap::new,
                            Collectors.counting()))
                    .entrySet()
                    .stream()
                    .map(entry -> entry.getValue() + " " + entry.getKey())
                    .collect(Collectors.joining(", ")),
        tables(found.rows()),
        changes,
        changes.size() > SHORT_TABLE,
        found.notes(),
        charts(found),
        found.galleries().stream().map(Page::gallery).toList());
  }

  private static Line line(Results.Row row, String label, String mark) {
    Results.Spread spread = row.spread();
    return new Line(
        label,
        Numbers.figure(row.ours(), row.decimals()),
        spread == null ? "" : Numbers.figure(spread.sd(), row.decimals()),
        spread == null
            ? ""
            : Numbers.figure(spread.min(), row.decimals())
                + " … "
                + Numbers.figure(spread.max(), row.decimals()),
        row.published() == null ? "" : Numbers.figure(row.published(), row.decimals()),
        Verdict.of(row.verdict()),
        Numbers.time(row.seconds()),
        Numbers.time(row.secondsPublished()),
        mark);
  }

  private static List<Table> tables(List<Results.Row> rows) {
    List<Table> tables = new ArrayList<>();
    for (String variant : rows.stream().map(Results.Row::variant).distinct().toList()) {
      List<Results.Row> own = rows.stream().filter(row -> row.variant().equals(variant)).toList();
      Map<String, String> marks = new LinkedHashMap<>();
      List<Line> lines = new ArrayList<>();
      for (Results.Row row : own) {
        String mark =
            row.note().isEmpty()
                ? ""
                : marks.computeIfAbsent(row.note(), note -> Integer.toString(marks.size() + 1));
        lines.add(line(row, row.label(), mark));
      }
      tables.add(
          new Table(
              switch (variant) {
                case "published" -> "As published: what the write-up's code does";
                case "corrected" -> "Corrected: what its text asks for";
                default -> "Figures";
              },
              own.stream().anyMatch(row -> row.spread() != null),
              own.stream().anyMatch(row -> row.published() != null),
              own.stream().anyMatch(row -> !Double.isNaN(row.seconds())),
              own.stream().anyMatch(row -> !Double.isNaN(row.secondsPublished())),
              own.size() > SHORT_TABLE,
              lines,
              marks.entrySet().stream()
                  .map(entry -> new Note(entry.getValue(), entry.getKey()))
                  .toList()));
    }
    return tables;
  }

  /** The figures that both variants have. */
  private static List<Change> changes(List<Results.Row> rows) {
    Map<String, Results.Row> corrected =
        rows.stream()
            .filter(row -> row.variant().equals("corrected"))
            .collect(
                Collectors.toMap(
                    Results.Row::label, row -> row, (one, other) -> one, LinkedHashMap::new));
    List<Change> changes = new ArrayList<>();
    for (Results.Row row : rows) {
      Results.Row other = corrected.get(row.label());
      if (row.variant().equals("published") && other != null) {
        int decimals = row.decimals();
        double difference = other.ours() - row.ours();
        String text = Numbers.figure(Math.abs(difference), decimals);
        changes.add(
            new Change(
                row.label(),
                Numbers.figure(row.ours(), decimals),
                Numbers.figure(other.ours(), decimals),
                (text.matches("[0.]*") ? "" : difference < 0 ? "−" : "+") + text));
      }
    }
    return changes;
  }

  private static List<Figure> charts(Results.Found found) {
    List<Figure> charts = new ArrayList<>();
    Map<String, List<Results.Line>> lines =
        found.lines().stream()
            .filter(line -> !line.points().isEmpty())
            .collect(
                Collectors.groupingBy(
                    Results.Line::chart, LinkedHashMap::new, Collectors.toList()));
    lines.forEach(
        (title, own) -> {
          String id = found.id() + "-" + (charts.size() + 1);
          List<Results.Mark> marks =
              found.marks().stream().filter(mark -> mark.chart().equals(title)).toList();
          charts.add(figure(id, Charts.curves(id, capital(title), own, marks)));
        });
    for (Results.Grid grid : found.grids()) {
      String id = found.id() + "-" + (charts.size() + 1);
      charts.add(figure(id, Charts.grid(id, grid)));
    }
    for (String variant : found.rows().stream().map(Results.Row::variant).distinct().toList()) {
      List<Results.Row> own =
          found.rows().stream().filter(row -> row.variant().equals(variant)).toList();
      String title =
          "Spread over the seeds" + (variant.equals("same") ? "" : ", " + variant + " variant");
      List<Charts.Interval> shares = own.stream().filter(Page::share).map(Page::interval).toList();
      boolean readable = Charts.readable(shares);
      if (readable) {
        spread(charts, found.id(), title, "share, 0 to 1", shares);
      }
      spread(
          charts,
          found.id(),
          title,
          "standard deviations from our mean",
          // Losses, steps and counts have one scale in common: their own scatter.
          own.stream()
              .filter(row -> row.spread() != null && !(readable && share(row)))
              .map(Page::interval)
              .filter(row -> row.sd() > 0 && !Double.isNaN(row.published()))
              .map(Charts.Interval::standardized)
              .toList());
    }
    return charts;
  }

  /** Rows beside each other in charts of equal length, with one axis. */
  private static void spread(
      List<Figure> charts,
      String experiment,
      String title,
      String unit,
      List<Charts.Interval> rows) {
    int parts = Math.ceilDiv(rows.size(), MOST_INTERVALS);
    for (int part = 0; part < parts; part++) {
      String id = experiment + "-" + (charts.size() + 1);
      charts.add(
          figure(
              id,
              Charts.intervals(
                  id,
                  parts == 1 ? title : title + " (" + (part + 1) + " of " + parts + ")",
                  unit,
                  rows.subList(rows.size() * part / parts, rows.size() * (part + 1) / parts),
                  rows)));
    }
  }

  private static Charts.Interval interval(Results.Row row) {
    Results.Spread spread = Objects.requireNonNull(row.spread());
    return new Charts.Interval(
        row.label(),
        row.ours(),
        spread.sd(),
        spread.min(),
        spread.max(),
        row.published() == null ? Double.NaN : row.published());
  }

  /** Whether this has a spread, and may be an accuracy or another share of a whole. */
  private static boolean share(Results.Row row) {
    Results.Spread spread = row.spread();
    double published = row.published() == null ? 0 : row.published();
    return spread != null
        && spread.min() >= 0
        && spread.max() <= 1
        && published >= 0
        && published <= 1
        && !LOSS.matcher(row.label()).find();
  }

  private static Gallery gallery(Results.Gallery gallery) {
    int perRow = gallery.perRow() == 0 ? Math.max(1, gallery.images().size()) : gallery.perRow();
    List<Strip> strips = new ArrayList<>();
    for (int from = 0; from < gallery.images().size(); from += perRow) {
      strips.add(
          new Strip(
              gallery
                  .images()
                  .subList(from, Math.min(from + perRow, gallery.images().size()))
                  .stream()
                  .map(Page::image)
                  .toList()));
    }
    return new Gallery(gallery.title(), gallery.perRow(), strips);
  }

  private static Image image(Results.Image image) {
    int side = image.side();
    BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
    picture.getRaster().setDataElements(0, 0, side, side, image.pixels());
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      // A cache on the disk would take longer than the picture.
      ImageIO.setUseCache(false);
      ImageIO.write(picture, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Image(
        image.label(),
        "Image: " + image.label(),
        "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray()));
  }

  /** As a heading begins; a word that has capitals of its own, as kNN, stays as it is. */
  private static String capital(String text) {
    return text.length() < 2 || Character.isUpperCase(text.charAt(1))
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
