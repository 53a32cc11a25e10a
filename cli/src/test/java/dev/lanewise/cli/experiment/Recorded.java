package dev.lanewise.cli.experiment;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Probe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every seed's figures of the experiments that take the full data and minutes, as this code found
 * them: {@code recorded.tsv}.
 */
final class Recorded {

  private static final String TABLE = "recorded.tsv";

  /** Where a network on letters is looked at early, which is soon computed again. */
  static final int EARLY = 9;

  /** Trainings whose figures are recorded; with more seeds, fewer epochs are enough. */
  record Part(String id, Set<Variant> variants, int seeds, Function<Context, List<Row>> rows) {

    static Part of(Experiment experiment, int seeds, Variant... variants) {
      return new Part(
          experiment.id(),
          variants.length == 0 ? EnumSet.allOf(Variant.class) : EnumSet.of(variants[0], variants),
          seeds,
          context -> experiment.run(context).rows());
    }

    /** One width of the networks on letters; with all their epochs, also where they should stop. */
    static Part letters(int width, int seeds, int epochs) {
      return new Part(
          new NotMnistMlp().id(),
          EnumSet.allOf(Variant.class),
          seeds,
          context ->
              rows(NotMnistRuns.train(context, width, seeds, epochs, NotMnistRuns.XAVIER), width));
    }

    private static List<Row> rows(Curves curves, int width) {
      String part = "F = " + width + ", ";
      List<Row> rows = new ArrayList<>();
      boolean all = curves.epochs() == NotMnistRuns.EPOCHS;
      for (String figure : NotMnistRuns.FIGURES) {
        rows.add(row(part + figure + " at epoch " + EARLY, curves, figure, EARLY));
        if (all) {
          rows.add(row(part + figure, curves, figure, NotMnistRuns.EPOCHS - 1));
        }
      }
      if (all) {
        NotMnistEarlyStopping.addPublished(rows, curves, part);
        NotMnistEarlyStopping.addCorrected(rows, curves, part);
      }
      return rows;
    }

    private static Row row(String label, Curves curves, String figure, int epoch) {
      return Row.unpublished(Variant.SAME, label, curves.at(figure, epoch), 4);
    }

    @Override
    public String toString() {
      return id;
    }

    /** The figures: by experiment, variant and label, a value for each seed. */
    Map<String, List<Double>> run(Engine engine, DataCatalog catalog) {
      Context context =
          new Context(engine, catalog, variants, OptionalInt.of(seeds), Progress.SILENT);
      Map<String, List<Double>> figures = new LinkedHashMap<>();
      for (Row row : rows.apply(context)) {
        figures.put(key(id, row.variant(), row.label()), row.ours().values());
      }
      return figures;
    }
  }

  /** The whole record: a quarter of an hour of one core. */
  static final List<Part> PARTS =
      List.of(
          Part.of(new SoftmaxSgd(), 12),
          Part.of(new RandomSearchMnist(), 10),
          Part.of(new MlpMnist(1), 18),
          Part.of(new MlpMnist(3), 8),
          Part.of(new MlpMnist(), 4),
          Part.of(new MlpMnistDoubleSoftmax(3), 12),
          Part.letters(100, 12, NotMnistRuns.EPOCHS));

  private final String kernels;
  private final Map<String, List<Double>> figures;

  private Recorded(String kernels, Map<String, List<Double>> figures) {
    this.kernels = kernels;
    this.figures = figures;
  }

  static Recorded read() {
    return parse(Band.lines(TABLE));
  }

  private static Recorded parse(List<String> lines) {
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    for (String line : lines.subList(1, lines.size())) {
      int values = line.lastIndexOf('\t');
      figures.put(
          line.substring(0, values),
          Arrays.stream(line.substring(values + 1).split(" ")).map(Double::valueOf).toList());
    }
    return new Recorded(lines.getFirst(), figures);
  }

  /**
   * Runs the parts of some experiments and puts their figures in place of those in the table, which
   * is written after every part; figures of other kernels are dropped.
   */
  static void record(Engine engine, DataCatalog catalog, Set<String> ids, Path folder)
      throws IOException {
    Path table = folder.resolve(TABLE);
    String kernels = kernels(engine);
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    if (Files.exists(table)) {
      Recorded old =
          parse(Files.readAllLines(table).stream().filter(line -> !line.startsWith("#")).toList());
      if (old.kernels.equals(kernels)) {
        figures.putAll(old.figures);
        figures.keySet().removeIf(key -> ids.contains(key.substring(0, key.indexOf('\t'))));
      }
    }
    for (Part part : PARTS) {
      if (ids.contains(part.id())) {
        part.run(engine, catalog)
            .forEach(
                (key, values) -> figures.merge(key, values, (a, b) -> a.size() < b.size() ? b : a));
        Files.write(table, lines(kernels, figures));
      }
    }
  }

  private static List<String> lines(String kernels, Map<String, List<Double>> figures) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "# Every seed's figures on the full data, recorded by RecordedTest, with these kernels:");
    lines.add(kernels);
    figures.forEach(
        (key, values) ->
            lines.add(
                key
                    + '\t'
                    + values.stream().map(String::valueOf).collect(Collectors.joining(" "))));
    return lines;
  }

  /** What a figure is recorded under. */
  static String key(String id, Variant variant, String label) {
    return id + '\t' + variant.id() + '\t' + label;
  }

  /** What an engine computes by, in a sentence. */
  static String kernels(Engine engine) {
    return engine.info().selection().probes().stream()
        .map(Probe::detail)
        .collect(Collectors.joining("; "));
  }

  /** What the figures were computed by; other vector widths round otherwise. */
  String kernels() {
    return kernels;
  }

  boolean has(String id) {
    return figures.keySet().stream().anyMatch(key -> key.startsWith(id + '\t'));
  }

  List<Double> values(String key) {
    List<Double> values = figures.get(key);
    if (values == null) {
      throw new AssertionError("not recorded: " + key);
    }
    return values;
  }
}
