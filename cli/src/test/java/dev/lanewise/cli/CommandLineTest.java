package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.experiment.Experiments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CommandLineTest {

  @TempDir private Path folder;

  private String[] split(String line) {
    return line.replace("DIR", folder.toString()).split(" ", -1);
  }

  static Stream<Arguments> wrong() {
    return Stream.of(
        Arguments.of("", "which command?"),
        Arguments.of("reproduc", "Unmatched argument"),
        Arguments.of("reproduce knn-dmeo", "no experiment 'knn-dmeo': use knn-demo"),
        Arguments.of("reproduce --seeds 0", "--seeds must be in 1..10000, not 0"),
        Arguments.of("reproduce --seeds -1", "--seeds must be in 1..10000, not -1"),
        Arguments.of("reproduce --seeds many", "'many' is not an int"),
        Arguments.of("reproduce --seeds 99999999999", "is not an int"),
        Arguments.of("reproduce --threads 0", "--threads must be in 1..4096, not 0"),
        Arguments.of("reproduce --threads 1000000", "--threads must be in 1..4096"),
        Arguments.of("reproduce --backend gpu", "unknown backend 'gpu': use one of auto, scalar"),
        Arguments.of("reproduce --variant improved", "expected one of"),
        Arguments.of("reproduce --json", "Missing required parameter"),
        Arguments.of("reproduce @/etc/passwd", "no experiment '@/etc/passwd'"),
        Arguments.of("reproduce ../../etc", "no experiment '../../etc'"),
        Arguments.of("knn", "Missing required options"),
        Arguments.of("knn --train DIR/a --test DIR/b -k 0", "-k must be at least 1, not 0"),
        Arguments.of("knn --train a --test b --metric l3", "expected one of"),
        Arguments.of("serve --port 65536", "--port must be in 0..65535, not 65536"),
        Arguments.of("serve --port -1", "--port must be in 0..65535, not -1"),
        Arguments.of("serve --host no-such-host.invalid", "there is no such host"),
        Arguments.of("datasets", "which command?"),
        Arguments.of("bench gemm", "./lanewise bench"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void wrongCommandLinesAreToldApartAndSaySo(String line, String message) {
    Cli cli = Cli.run(line.isEmpty() ? new String[0] : split(line));
    assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).startsWith("lanewise: ").contains(message);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err().lines().count()).as(cli.err()).isLessThanOrEqualTo(3);
  }

  @Test
  void messagesOfHostileArgumentsStayOnOneLine() {
    Cli cli = Cli.run("reproduce", "a\nb\r\nlanewise: all is well");
    assertThat(cli.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(cli.err()).startsWith("lanewise: no experiment 'a b lanewise: all is well'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "reproduce knn-demo --data DIR/nowhere",
        "doctor --data DIR/nowhere",
        "knn --train DIR/x.npz --test DIR/x.npz",
      })
  void missingData(String line) {
    Cli cli = Cli.run(split(line));
    assertThat(cli.code()).isEqualTo(ExitCodes.DATA);
    assertThat(cli.err()).startsWith("lanewise: ").contains(folder.toString());
    assertThat(cli.err().lines()).hasSize(1);
  }

  @Test
  void damagedData() throws IOException {
    Path file = folder.resolve("x.npz");
    Files.writeString(file, "PK no zip");
    Cli cli = Cli.run("knn", "--train", file.toString(), "--test", file.toString());
    assertThat(cli.code()).isEqualTo(ExitCodes.DATA);
    assertThat(cli.err()).contains("x.npz").doesNotContain("internal error");
  }

  @Test
  void stacktraceIsShownWhenAskedFor() {
    String nowhere = folder.resolve("nowhere").toString();
    assertThat(Cli.run("reproduce", "--data", nowhere).err()).doesNotContain("\tat ");
    assertThat(Cli.run("reproduce", "--stacktrace", "--data", nowhere).err()).contains("\tat ");
    assertThat(Cli.run("--stacktrace", "reproduce", "--data", nowhere).err()).contains("\tat ");
  }

  @Test
  void anUnwritableResultIsFoundOutBeforeTheRun() {
    Cli cli = Cli.run("reproduce", "--json", folder.resolve("no/such/folder/out.json").toString());
    assertThat(cli.code()).isEqualTo(ExitCodes.OUTPUT);
    assertThat(cli.out()).isEmpty();
    assertThat(cli.err()).contains("out.json").contains("does not exist");
    assertThat(Cli.run("reproduce", "--json", folder.toString()).code())
        .isEqualTo(ExitCodes.OUTPUT);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void helpAndVersion() {
    Cli help = Cli.run("--help");
    assertThat(help.code()).isEqualTo(ExitCodes.OK);
    assertThat(help.out())
        .contains("reproduce", "experiments", "datasets", "knn", "doctor", "bench", "Exit codes:");
    Cli version = Cli.run("--version");
    assertThat(version.code()).isEqualTo(ExitCodes.OK);
    assertThat(version.out()).matches("lanewise \\d+\\.\\d+\\.\\d+\\S* \\(commit .+\\)\\R");
  }

  @Test
  void experimentsAsTextAndAsJson() {
    Cli text = Cli.run("experiments");
    assertThat(text.code()).isEqualTo(ExitCodes.OK);
    assertThat(text.out())
        .contains("knn-demo:", "knn-sweep:", "knn-1000:", "knn-full:", "mini-knn:")
        .contains("L1 k=3 0.9633, L2 k=3 0.9705");
    assertThat(text.out().lines()).allMatch(line -> line.length() <= 100);
    JsonNode json = JsonMapper.builder().build().readTree(Cli.run("experiments", "--json").out());
    assertThat(json.path("schema").asString()).isEqualTo("lanewise-experiments");
    assertThat(json.path("experiments").size()).isEqualTo(Experiments.all().size());
    assertThat(json.path("experiments").path(4).path("published").path(1).path("value").asDouble())
        .isEqualTo(.9705);
  }

  @Test
  void doctorNamesEveryBackendAndTheChoice() {
    Cli cli = Cli.run("doctor", "--backend", "scalar", "--threads", "1");
    assertThat(cli.code()).isEqualTo(ExitCodes.OK);
    assertThat(cli.out())
        .contains("CPU", "JVM", "FMA", "scalar     available", "vector     ", "openblas   ")
        .contains("choice     backend scalar (asked for", "threads: 1", "mnist      ");
  }

  @Test
  void datasetsAreListedCheckedAndRefusedByName() {
    Cli list = Cli.run("datasets", "list", "--data", folder.toString());
    assertThat(list.code()).isEqualTo(ExitCodes.OK);
    assertThat(list.out()).contains("mnist: ", "mini-mnist: ", "notmnist: ", "licence: ");
    Cli verify = Cli.run("datasets", "verify", "--data", folder.toString());
    assertThat(verify.code()).isEqualTo(ExitCodes.OK);
    assertThat(verify.out()).contains("mnist embedded: same (SHA-256 ");
    Cli unknown = Cli.run("datasets", "fetch", "cifar", "--data", folder.toString());
    assertThat(unknown.code()).isEqualTo(ExitCodes.USAGE);
    assertThat(unknown.err()).contains("no data set 'cifar': use mnist, mini-mnist, notmnist");
    Cli none = Cli.run("datasets", "fetch", "notmnist", "--data", folder.toString());
    assertThat(none.code()).isEqualTo(ExitCodes.DATA);
    assertThat(none.err()).contains("no public mirror");
    Cli embedded = Cli.run("datasets", "fetch", "mini-mnist", "--data", folder.toString());
    assertThat(embedded.code()).isEqualTo(ExitCodes.OK);
    assertThat(embedded.out()).contains("nothing to fetch");
  }

  @Test
  void aDamagedFileIsTold() throws IOException {
    Path mnist = Files.createDirectories(folder.resolve("mnist"));
    Files.writeString(mnist.resolve("t10k-labels-idx1-ubyte"), "not labels");
    Cli verify = Cli.run("datasets", "verify", "--data", folder.toString());
    assertThat(verify.code()).isEqualTo(ExitCodes.DATA);
    assertThat(verify.out()).contains("t10k-labels-idx1-ubyte: damaged");
  }
}
