package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Experiment;
import dev.lanewise.cli.experiment.Figure;
import dev.lanewise.cli.experiment.Pictures;
import dev.lanewise.cli.experiment.Result;
import dev.lanewise.cli.experiment.Row;
import dev.lanewise.cli.experiment.Series;
import dev.lanewise.cli.experiment.Spread;
import dev.lanewise.data.AtomicFile;
import dev.lanewise.engine.EngineInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Results for machines. Two runs that found the same differ only in keys that begin with {@code
 * seconds}, and in {@code run}.
 */
final class JsonReport {

  /** Changed when a reader of the old form would misread the new one. */
  static final int SCHEMA_VERSION = 1;

  static final JsonMapper MAPPER = JsonMapper.builder().build();

  private final ObjectNode root = MAPPER.createObjectNode();
  private final ArrayNode results;

  private JsonReport(String kind) {
    root.put("schema", "lanewise-" + kind);
    root.put("schemaVersion", SCHEMA_VERSION);
    root.put("version", Build.version());
    root.put("commit", Build.commit());
    results = MAPPER.createArrayNode();
  }

  /** Of a run of experiments. */
  static JsonReport of(String kind, EngineInfo engine, Machine machine) {
    JsonReport report = new JsonReport(kind);
    ObjectNode run = report.root.putObject("run");
    run.put("backend", engine.backend());
    run.put("backendRequest", engine.selection().request().id());
    run.put("backendReason", engine.reason());
    run.put("threads", engine.threads());
    run.put("vectorWidth", machine.vectorWidth());
    run.put("fma", machine.fma());
    run.put("cpu", machine.cpu());
    run.put("processors", machine.processors());
    run.put("jvm", machine.jvm());
    run.put("os", machine.os());
    report.root.set("results", report.results);
    return report;
  }

  /** Of a run that can be gone on with: {@code options} are what has to be the same then. */
  static JsonReport of(String kind, EngineInfo engine, Machine machine, ObjectNode options) {
    JsonReport report = of(kind, engine, machine);
    report.root.set("options", options);
    // Results last: they are long.
    report.root.set("results", report.root.remove("results"));
    return report;
  }

  /** Adds what an earlier run found. */
  void add(JsonNode earlier) {
    results.add(earlier);
  }

  /** The list of experiments. */
  static String list(Iterable<Experiment> experiments) {
    JsonReport report = new JsonReport("experiments");
    ArrayNode list = report.root.putArray("experiments");
    for (Experiment experiment : experiments) {
      ObjectNode node = list.addObject();
      describe(node, experiment);
      node.put("defaultSeeds", experiment.defaultSeeds());
      ArrayNode published = node.putArray("published");
      for (Figure figure : experiment.published()) {
        ObjectNode entry = published.addObject();
        entry.put("label", figure.label());
        entry.put("value", figure.value());
        putSeconds(entry, "secondsPublished", figure.seconds());
      }
    }
    return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(report.root);
  }

  private static void describe(ObjectNode node, Experiment experiment) {
    node.put("id", experiment.id());
    node.put("title", experiment.title());
    node.put("source", experiment.source());
    node.put("defects", experiment.defects());
  }

  /** Adds what an experiment found. */
  void add(Experiment experiment, Result result, double seconds) {
    ObjectNode node = results.addObject();
    describe(node, experiment);
    node.put("data", result.data());
    node.put("dataSource", result.dataSource());
    node.put("seeds", result.seeds());
    node.put("acceptable", result.acceptable());
    putSeconds(node, "seconds", seconds);
    ArrayNode rows = node.putArray("rows");
    for (Row row : result.rows()) {
      ObjectNode entry = rows.addObject();
      entry.put("variant", row.variant().id());
      entry.put("label", row.label());
      entry.put("ours", row.ours().mean());
      Spread spread = row.ours();
      if (spread.runs() > 1) {
        ObjectNode over = entry.putObject("spread");
        over.put("runs", spread.runs());
        over.put("sd", spread.sd());
        over.put("min", spread.min());
        over.put("max", spread.max());
      }
      Figure published = row.published();
      if (published == null) {
        entry.putNull("published");
      } else {
        entry.put("published", published.value());
        putSeconds(entry, "secondsPublished", published.seconds());
      }
      entry.put("decimals", row.decimals());
      entry.put("verdict", row.verdict().name().toLowerCase(java.util.Locale.ROOT));
      entry.put("note", row.note());
      entry.put("headline", row.headline());
      putSeconds(entry, "seconds", row.seconds());
    }
    ArrayNode notes = node.putArray("notes");
    result.notes().forEach(notes::add);
    ArrayNode series = node.putArray("series");
    for (Series line : result.series()) {
      ObjectNode entry = series.addObject();
      entry.put("chart", line.chart());
      entry.put("name", line.name());
      entry.put("x", line.x());
      entry.put("y", line.y());
      entry.put("published", line.published());
      ArrayNode points = entry.putArray("points");
      line.points().forEach(point -> points.addArray().add(point.x()).add(point.y()));
    }
    add(node, result.pictures());
  }

  private static void add(ObjectNode node, Pictures pictures) {
    ArrayNode marks = node.putArray("marks");
    for (Pictures.Mark mark : pictures.marks()) {
      ObjectNode entry = marks.addObject();
      entry.put("chart", mark.chart());
      entry.put("label", mark.label());
      entry.put("x", mark.x());
    }
    ArrayNode grids = node.putArray("grids");
    for (Pictures.Grid grid : pictures.grids()) {
      ObjectNode entry = grids.addObject();
      entry.put("title", grid.title());
      entry.put("rowTitle", grid.rowTitle());
      entry.put("columnTitle", grid.columnTitle());
      entry.put("value", grid.value());
      entry.put("decimals", grid.decimals());
      ArrayNode rows = entry.putArray("rows");
      grid.rows().forEach(rows::add);
      ArrayNode columns = entry.putArray("columns");
      grid.columns().forEach(columns::add);
      ArrayNode values = entry.putArray("values");
      for (List<Double> row : grid.values()) {
        ArrayNode cells = values.addArray();
        row.forEach(cells::add);
      }
    }
    ArrayNode galleries = node.putArray("galleries");
    for (Pictures.Gallery gallery : pictures.galleries()) {
      ObjectNode entry = galleries.addObject();
      entry.put("title", gallery.title());
      entry.put("perRow", gallery.perRow());
      ArrayNode images = entry.putArray("images");
      for (Pictures.Image image : gallery.images()) {
        ObjectNode shown = images.addObject();
        shown.put("label", image.label());
        shown.put("side", image.side());
        shown.put("pixels", Base64.getEncoder().encodeToString(image.pixels()));
      }
    }
  }

  /** For what only one command reports. */
  ObjectNode root() {
    return root;
  }

  private static void putSeconds(ObjectNode node, String key, double seconds) {
    if (Double.isNaN(seconds)) {
      node.set(key, JsonNodeFactory.instance.nullNode());
    } else {
      node.put(key, seconds);
    }
  }

  void writeTo(Path file) {
    String text = MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
    AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
  }
}
