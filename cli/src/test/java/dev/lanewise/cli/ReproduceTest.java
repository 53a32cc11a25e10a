package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** On the embedded data: an empty folder holds no data set. */
class ReproduceTest {

  @TempDir private Path folder;

  private Cli reproduce(Path json, String... more) throws IOException {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    List<String> args = new ArrayList<>(List.of("reproduce", "--data", empty.toString()));
    args.addAll(List.of("--json", json.toString()));
    args.addAll(List.of(more));
    return Cli.run(args.toArray(String[]::new));
  }

  private static JsonNode read(Path json) {
    return JsonMapper.builder().build().readTree(json);
  }

  @Test
  void theReportIsAsItWasApproved() throws IOException {
    Cli cli = reproduce(folder.resolve("out.json"), "knn-demo", "mini-knn", "--seeds", "2");
    assertThat(cli.code()).isEqualTo(ExitCodes.OK);
    assertThat(cli.err().lines())
        .as("nothing but progress")
        .allMatch(line -> line.endsWith(" left"));
    try (var golden = Objects.requireNonNull(getClass().getResourceAsStream("reproduce.txt"))) {
      assertThat(cli.masked())
          .isEqualToNormalizingNewlines(new String(golden.readAllBytes(), StandardCharsets.UTF_8));
    }
    assertThat(cli.out().lines().filter(line -> !line.contains(folder.toString())))
        .allMatch(line -> line.length() <= 104, "fits a terminal");
  }

  @Test
  void theJsonHasTheDocumentedForm() throws IOException {
    Path file = folder.resolve("out.json");
    assertThat(reproduce(file, "knn-demo", "mini-knn", "--seeds", "2").code()).isZero();
    JsonNode json = read(file);
    assertThat(json.propertyNames())
        .containsExactly(
            "schema", "schemaVersion", "version", "commit", "run", "options", "results");
    assertThat(json.path("schema").asString()).isEqualTo("lanewise-reproduction");
    assertThat(json.path("schemaVersion").asInt()).isEqualTo(1);
    assertThat(json.path("run").propertyNames())
        .containsExactly(
            "backend",
            "backendRequest",
            "backendReason",
            "threads",
            "vectorWidth",
            "fma",
            "cpu",
            "processors",
            "jvm",
            "os");
    assertThat(json.path("results").size()).isEqualTo(2);
    for (JsonNode result : json.path("results")) {
      assertThat(result.propertyNames())
          .containsExactly(
              "id",
              "title",
              "source",
              "defects",
              "data",
              "dataSource",
              "seeds",
              "acceptable",
              "seconds",
              "rows",
              "notes",
              "series",
              "marks",
              "grids",
              "galleries");
      assertThat(result.path("seconds").isNumber()).isTrue();
      for (JsonNode row : result.path("rows")) {
        assertThat(row.propertyNames())
            .contains("variant", "label", "ours", "published", "decimals", "verdict", "note");
        assertThat(row.has("seconds")).isTrue();
        assertThat(row.path("ours").isNumber()).isTrue();
        assertThat(row.path("published").isNumber() || row.path("published").isNull()).isTrue();
      }
    }
    JsonNode random = json.path("results").path(1).path("rows").path(0).path("spread");
    assertThat(random.propertyNames()).containsExactly("runs", "sd", "min", "max");
    assertThat(folder.resolve("empty")).isEmptyDirectory();
    try (var files = Files.list(folder)) {
      assertThat(files).as("nothing half-written is left").hasSize(2);
    }
  }

  @Test
  void threadsAndBackendsChangeNothingButTimes() throws IOException {
    List<JsonNode> runs = new ArrayList<>();
    for (String[] how :
        List.of(
            new String[] {"auto", "1"}, new String[] {"auto", "2"}, new String[] {"scalar", "2"})) {
      Path file = folder.resolve("out.json");
      Cli cli =
          reproduce(
              file,
              "knn-demo",
              "mini-knn",
              "--seeds",
              "2",
              "--backend",
              how[0],
              "--threads",
              how[1]);
      assertThat(cli.code()).isZero();
      JsonNode json = read(file);
      ((ObjectNode) json).remove("run");
      dropSeconds(json);
      runs.add(json);
    }
    assertThat(runs).allMatch(run -> run.equals(runs.getFirst()));
  }

  private static void dropSeconds(JsonNode node) {
    if (node instanceof ObjectNode object) {
      object.remove(
          object.propertyNames().stream().filter(name -> name.startsWith("seconds")).toList());
    }
    node.forEach(ReproduceTest::dropSeconds);
  }

  @Test
  void aVariantLeavesTheOtherOut() throws IOException {
    Cli cli =
        reproduce(folder.resolve("out.json"), "mini-knn", "--variant", "published", "--seeds", "1");
    assertThat(cli.out()).contains("variant published:").doesNotContain("variant corrected:");
    assertThat(cli.out()).contains("1 seed(s) give no range");
  }
}
