package dev.lanewise.cli.report;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a reproduction wrote as JSON, read back. The file may come from anywhere, so nothing in it
 * is believed: what is missing, of another kind or too large is an error that says where.
 *
 * @param version of the lanewise that ran
 * @param commit of the lanewise that ran
 * @param run the machine, the JVM and the backend, by name, in the order of the file
 * @param experiments in the order of the file
 * @param missing experiments that were asked for and are not there, for the run was interrupted
 */
record Results(
    String version,
    String commit,
    Map<String, String> run,
    List<Found> experiments,
    List<String> missing) {

  /** All write-ups together make 4 MB; a page of much more could not be opened. */
  private static final long LARGEST = 64L << 20;

  /** More would draw for minutes. */
  private static final int MOST_POINTS = 2_000_000;

  private static final int LARGEST_SIDE = 256;

  /** A difference of two still is a number, and charts find ticks for it. */
  private static final double LARGEST_NUMBER = 1e100;

  /** Ids become names of files and of places in the page. */
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  private static final int SCHEMA_VERSION = 1;

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** What became of one experiment. */
  record Found(
      String id,
      String title,
      String source,
      String defects,
      String data,
      String dataSource,
      int seeds,
      double seconds,
      List<Row> rows,
      List<String> notes,
      List<Line> lines,
      List<Mark> marks,
      List<Grid> grids,
      List<Gallery> galleries) {}

  /** One figure; {@code spread} is null if nothing is random, {@code published} if nothing was. */
  record Row(
      String variant,
      String label,
      double ours,
      @Nullable Spread spread,
      @Nullable Double published,
      int decimals,
      String verdict,
      String note,
      boolean headline,
      double seconds,
      double secondsPublished) {}

  /** One figure over several runs. */
  record Spread(int runs, double sd, double min, double max) {}

  /** A line of a chart: x and y of every point. */
  record Line(
      String chart, String name, String x, String y, boolean published, List<double[]> points) {}

  /** A place on the x axis of a chart. */
  record Mark(String chart, String label, double x) {}

  /** A table to be coloured. */
  record Grid(
      String title,
      String rowTitle,
      String columnTitle,
      String value,
      int decimals,
      List<String> rows,
      List<String> columns,
      List<List<Double>> values) {}

  /** Images in rows of {@code perRow}, or as many as fit if that is 0. */
  record Gallery(String title, int perRow, List<Image> images) {}

  /** A square grey image. */
  @SuppressWarnings("ArrayRecordComponent") // shown, never compared
  record Image(String label, int side, byte[] pixels) {}

  /**
   * Reads a file.
   *
   * @throws ReportException if it is not the results of a reproduction, or those of a later version
   * @throws IOException if it cannot be read
   */
  static Results read(Path file) throws IOException {
    return new Reader(file).results(tree(file));
  }

  /** Reads a file no further than to know that it is the results of a reproduction. */
  static ObjectNode tree(Path file) throws IOException {
    Reader reader = new Reader(file);
    String text;
    try {
      if (Files.isDirectory(file)) {
        throw reader.error("it is a folder");
      }
      if (Files.size(file) > LARGEST) {
        throw reader.error("it has more than " + (LARGEST >> 20) + " MiB");
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw reader.error("there is no such file");
    } catch (CharacterCodingException e) {
      throw reader.error("it is not JSON: it is not text in UTF-8");
    }
    JsonNode tree;
    try {
      tree = MAPPER.readTree(text);
    } catch (JacksonException | StackOverflowError e) {
      throw reader.error(
          "it is not JSON: "
              + (e instanceof JacksonException json ? json.getOriginalMessage() : "too deep"));
    }
    if (!(tree instanceof ObjectNode root)
        || !"lanewise-reproduction".equals(root.path("schema").asString(""))) {
      throw reader.error("it is not what 'lanewise reproduce --json' writes");
    }
    JsonNode version = root.path("schemaVersion");
    if (!version.isInt()) {
      throw reader.error("schemaVersion is not a number");
    }
    if (version.intValue() != SCHEMA_VERSION) {
      throw reader.error(
          version.intValue() > SCHEMA_VERSION
              ? "it comes from a newer lanewise (schemaVersion "
                  + version.intValue()
                  + "; this one reads "
                  + SCHEMA_VERSION
                  + "): use that one"
              : "schemaVersion " + version.intValue() + " is unknown");
    }
    return root;
  }

  /** Remembers where it is, to say so. */
  private static final class Reader {
    private final Path file;
    private int points;

    Reader(Path file) {
      this.file = file;
    }

    ReportException error(String what) {
      return new ReportException("cannot read the results in " + file + ": " + what);
    }

    Results results(ObjectNode root) throws ReportException {
      Map<String, String> run = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : root.path("run").properties()) {
        String at = "run." + shown(entry.getKey(), "a key of run");
        run.put(entry.getKey(), shown(entry.getValue().asString(""), at));
      }
      List<Found> found = new ArrayList<>();
      Set<String> ids = new HashSet<>();
      JsonNode results = array(root, "results", "");
      for (int i = 0; i < results.size(); i++) {
        Found one = found(results.path(i), "results[" + i + "].");
        if (!ids.add(one.id)) {
          throw error("results[" + i + "].id: " + one.id + " is there twice");
        }
        found.add(one);
      }
      List<String> missing = new ArrayList<>();
      for (JsonNode id : root.path("options").path("experiments")) {
        if (!ids.contains(id.asString(""))) {
          missing.add(shown(id.asString(""), "options.experiments"));
        }
      }
      return new Results(text(root, "version", ""), text(root, "commit", ""), run, found, missing);
    }

    private Found found(JsonNode node, String at) throws ReportException {
      String id = text(node, "id", at);
      if (!ID.matcher(id).matches()) {
        throw error(at + "id: '" + id + "' is no name of an experiment");
      }
      List<Row> rows = new ArrayList<>();
      JsonNode list = array(node, "rows", at);
      for (int i = 0; i < list.size(); i++) {
        rows.add(row(list.path(i), at + "rows[" + i + "]."));
      }
      List<Line> lines = new ArrayList<>();
      list = array(node, "series", at);
      for (int i = 0; i < list.size(); i++) {
        lines.add(line(list.path(i), at + "series[" + i + "]."));
      }
      List<Mark> marks = new ArrayList<>();
      list = optional(node, "marks", at);
      for (int i = 0; i < list.size(); i++) {
        String where = at + "marks[" + i + "].";
        marks.add(
            new Mark(
                text(list.path(i), "chart", where),
                text(list.path(i), "label", where),
                number(list.path(i).path("x"), where + "x")));
      }
      List<Grid> grids = new ArrayList<>();
      list = optional(node, "grids", at);
      for (int i = 0; i < list.size(); i++) {
        grids.add(grid(list.path(i), at + "grids[" + i + "]."));
      }
      List<Gallery> galleries = new ArrayList<>();
      list = optional(node, "galleries", at);
      for (int i = 0; i < list.size(); i++) {
        galleries.add(gallery(list.path(i), at + "galleries[" + i + "]."));
      }
      return new Found(
          id,
          text(node, "title", at),
          text(node, "source", at),
          text(node, "defects", at),
          text(node, "data", at),
          text(node, "dataSource", at),
          whole(node, "seeds", at, 0, Integer.MAX_VALUE),
          seconds(node, "seconds", at),
          rows,
          texts(array(node, "notes", at), at + "notes"),
          lines,
          marks,
          grids,
          galleries);
    }

    private Row row(JsonNode node, String at) throws ReportException {
      JsonNode over = node.path("spread");
      Spread spread =
          over.isMissingNode()
              ? null
              : new Spread(
                  whole(over, "runs", at + "spread.", 1, Integer.MAX_VALUE),
                  number(over.path("sd"), at + "spread.sd"),
                  number(over.path("min"), at + "spread.min"),
                  number(over.path("max"), at + "spread.max"));
      JsonNode published = node.path("published");
      return new Row(
          text(node, "variant", at),
          text(node, "label", at),
          number(node.path("ours"), at + "ours"),
          spread,
          published.isNull() ? null : (Double) number(published, at + "published"),
          node.has("decimals") ? whole(node, "decimals", at, 0, 20) : 4,
          text(node, "verdict", at),
          text(node, "note", at),
          node.path("headline").asBoolean(false),
          seconds(node, "seconds", at),
          seconds(node, "secondsPublished", at));
    }

    private Line line(JsonNode node, String at) throws ReportException {
      List<double[]> list = new ArrayList<>();
      JsonNode pairs = array(node, "points", at);
      points += pairs.size();
      if (points > MOST_POINTS) {
        throw error(at + "points: the curves have more than " + MOST_POINTS + " points");
      }
      for (int i = 0; i < pairs.size(); i++) {
        String where = at + "points[" + i + "]";
        if (pairs.path(i).size() != 2) {
          throw error(where + " is not a pair");
        }
        list.add(
            new double[] {
              number(pairs.path(i).path(0), where), number(pairs.path(i).path(1), where)
            });
      }
      return new Line(
          text(node, "chart", at),
          text(node, "name", at),
          text(node, "x", at),
          text(node, "y", at),
          node.path("published").asBoolean(false),
          list);
    }

    private Grid grid(JsonNode node, String at) throws ReportException {
      List<String> rows = texts(array(node, "rows", at), at + "rows");
      List<String> columns = texts(array(node, "columns", at), at + "columns");
      JsonNode cells = array(node, "values", at);
      if (rows.isEmpty() || columns.isEmpty() || cells.size() != rows.size()) {
        throw error(at + "values: " + cells.size() + " rows, not " + rows.size());
      }
      List<List<Double>> values = new ArrayList<>();
      for (int i = 0; i < cells.size(); i++) {
        String where = at + "values[" + i + "]";
        if (cells.path(i).size() != columns.size()) {
          throw error(where + ": " + cells.path(i).size() + " cells, not " + columns.size());
        }
        List<Double> row = new ArrayList<>();
        for (JsonNode cell : cells.path(i)) {
          row.add(number(cell, where));
        }
        values.add(row);
      }
      return new Grid(
          text(node, "title", at),
          text(node, "rowTitle", at),
          text(node, "columnTitle", at),
          text(node, "value", at),
          whole(node, "decimals", at, 0, 20),
          rows,
          columns,
          values);
    }

    private Gallery gallery(JsonNode node, String at) throws ReportException {
      List<Image> images = new ArrayList<>();
      JsonNode list = array(node, "images", at);
      for (int i = 0; i < list.size(); i++) {
        String where = at + "images[" + i + "].";
        int side = whole(list.path(i), "side", where, 1, LARGEST_SIDE);
        byte[] pixels;
        try {
          pixels = Base64.getDecoder().decode(text(list.path(i), "pixels", where));
        } catch (IllegalArgumentException e) {
          throw error(where + "pixels is not base64");
        }
        if (pixels.length != side * side) {
          throw error(where + "pixels: " + pixels.length + ", not " + side * side);
        }
        images.add(new Image(text(list.path(i), "label", where), side, pixels));
      }
      return new Gallery(text(node, "title", at), whole(node, "perRow", at, 0, 100), images);
    }

    private JsonNode array(JsonNode node, String key, String at) throws ReportException {
      JsonNode array = node.path(key);
      if (!array.isArray()) {
        throw error(at + key + " is " + (array.isMissingNode() ? "missing" : "not a list"));
      }
      return array;
    }

    /** Earlier versions of the form did not have it. */
    private JsonNode optional(JsonNode node, String key, String at) throws ReportException {
      return node.has(key) ? array(node, key, at) : MAPPER.createArrayNode();
    }

    private List<String> texts(JsonNode array, String at) throws ReportException {
      List<String> texts = new ArrayList<>();
      for (JsonNode node : array) {
        if (!node.isString()) {
          throw error(at + " holds something other than text");
        }
        texts.add(shown(node.asString(), at));
      }
      return texts;
    }

    private String text(JsonNode node, String key, String at) throws ReportException {
      JsonNode value = node.path(key);
      if (!value.isString()) {
        throw error(at + key + " is " + (value.isMissingNode() ? "missing" : "not text"));
      }
      return shown(value.asString(), at + key);
    }

    /** What is shown must be text: XML has no way to write anything else. */
    private String shown(String text, String at) throws ReportException {
      if (!text.codePoints().allMatch(Reader::isText)) {
        throw error(at + " has a character that is no text");
      }
      return text;
    }

    private static boolean isText(int codePoint) {
      return codePoint == '\t'
          || codePoint == '\n'
          || codePoint == '\r'
          || (!Character.isISOControl(codePoint)
              && Character.getType(codePoint) != Character.SURROGATE
              && (codePoint & 0xFFFE) != 0xFFFE);
    }

    private double number(JsonNode node, String at) throws ReportException {
      double value = node.isNumber() ? node.doubleValue() : Double.NaN;
      if (!Double.isFinite(value)) {
        throw error(at + " is " + (node.isMissingNode() ? "missing" : "not a number"));
      }
      if (Math.abs(value) > LARGEST_NUMBER) {
        throw error(at + " is beyond what a chart can show");
      }
      return value;
    }

    private double seconds(JsonNode node, String key, String at) throws ReportException {
      JsonNode value = node.path(key);
      return value.isNull() || value.isMissingNode() ? Double.NaN : number(value, at + key);
    }

    private int whole(JsonNode node, String key, String at, int least, int most)
        throws ReportException {
      JsonNode value = node.path(key);
      if (!value.isInt() || value.intValue() < least || value.intValue() > most) {
        throw error(at + key + " is not a whole number in " + least + ".." + most);
      }
      return value.intValue();
    }
  }
}
