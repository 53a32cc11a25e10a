package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Long runs: what they keep, how they go on, what they say meanwhile. On the embedded data. */
class ResumeTest {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @TempDir private Path folder;

  private Path empty;
  private Path json;

  @BeforeEach
  void paths() throws IOException {
    empty = Files.createDirectories(folder.resolve("empty"));
    json = folder.resolve("out.json");
  }

  private Cli run(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--data", empty.toString()));
    return Cli.run(all.toArray(String[]::new));
  }

  private static ObjectNode read(Path file) {
    return (ObjectNode) MAPPER.readTree(file);
  }

  /** Makes a file what it was before the last experiment was done. */
  private ObjectNode dropLast() throws IOException {
    ObjectNode root = read(json);
    ArrayNode results = (ArrayNode) root.path("results");
    results.remove(results.size() - 1);
    Files.writeString(json, MAPPER.writeValueAsString(root));
    return root;
  }

  @Test
  void whatIsThereIsKeptAndTheRestIsRun() throws IOException {
    assertThat(run("reproduce", "backprop-3-3-3", "knn-demo", "--json", json.toString()).code())
        .isZero();
    ObjectNode whole = read(json);
    JsonNode kept = dropLast().path("results").path(0);
    Cli cli = run("reproduce", "--resume", json.toString());
    assertThat(cli.code()).isZero();
    assertThat(cli.out()).contains("from " + json + ": backprop-3-3-3", "knn-demo: ");
    ObjectNode resumed = read(json);
    assertThat(resumed.path("results").path(0)).isEqualTo(kept);
    assertThat(resumed.path("results").path(1).path("rows").path(0).path("ours"))
        .isEqualTo(whole.path("results").path(1).path("rows").path(0).path("ours"));
    assertThat(resumed.path("options")).isEqualTo(whole.path("options"));
  }

  @Test
  void ofAFinishedRunNothingIsLeftToDo() throws IOException {
    run("reproduce", "backprop-3-3-3", "knn-demo", "--json", json.toString());
    ObjectNode whole = read(json);
    Cli cli = run("reproduce", "--resume", json.toString());
    assertThat(cli.code()).isZero();
    assertThat(cli.out().replaceAll("\\s+", " "))
        .containsOnlyOnce("backprop-3-3-3")
        .contains("nothing is left to do: its results are in " + json)
        .doesNotContain("verdict");
    assertThat(read(json).path("results")).isEqualTo(whole.path("results"));
  }

  @Test
  void aReportsFolderIsGoneOnWithToo() throws IOException {
    Path report = folder.resolve("a report");
    Cli first = run("reproduce", "backprop-3-3-3", "--report", report.toString());
    assertThat(first.code()).isZero();
    assertThat(first.out()).contains("report: " + report.resolve("index.html"));
    Files.delete(report.resolve("index.html"));
    assertThat(run("reproduce", "--resume", report.toString()).code()).isZero();
    assertThat(report.resolve("index.html")).isNotEmptyFile();
    Path other = folder.resolve("other");
    Cli again = Cli.run("report", report.resolve("report.json").toString(), "-o", other.toString());
    assertThat(again.code()).isZero();
    assertThat(other.resolve("index.html")).hasSameTextualContentAs(report.resolve("index.html"));
  }

  @Test
  void whatWouldNotFitTogetherIsRefused() throws IOException {
    run("reproduce", "backprop-3-3-3", "knn-demo", "--seeds", "1", "--json", json.toString());
    ObjectNode root = dropLast();
    Cli options = run("reproduce", "knn-demo", "--resume", json.toString());
    assertThat(options.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(options.err()).contains("leave them out");
    Cli backend = run("reproduce", "--resume", json.toString(), "--backend", "scalar");
    assertThat(backend.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(backend.err()).contains("its backend is ", "here it is scalar");
    root.put("commit", "another");
    Files.writeString(json, MAPPER.writeValueAsString(root));
    Cli commit = run("reproduce", "--resume", json.toString());
    assertThat(commit.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(commit.err()).contains("its commit is another");
    root.remove("options");
    Files.writeString(json, MAPPER.writeValueAsString(root));
    Cli old = run("reproduce", "--resume", json.toString());
    assertThat(old.code()).isEqualTo(ExitCodes.DATA);
    assertThat(old.err()).contains("cannot be resumed");
    Files.writeString(json, "{");
    Cli broken = run("reproduce", "--resume", json.toString());
    assertThat(broken.code()).isEqualTo(ExitCodes.DATA);
    assertThat(broken.err()).contains("it is not JSON").hasLineCount(1);
    assertThat(Cli.run("report", json.toString()).code()).isEqualTo(ExitCodes.DATA);
  }

  @Test
  void aReportThatCannotBeWrittenIsFoundOutBeforeTheRun() throws IOException {
    Path taken = Files.createFile(folder.resolve("taken"));
    Cli cli = run("reproduce", "backprop-3-3-3", "--report", taken.toString());
    assertThat(cli.code()).isEqualTo(ExitCodes.OUTPUT);
    assertThat(cli.out()).doesNotContain("backprop-3-3-3");
  }

  /** A run of two experiments, the second of which takes minutes. */
  private List<String> longRun(String... flags) {
    return Cli.command(
        List.of(flags),
        "reproduce",
        "backprop-3-3-3",
        "mini-knn",
        "--seeds",
        "10000",
        "--data",
        empty.toString(),
        "--json",
        json.toString());
  }

  /** The first experiment is kept, and said to be. */
  private void keptTheFirst(Process ended, Path said) {
    assertThat(ended.exitValue()).isEqualTo(130);
    assertThat(said)
        .content()
        .contains("interrupted; finished: backprop-3-3-3")
        .contains("lanewise reproduce --resume " + json);
    assertThat(read(json).path("results").size()).isEqualTo(1);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void anInterruptedRunKeepsWhatItHasFinished() throws Exception {
    Signals.assumeInterruptible();
    Path err = folder.resolve("err");
    Process child =
        new ProcessBuilder(longRun())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(err.toFile())
            .start();
    try {
      for (int i = 0; i < 600 && child.isAlive() && !Files.exists(json); i++) {
        Thread.sleep(100);
      }
      assertThat(json).isRegularFile();
      Signals.send("INT", child);
      assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      child.destroyForcibly();
    }
    keptTheFirst(child, err);
    assertThat(read(json).path("options").path("experiments").size()).isEqualTo(2);
    try (var files = Files.list(folder)) {
      assertThat(files).as("no draft").containsExactlyInAnyOrder(empty, json, err);
    }
    assertThat(Cli.run("report", json.toString()).code()).isZero();
    assertThat(folder.resolve("out").resolve("index.html"))
        .content()
        .contains("The run was interrupted: mini-knn is not in this report.");
  }

  /** Libraries that draw on terminals like to take its signals too. */
  @Test
  @DisabledOnOs({OS.WINDOWS, OS.MAC})
  void anInterruptedRunOnATerminalSaysSoToo() throws Exception {
    Signals.assumeInterruptible();
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/script")), "no script(1), which makes a terminal");
    Path screen = folder.resolve("screen");
    String command = String.join("' '", longRun("-Dlanewise.terminal=true"));
    Process terminal =
        new ProcessBuilder("/usr/bin/script", "-qec", "'" + command + "'", "/dev/null")
            .redirectInput(ProcessBuilder.Redirect.PIPE)
            .redirectOutput(screen.toFile())
            .redirectErrorStream(true)
            .start();
    try {
      for (int i = 0; i < 600 && !Files.readString(screen).contains("/10000"); i++) {
        Thread.sleep(100);
      }
      assertThat(screen).content().contains("mini-knn").contains("/10000").contains("/s");
      // As a key: the terminal makes it a signal.
      terminal.getOutputStream().write(3);
      terminal.getOutputStream().flush();
      assertThat(terminal.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
    }
    keptTheFirst(terminal, screen);
  }

  @Test
  void linesTellHowFarAJobIs() {
    StringWriter err = new StringWriter();
    AtomicLong clock = new AtomicLong();
    try (var lines = new TerminalProgress.Lines(new PrintWriter(err), "a job", 2000, clock::get)) {
      lines.step(100);
      clock.set(4_000_000_000L);
      lines.step(100);
      assertThat(err.toString()).as("too early").isEmpty();
      clock.set(10_000_000_000L);
      lines.step(300);
      lines.step(1);
      clock.set(20_000_000_000L);
      lines.step(1499);
    }
    assertThat(err.toString())
        .isEqualToNormalizingNewlines(
            "a job: 500 of 2,000 (25 %), 50.0 a second, about 30.00 s left\n");
  }
}
