package dev.lanewise.benchmarks.proof;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.benchmarks.Inputs;
import dev.lanewise.benchmarks.KernelBenchmark;
import dev.lanewise.benchmarks.proof.Results.RowResult;
import dev.lanewise.benchmarks.proof.Results.SideResult;
import dev.lanewise.benchmarks.proof.Results.Turn;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.annotations.Param;

class ProofTest {

  @TempDir Path folder = Path.of("");

  @ParameterizedTest
  @EnumSource(Distance.class)
  void bruteForceFindsWhatTheIndexFinds(Distance distance) {
    ByteMatrix rows = Inputs.digits(1, 2_500, 100);
    ByteMatrix queries = Inputs.digits(2, 300, 100);
    try (Engine engine = Engine.builder().threads(2).open()) {
      Neighbors expected = NearestNeighbors.of(engine, rows, distance).search(queries, 4);
      long[] found =
          new BruteForce(engine, distance == Distance.L1 ? Metric.L1 : Metric.SQUARED_L2, rows)
              .search(queries, 4);
      assertThat(Arrays.stream(found).mapToInt(entry -> (int) entry).toArray())
          .isEqualTo(expected.indices());
      assertThat(BruteForce.hash(found)).isEqualTo(Arrays.hashCode(expected.indices()));
      double sum = 0;
      for (double d : expected.distances()) {
        sum += distance == Distance.L1 ? d : Math.rint(d * d);
      }
      assertThat(BruteForce.sum(found)).isEqualTo(sum);
    }
  }

  /** Figures from NumPy: both sides start from the same weights. */
  @Test
  void weightsAreTheSameInPython() {
    FloatMatrix w = Sets.weights(784, 300, 1);
    assertThat(w.get(0, 0)).isEqualTo(0.018668445f);
    assertThat(w.get(783, 299)).isEqualTo(0.05344445f);
  }

  @Test
  void aWorkerAnswersEveryCommand() throws Exception {
    var constructor = Worker.class.getDeclaredConstructor();
    constructor.setAccessible(true);
    Worker worker = constructor.newInstance();
    assertThat(worker.answer("open vector kernel axpy")).isEqualTo("@ok");
    assertThat(worker.answer("run 1 vector kernel axpy")).matches("@time [0-9.]+ [0-9]+ [0-9.]+");
    assertThat(worker.answer("check vector kernel axpy")).isEqualTo("@check NaN NaN");
    assertThat(worker.answer("close vector kernel axpy")).isEqualTo("@ok");
    assertThat(worker.answer("run 1 vector kernel axpy")).startsWith("@skip").contains("not open");
    assertThat(worker.answer("open nobody knn")).contains("nobody").contains("-Ppeers");
    assertThat(worker.answer("dance")).startsWith("@skip");
  }

  @Test
  void everyKernelRuns() throws Exception {
    for (String kernel : Rows.KERNELS) {
      try (Task task = Worker.open(kernel)) {
        task.run();
      }
    }
  }

  @Test
  void rowsAndSidesHaveNamesOfTheirOwn() {
    for (boolean quick : new boolean[] {true, false}) {
      Set<String> ids = new HashSet<>();
      for (Row row : Rows.all(quick)) {
        assertThat(ids.add(row.id())).as(row.id()).isTrue();
        assertThat(row.sides().stream().map(Side::label).distinct().count())
            .as(row.id())
            .isEqualTo(row.sides().size());
      }
    }
  }

  /** Every claim names contestants that exist: with all of them measured, all are judged. */
  @Test
  void everyClaimIsJudged() {
    Results results = Results.empty();
    for (Row row : Rows.all(false)) {
      Map<String, SideResult> sides = new LinkedHashMap<>();
      for (Side side : row.sides()) {
        double seconds = side.label().startsWith("lanewise") ? 1 : 2;
        SideResult result = SideResult.of(side.task());
        result.turns().add(new Turn(1, 1, seconds, 0., Map.of()));
        sides.put(side.label(), result);
      }
      results.rows().put(row.id(), new RowResult(row.title(), sides));
    }
    for (String kernel : Rows.KERNELS) {
      results.warmUp().put(kernel, java.util.Collections.nCopies(20, .5));
      results.warmUpLater().put(kernel, java.util.Collections.nCopies(20, .5));
    }
    results.facts().put(Claims.LATER_LOOK, Claims.EACH);
    for (Claims.Claim claim : Claims.all()) {
      assertThat(claim.judge(results)).as(claim.target()).isPresent();
    }
    assertThat(
            Claims.all().stream()
                .map(claim -> claim.judge(results).orElseThrow())
                .filter(v -> v.target().contains("geometric mean"))
                .allMatch(v -> v.met() && v.ratio().equals("2.00")))
        .isTrue();
    assertThat(
            Claims.all().stream()
                .map(claim -> claim.judge(results).orElseThrow())
                .filter(v -> v.target().contains("150x"))
                .noneMatch(Claims.Verdict::met))
        .isTrue();
  }

  @Test
  void measuresEveryKernelByItselfToo() throws ReflectiveOperationException {
    Param parameter = KernelBenchmark.class.getField("kernel").getAnnotation(Param.class);
    assertThat(Stream.of(parameter.value()).map(kernel -> "vector " + kernel))
        .containsExactlyElementsOf(Rows.KERNELS);
  }

  /** One that is late in most JVMs must not be the measure for the others. */
  @Test
  void countsKernelsThatAreLateInMostProcesses() {
    Results results = Results.empty();
    results.warmUp().put("late", List.of(.01, .01, .01, .5));
    results.warmUpLater().put("late", List.of(.5, .5, .5, .5));
    results.warmUp().put("stuck", List.of(.5, .46, .5, .01));
    results.warmUpLater().put("stuck", List.of(.5, .5, .5, .01));
    assertThat(results.warmth("late", results.warmUp())).containsExactly(.02, .02, .02, 1);
    List<Claims.Claim> claims =
        Claims.all().stream().filter(claim -> claim.target().startsWith("warm-up")).toList();
    Claims.Verdict soon = claims.getFirst().judge(results).orElseThrow();
    assertThat(soon.met()).isFalse();
    assertThat(soon.toString()).contains("4 of 8 slower (1 than the median of that time); worst");
    assertThat(claims.getLast().judge(results)).as("seven seconds later").isEmpty();
    results.facts().put(Claims.LATER_LOOK, Claims.EACH);
    Claims.Verdict each = claims.getLast().judge(results).orElseThrow();
    assertThat(each.met()).isFalse();
    assertThat(each.toString()).contains("1 of 8 slower; worst: stuck");
  }

  @Test
  void readsFilesWithoutTheLaterLook(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("proof.json");
    Results results = Results.empty();
    results.warmUp().put("kernel", List.of(.5, .4, .5));
    results.write(file);
    String old = Files.readString(file).replaceFirst(",\\s*\"warmUpLater\"[^}]*}", "");
    assertThat(old).doesNotContain("warmUpLater");
    Files.writeString(file, old);
    assertThat(Results.read(file).warmth("kernel", results.warmUp())).containsExactly(1, .8, 1);
  }

  @Test
  void pairsTurnsOfTheSameRound() {
    SideResult ours = SideResult.of("a");
    SideResult peer = SideResult.of("b");
    ours.turns().add(new Turn(1, 1, 1, null, null));
    ours.turns().add(new Turn(1, 2, 2, null, null));
    peer.turns().add(new Turn(1, 2, 8, null, null));
    peer.turns().add(new Turn(2, 1, 9, null, null));
    assertThat(Claims.ratios(ours, peer)).containsExactly(4);
    assertThat(Claims.median(3, 1, 2)).isEqualTo(2);
    assertThat(Claims.median(4, 1)).isEqualTo(2.5);
  }

  /** The whole way, with processes, for one short row: measured, written, read, judged, drawn. */
  @Test
  void measuresARowAndWritesItsTable() throws IOException {
    Path json = folder.resolve("proof.json");
    StringWriter said = new StringWriter();
    new Proof(
            true,
            1,
            id -> id.equals("sgemm-1-nn-64x64x64"),
            Map.of("commit", "c"),
            json,
            new PrintWriter(said))
        .run();
    Results results = Results.read(json);
    SideResult ours = results.side("sgemm-1-nn-64x64x64", "lanewise (vector)").orElseThrow();
    assertThat(ours.seconds()).hasSize(1);
    assertThat(ours.seconds()[0]).isPositive();
    assertThat(ours.check()).isPositive();
    assertThat(said.toString()).contains("fork 1", "written: " + json);
    // Measured or skipped with a reason: that depends on the profile.
    SideResult mkl =
        Objects.requireNonNull(
            Objects.requireNonNull(results.rows().get("sgemm-1-nn-64x64x64")).sides().get("MKL"));
    assertThat(mkl.turns().isEmpty()).isEqualTo(mkl.skipped() != null);
    assertThat(Table.write(json)).allMatch(Files::exists);
    assertThat(Files.readString(folder.resolve("targets.md")))
        .contains("| target | ours |", "GFLOP/s", "not measured", "- commit: c");
    assertThat(folder.resolve("chart-products-1.svg")).content().contains("<svg");
  }
}
