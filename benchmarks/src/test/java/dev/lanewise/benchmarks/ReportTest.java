package dev.lanewise.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReportTest {

  @TempDir Path folder = Path.of("");

  @Test
  void turnsTimesIntoRates() {
    String gemm = GemmBenchmark.class.getName() + ".small";
    assertThat(Work.of(gemm, Map.of("shape", "NT 100x200x50")).rate(1000, 1))
        .isEqualTo("2.00 GFLOP/s");
    assertThat(
            Work.of(
                    DistanceBenchmark.class.getName() + ".distances",
                    Map.of("shape", "10x100x1000"))
                .rate(500, 1))
        .isEqualTo("2.00 Gelement/s");
    assertThat(
            Work.of(SoftmaxBenchmark.class.getName() + ".softmax", Map.of("shape", "1000x1000"))
                .rate(1000, 1))
        .isEqualTo("8.00 GB/s");
    assertThat(
            Work.of(KnnBenchmark.class.getName() + ".neighbors", Map.of("shape", "10x100x1000"))
                .rate(1000, 1))
        .isEqualTo("1.00 Gelement/s");
    assertThat(Work.of(Roofline.class.getName() + ".fmaAllCores", Map.of()).rate(1e-3, 2))
        .isEqualTo(String.format(Locale.ROOT, "%.2f GFLOP/s", 2 * Roofline.FLOP));
    assertThat(Work.of(Roofline.class.getName() + ".read", Map.of()).rate(1e6, 1))
        .isEqualTo("0.27 GB/s");
    String kernel = KernelBenchmark.class.getName() + ".call";
    Work product = Work.of(kernel, Map.of("kernel", "sgemm 1 NT 100x200x50"));
    assertThat(product).isEqualTo(Work.of(gemm, Map.of("shape", "NT 100x200x50")));
    assertThat(product.limit()).isEqualTo("fma");
    assertThat(Work.of(kernel, Map.of("kernel", "kernel adam")).rate(1, 1)).isEqualTo("-");
    assertThatIllegalArgumentException().isThrownBy(() -> Work.of("Other.thing", Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Work.of(gemm, Map.of()));
  }

  /** A benchmark without a rule would lose the results of a whole run. */
  @Test
  void knowsTheWorkOfEveryBenchmark() throws IOException {
    try (InputStream in = Main.class.getResourceAsStream("/META-INF/BenchmarkList")) {
      assertThat(in).isNotNull();
      String list = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (Class<?> c :
          List.of(
              GemmBenchmark.class,
              DistanceBenchmark.class,
              SoftmaxBenchmark.class,
              KernelBenchmark.class,
              KnnBenchmark.class,
              TaskBenchmark.class,
              TrainingBenchmark.class,
              Roofline.class)) {
        assertThat(list).contains(c.getName());
      }
      assertThat(list.lines().filter(line -> line.startsWith("JMH ")).count()).isEqualTo(12);
    }
  }

  @Test
  void alignsTheTable() {
    String table =
        Report.format(
            List.of(
                new Report.Line(
                    "A.b", "backend=vector", 1, 1.5, Double.NaN, "2.00 GFLOP/s", .254, 0),
                new Report.Line(
                    "A.longer", "", 12, 1234.5678, 0.25, "1.00 GB/s", Double.NaN, Double.NaN)));
    assertThat(table)
        .isEqualTo(
            """
            benchmark  parameters      threads     us/op  error          rate  of limit  allocated B/op
            A.b        backend=vector        1     1.500      -  2.00 GFLOP/s      25 %           0.000
            A.longer                        12  1234.568  0.250     1.00 GB/s         -               -
            """);
  }

  @Test
  void hidesTheUser() {
    assertThat(Report.anonymous("/home/somebody/jdk/bin/java", "/home/somebody"))
        .isEqualTo("~/jdk/bin/java");
    assertThat(Report.anonymous("/a/b", "/")).isEqualTo("/a/b");
  }

  @Test
  void readsWhatTheSystemTells() throws IOException {
    Path cpuinfo =
        Files.writeString(folder.resolve("cpuinfo"), "processor : 0\nmodel name\t: Some CPU 9\n");
    assertThat(Machine.processor(cpuinfo)).isEqualTo("Some CPU 9");
    Files.writeString(
        cpuinfo,
        """
        processor\t: 0
        cpu family\t: 26
        model\t\t: 2
        model name\t: Some CPU: 9

        processor\t: 1
        cpu family\t: 27
        """);
    assertThat(Machine.processor(cpuinfo)).isEqualTo("Some CPU: 9, family 26, model 2");
    assertThat(Machine.processor(folder.resolve("absent"))).isEqualTo("unknown");
    Path index = Files.createDirectories(folder.resolve("cache").resolve("index0"));
    Files.writeString(index.resolve("level"), "1\n");
    Files.writeString(index.resolve("type"), "Data\n");
    Files.writeString(index.resolve("size"), "32K\n");
    assertThat(Machine.caches(folder.resolve("cache"))).isEqualTo("L1 data 32K");
    assertThat(Machine.caches(folder.resolve("absent"))).isEqualTo("unknown");
    assertThat(Machine.facts())
        .containsKeys("processor", "caches", "memory", "jvm", "backend vector");
  }

  /** The build gives its tests the flags of its one list. */
  @Test
  void startsForksWithTheFlagsOfTheBuild() {
    assertThat(ManagementFactory.getRuntimeMXBean().getInputArguments())
        .contains(Forks.MODULES, Forks.NATIVE);
  }

  /** One benchmark, measured in this process: too short to mean anything, long enough to end. */
  @Test
  void writesTheResultsOfARun() throws IOException {
    StringWriter output = new StringWriter();
    int exit =
        new CommandLine(new Main())
            .setOut(new PrintWriter(output))
            .execute(
                "SoftmaxBenchmark",
                "-f=0",
                "-wi=0",
                "-i=1",
                "-t=10",
                "-p=backend=scalar",
                "-p=shape=8x10",
                "--out=" + folder);
    assertThat(exit).isZero();
    try (var files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString().replaceAll(".*\\.", "")))
          .containsExactlyInAnyOrder("json", "txt");
    }
    try (var files = Files.newDirectoryStream(folder, "*.txt")) {
      assertThat(Files.readString(files.iterator().next()))
          .contains("processor", "jvm", "commit", "./lanewise bench SoftmaxBenchmark -f=0")
          .containsPattern("SoftmaxBenchmark.softmax +backend=scalar  shape=8x10 +1 .* GB/s");
    }
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    StringWriter errors = new StringWriter();
    int exit =
        new CommandLine(new Main()).setErr(new PrintWriter(errors)).execute("--no-such-option");
    assertThat(exit).isEqualTo(2);
    assertThat(errors.toString()).contains("no-such-option");
  }

  @Test
  void saysThatNoBenchmarkMatches() {
    StringWriter errors = new StringWriter();
    int exit =
        new CommandLine(new Main())
            .setErr(new PrintWriter(errors))
            .execute("NoSuchBenchmark", "--out=" + folder);
    assertThat(exit).isEqualTo(1);
    assertThat(errors.toString()).contains("no benchmark matches 'NoSuchBenchmark'");
  }
}
