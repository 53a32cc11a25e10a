package dev.lanewise.benchmarks.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run measured, as it is in the JSON file.
 *
 * @param schema {@value #SCHEMA}
 * @param facts the machine, the commit, the command, the versions of peers, the load
 * @param rows by {@link Row#id}
 * @param warmUp for each kernel the rates of all fresh JVMs after three seconds, as shares of the
 *     same JVM's rate of multiply-adds in registers at that time
 * @param warmUpLater the same in the same JVMs, after three seconds of each kernel; in older files
 *     after seven seconds more of all of them, or empty
 */
record Results(
    String schema,
    Map<String, String> facts,
    Map<String, RowResult> rows,
    Map<String, List<Double>> warmUp,
    Map<String, List<Double>> warmUpLater) {

  Results {
    if (warmUpLater == null) {
      warmUpLater = new TreeMap<>();
    }
  }

  static final String SCHEMA = "lanewise-proof-1";

  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /** Nothing measured yet. */
  static Results empty() {
    return new Results(
        SCHEMA, new LinkedHashMap<>(), new LinkedHashMap<>(), new TreeMap<>(), new TreeMap<>());
  }

  /** One row; sides by their label. */
  record RowResult(String title, Map<String, SideResult> sides) {}

  /**
   * One contestant.
   *
   * @param task what was asked of it
   * @param skipped why it was not measured, else null
   * @param turns in the order in which they were taken
   * @param check as {@link Task#check}, of the last fork; null if there is none
   * @param identity as {@link Task#identity}; null if there is none
   */
  record SideResult(
      String task,
      @Nullable String skipped,
      List<Turn> turns,
      @Nullable Double check,
      @Nullable Double identity) {

    static SideResult of(String task) {
      return new SideResult(task, null, new ArrayList<>(), null, null);
    }

    SideResult skip(String reason) {
      return new SideResult(task, reason, turns, check, identity);
    }

    SideResult checked(double newCheck, double newIdentity) {
      return new SideResult(task, skipped, turns, number(newCheck), number(newIdentity));
    }

    private static @Nullable Double number(double value) {
      return Double.isFinite(value) ? value : null;
    }

    double[] seconds() {
      return turns.stream().mapToDouble(Turn::seconds).toArray();
    }
  }

  /**
   * One turn of a contestant.
   *
   * @param fork counted from 1
   * @param round of the fork, counted from 1
   * @param seconds of the row's whole work
   * @param bytes that the process allocated in its heap for it; null if unknown
   * @param parts seconds of parts that the contestant told, by their names
   */
  record Turn(
      int fork,
      int round,
      double seconds,
      @Nullable Double bytes,
      @Nullable Map<String, Double> parts) {}

  /** Times of one contestant in one row; nothing if it was not measured. */
  Optional<SideResult> side(String row, String label) {
    RowResult result = rows.get(row);
    SideResult side = result == null ? null : result.sides().get(label);
    return side == null || side.turns().isEmpty() ? Optional.empty() : Optional.of(side);
  }

  /**
   * A kernel's rates in fresh JVMs, relative to the median of all once they are warm. A kernel that
   * is late in most JVMs is late, and not the measure for the others.
   *
   * @param rates {@link #warmUp} or {@link #warmUpLater}
   */
  double[] warmth(String kernel, Map<String, List<Double>> rates) {
    double reference = Math.max(median(warmUp.get(kernel)), median(warmUpLater.get(kernel)));
    return doubles(rates.get(kernel)).map(rate -> rate / reference).toArray();
  }

  /** 0 if there are none. */
  static double median(@Nullable List<Double> rates) {
    double[] values = doubles(rates).toArray();
    return values.length == 0 ? 0 : Claims.median(values);
  }

  static DoubleStream doubles(@Nullable List<Double> rates) {
    return rates == null ? DoubleStream.empty() : rates.stream().mapToDouble(Double::doubleValue);
  }

  static Results read(Path file) throws IOException {
    Results results = MAPPER.readValue(Files.readString(file), Results.class);
    if (!SCHEMA.equals(results.schema())) {
      throw new IOException(file + " is no " + SCHEMA + " but " + results.schema());
    }
    return results;
  }

  /** Writes all of it, or nothing. */
  void write(Path file) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(temporary, MAPPER.writeValueAsString(this) + "\n");
    Files.move(temporary, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }
}
