package dev.lanewise.cli;

import dev.lanewise.cli.report.Report;
import dev.lanewise.cli.report.ReportException;
import dev.lanewise.data.DataCatalog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A run that was interrupted, as its JSON tells of it. */
final class ResumedRun {

  private final Path file;
  private final ObjectNode root;
  private final Map<String, JsonNode> results = new LinkedHashMap<>();

  private ResumedRun(Path file, ObjectNode root) {
    this.file = file;
    this.root = root;
    for (JsonNode result : root.path("results")) {
      results.put(result.path("id").asString(""), result);
    }
  }

  /**
   * Reads it.
   *
   * @throws CliException with {@link ExitCodes#DATA} if it is not the results of a run, or of one
   *     that cannot be gone on with
   */
  static ResumedRun read(Path file) {
    try {
      ObjectNode root = Report.results(file);
      if (!root.path("options").path("experiments").isArray()) {
        throw new CliException(
            ExitCodes.DATA, file + " does not say what was asked for: it cannot be resumed");
      }
      return new ResumedRun(file, root);
    } catch (ReportException e) {
      throw new CliException(ExitCodes.DATA, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CliException(ExitCodes.DATA, "cannot read " + file + ": " + e, e);
    }
  }

  /** What has to be the same when a run is gone on with. */
  static ObjectNode options(
      List<String> experiments,
      boolean named,
      ReproduceCommand.Choice variant,
      @Nullable Integer seeds,
      DataCatalog catalog) {
    ObjectNode options = JsonReport.MAPPER.createObjectNode();
    ArrayNode ids = options.putArray("experiments");
    experiments.forEach(ids::add);
    options.put("named", named);
    options.put("variant", variant.name().toLowerCase(Locale.ROOT));
    options.put("seeds", seeds);
    ArrayNode sets = options.putArray("data");
    sets.add(catalog.hasFullMnist() ? "mnist" : "embedded");
    if (catalog.hasNotMnist()) {
      sets.add("notmnist");
    }
    return options;
  }

  Path file() {
    return file;
  }

  /** The experiments that were asked for. */
  List<String> experiments() {
    List<String> ids = new ArrayList<>();
    root.path("options").path("experiments").forEach(id -> ids.add(id.asString("")));
    return ids;
  }

  /** Whether they were asked for by name. */
  boolean named() {
    return root.path("options").path("named").asBoolean(true);
  }

  ReproduceCommand.Choice variant() {
    String name = root.path("options").path("variant").asString("");
    for (ReproduceCommand.Choice choice : ReproduceCommand.Choice.values()) {
      if (choice.name().toLowerCase(Locale.ROOT).equals(name)) {
        return choice;
      }
    }
    throw new CliException(ExitCodes.DATA, file + ": options.variant '" + name + "' is unknown");
  }

  @Nullable Integer seeds() {
    JsonNode seeds = root.path("options").path("seeds");
    return seeds.isInt() ? (Integer) seeds.intValue() : null;
  }

  /** The experiments that it finished. */
  List<String> finished() {
    return List.copyOf(results.keySet());
  }

  /** What one experiment found, if it was finished. */
  @Nullable JsonNode result(String id) {
    return results.get(id);
  }

  /**
   * Results of different programs, backends or data make no report together.
   *
   * @throws CliException with {@link ExitCodes#USAGE} if something is not as it was
   */
  void requireSame(ObjectNode options, String backend) {
    same("version", root.path("version").asString(""), Build.version());
    same("commit", root.path("commit").asString(""), Build.commit());
    same("backend", root.path("run").path("backend").asString(""), backend);
    same("data", root.path("options").path("data").toString(), options.path("data").toString());
  }

  private void same(String what, String then, String now) {
    if (!then.equals(now)) {
      throw new CliException(
          ExitCodes.USAGE,
          "cannot go on with " + file + ": its " + what + " is " + then + ", here it is " + now);
    }
  }
}
