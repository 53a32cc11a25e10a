package dev.lanewise.engine.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.lanewise.engine.ChildJvm;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.linear.RandomSearch;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {

  @TempDir Path directory;

  private static void work() {
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{0, 1}, {1, 0}, {0, 2}, {2, 0}});
    int[] labels = {0, 1, 0, 1};
    SeedStreams seeds = new SeedStreams(1);
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(2).open()) {
      NearestNeighbors.of(engine, ByteMatrix.zeros(5, 3), Distance.L1)
          .search(ByteMatrix.zeros(7, 3), 2);
      MlpTrainer.builder(engine, 2, 2).epochs(1).build().fit(new Samples(x, labels), seeds);
      new SoftmaxRegressionTrainer(engine, 2).fit(x, labels, seeds.stream("w"), seeds.stream("s"));
      new PerceptronTrainer(engine, 2).scheme(ClassScheme.ONE_VS_ONE).fit(x, labels);
      new RandomSearch(engine, 2).maxSteps(2).fit(x, labels, seeds.stream("n"), seeds.stream("b"));
    }
  }

  @Test
  void aRecordingHoldsThem() throws IOException, InterruptedException {
    Path file = directory.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      for (String event : List.of("BackendChosen", "Fit", "Search")) {
        recording.enable("dev.lanewise." + event).withThreshold(Duration.ZERO);
      }
      recording.start();
      work();
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    RecordedEvent chosen = only(events, "dev.lanewise.BackendChosen");
    assertThat(chosen.getString("backend")).isEqualTo("scalar");
    assertThat(chosen.getString("request")).isEqualTo("scalar");
    assertThat(chosen.getInt("threads")).isEqualTo(2);
    assertThat(chosen.getString("reason")).startsWith("asked for: ");
    assertThat(chosen.getBoolean("degraded")).isFalse();
    RecordedEvent search = only(events, "dev.lanewise.Search");
    assertThat(search.getInt("rows")).isEqualTo(5);
    assertThat(search.getInt("columns")).isEqualTo(3);
    assertThat(search.getInt("queries")).isEqualTo(7);
    assertThat(search.getInt("k")).isEqualTo(2);
    assertThat(search.getString("distance")).isEqualTo("L1");
    assertThat(search.getString("backend")).isEqualTo("scalar");
    assertThat(search.getDuration()).isPositive();
    assertThat(named("dev.lanewise.Fit", events))
        .allSatisfy(event -> assertThat(event.getDuration()).isPositive())
        .extracting(
            event -> event.getString("learner"),
            event -> event.getString("backend"),
            event -> event.getInt("rows"),
            event -> event.getInt("columns"))
        .containsExactly(
            tuple("mlp", "scalar", 4, 2),
            tuple("softmax-regression", "scalar", 4, 2),
            tuple("perceptron", "scalar", 4, 2),
            tuple("random-search", "scalar", 4, 2));
    assertThat(printed(file))
        .contains("dev.lanewise.BackendChosen {", "dev.lanewise.Fit {", "dev.lanewise.Search {")
        .contains("learner = \"mlp\"");
  }

  private static RecordedEvent only(List<RecordedEvent> events, String name) {
    List<RecordedEvent> found = named(name, events);
    assertThat(found).as(name).hasSize(1);
    return found.get(0);
  }

  private static List<RecordedEvent> named(String name, List<RecordedEvent> events) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }

  @Test
  void aFitHandsItsResultOnAndIsRecordedEvenIfItFails() throws IOException {
    Path file = directory.resolve("fits.jfr");
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(1).open();
        Recording recording = new Recording()) {
      recording.enable("dev.lanewise.Fit").withThreshold(Duration.ZERO);
      recording.start();
      assertThat(Events.<String>fit(engine.info(), "first", 4, 2, () -> "a model"))
          .isEqualTo("a model");
      assertThatThrownBy(
              () ->
                  Events.<String>fit(
                      engine.info(),
                      "second",
                      4,
                      2,
                      () -> {
                        throw new IllegalStateException("no model");
                      }))
          .hasMessage("no model");
      recording.dump(file);
    }
    assertThat(named("dev.lanewise.Fit", RecordingFile.readAllEvents(file)))
        .extracting(event -> event.getString("learner"))
        .containsExactly("first", "second");
  }

  /** What the JDK's own tool shows. */
  private static String printed(Path file) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jfr").toString(),
                "print",
                "--events",
                "dev.lanewise.*",
                file.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  @Test
  void theLogSaysWhatWasChosenAndFitted() {
    Logger logger = Logger.getLogger("dev.lanewise.engine");
    List<String> lines = new java.util.concurrent.CopyOnWriteArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            lines.add(record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Level before = logger.getLevel();
    logger.addHandler(handler);
    logger.setLevel(Level.ALL);
    long begin = System.nanoTime();
    try {
      work();
    } finally {
      logger.setLevel(before);
      logger.removeHandler(handler);
    }
    assertThat(lines)
        .anyMatch(line -> line.startsWith("using backend scalar with 2 threads on "))
        .anyMatch(line -> line.matches("fitted mlp to 4 x 2 on backend scalar in [0-9.]+ s"));
    double whole = (System.nanoTime() - begin) * 1e-9;
    assertThat(lines)
        .filteredOn(line -> line.startsWith("fitted "))
        .hasSize(4)
        .extracting(line -> Double.parseDouble(line.replaceAll(".* in ([0-9.]+) s", "$1")))
        // A part of the whole, but for the rounding to milliseconds.
        .allSatisfy(seconds -> assertThat(seconds).isBetween(0.0, whole + 0.001));
  }

  @Test
  void nothingNeedsTheRecorder() throws IOException, InterruptedException {
    Process process =
        ChildJvm.of(List.of("--limit-modules=java.base"), OneSearch.class)
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
  }
}
