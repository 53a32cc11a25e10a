package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A kernel that C1 refuses to compile ("COMPILE SKIPPED") can stay in a slow tier for the life of
 * the process: a hundred times slower, by luck. So none may be refused.
 */
@Tag("child-jvm")
final class CompilationTest {

  /** The caller waits for C2: what is compiled when does not depend on the machine's load. */
  private static final String NOW = "-XX:-BackgroundCompilation";

  /** With it kernels read memory by address, in loops of which some are others. */
  private static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  /** As if nothing that they call had been compiled when C2 comes to them. */
  private static final String CALLERS_FIRST = " -XX:InlineSmallCode=20000";

  /** 256 bits have one micro-kernel, all other widths three others; 512 need a machine's own. */
  static IntStream widths() {
    return IntStream.of(128, 256, Lanes.preferredBits()).distinct();
  }

  @ParameterizedTest
  @MethodSource("widths")
  void noKernelIsTooLargeForACompiler(int bits, @TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> lines = run(TinyCalls.class, bits, directory, "-XX:+PrintCompilation");
    assertThat(lines)
        .as("the kernels were compiled")
        .anyMatch(line -> line.contains("VectorGemmTile"));
    assertThat(lines)
        .filteredOn(line -> line.contains("COMPILE SKIPPED") && line.contains("dev.lanewise"))
        // That one is tried again as soon as the class is there.
        .filteredOn(line -> !line.contains("concurrent class loading"))
        .isEmpty();
  }

  /** Else a training would depend on when its code happened to be compiled. */
  @ParameterizedTest
  @MethodSource("widths")
  void compilingChangesNoBit(int bits, @TempDir Path directory)
      throws IOException, InterruptedException {
    assertThat(run(ActivationBits.class, bits, directory, NOW, "-XX:+PrintCompilation"))
        .as("the functions were compiled by the last tier")
        .anyMatch(line -> line.matches(".* 4 +dev.lanewise.*VectorActivations::atan.*"));
  }

  /**
   * C2 does not inline a method that it has compiled to much code already, nor any of ours once its
   * graph is large: vectors that go in or come out are boxed, for the life of the process.
   */
  @ParameterizedTest
  @MethodSource("widths")
  void noVectorIsBoxedOnceAKernelIsCompiled(int bits, @TempDir Path directory)
      throws IOException, InterruptedException {
    boxesNone(run(QuietCalls.class, bits, directory, NOW));
  }

  @Test
  void noVectorIsBoxedWhereAccessesAreUnchecked(@TempDir Path directory)
      throws IOException, InterruptedException {
    boxesNone(run(QuietCalls.class, Lanes.preferredBits(), directory, NOW, NATIVE));
  }

  /**
   * Nor where C2 came to a caller first, and took in what it else finds compiled to much code, in
   * any order of the kernels: what it takes in depends on what has been met before.
   */
  @ParameterizedTest
  @CsvSource({NOW + ",", NOW + " " + NATIVE + ",", NOW + ", 6", NOW + " " + NATIVE + ", 2"})
  void noVectorIsBoxedWhereCallersAreCompiledFirst(
      String flags, @Nullable String seed, @TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> order = seed == null ? List.of() : List.of(seed);
    String[] all = (flags + CALLERS_FIRST).split(" ", -1);
    boxesNone(run(QuietCalls.class, order, Lanes.preferredBits(), directory, all));
  }

  /**
   * Nor where profiles tell C2 nothing, or of several classes: in one process in ten it compiles a
   * kernel before C1 has gathered the kernel's own, and goes by what the Vector API's methods have
   * met anywhere in the process. Of many classes it then compiles none, of two both; the engine's
   * own vectors are of two where a network has ten outputs.
   */
  @ParameterizedTest
  @CsvSource({
    "-XX:+UseTypeSpeculation, 64 128 256 512",
    "-XX:-UseTypeSpeculation, 64 128 256 512",
    "-XX:+UseTypeSpeculation, 256 512",
    "-XX:+UseTypeSpeculation, 256",
    "-XX:+UseTypeSpeculation, 128 256",
    "-XX:+UseTypeSpeculation, 128 512",
  })
  void noVectorIsBoxedBesideVectorsOfOtherWidths(
      String flag, String widths, @TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> arguments = List.of(widths.split(" ", -1));
    boxesNone(run(ForeignVectors.class, arguments, Lanes.preferredBits(), directory, NOW, flag));
  }

  /**
   * Two widths and no profiles: a kernel of floats must say what its vectors are. Those of bytes
   * still go by profiles of what all element types share; to say it there left C2 no room.
   */
  @ParameterizedTest
  @ValueSource(strings = {"128 256", "128 512", "256 512", "256"})
  void noVectorOfFloatsIsBoxedWithoutProfiles(String widths, @TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> arguments = List.of(widths.split(" ", -1));
    boxesNone(
        run(
                ForeignVectors.class,
                arguments,
                Lanes.preferredBits(),
                directory,
                NOW,
                "-XX:-UseTypeSpeculation")
            .stream()
            .filter(line -> !line.contains("L1 distances"))
            .toList());
  }

  private static void boxesNone(List<String> lines) {
    assertThat(lines)
        .filteredOn(line -> line.contains(" allocates "))
        .hasSizeGreaterThan(15)
        .allMatch(line -> line.endsWith(" allocates 0"));
  }

  /**
   * HotSpot counts calls: a loop that is called once for a whole matrix stays in a slow tier for
   * hundreds of matrices. Why: {@link Stretch}.
   */
  @ParameterizedTest
  @MethodSource("widths")
  void aFewCallsGetALoopCompiled(int bits, @TempDir Path directory)
      throws IOException, InterruptedException {
    areCompiled(
        run(FewCalls.class, bits, directory, NOW, "-XX:+PrintCompilation"),
        "VectorActivations::axpby",
        "VectorActivations::meanSquares",
        "VectorActivations::adamStep",
        "VectorActivations::relu",
        "VectorActivations::timesReluSlope",
        "VectorActivationsSigmoid::isNear",
        "VectorActivationsSigmoid::near",
        "VectorActivationsSigmoid::nearAndNext",
        "VectorElementwiseSoftmaxWide::nearMax",
        "VectorElementwiseSoftmaxWide::exponentialsNear",
        "VectorElementwiseSoftmaxWide::scale",
        "VectorElementwise::atMost");
  }

  @Test
  void aFewCallsGetALoopCompiledWhereAccessesAreUnchecked(@TempDir Path directory)
      throws IOException, InterruptedException {
    areCompiled(
        run(FewCalls.class, Lanes.preferredBits(), directory, NOW, NATIVE, "-XX:+PrintCompilation"),
        "VectorElementwiseSoftmaxWide::threeStretches");
  }

  private static void areCompiled(List<String> lines, String... loops) {
    for (String loop : loops) {
      assertThat(lines)
          .as("compiled by the last tier: " + loop)
          .anyMatch(line -> line.matches(".* 4 +dev.lanewise.*" + loop + " .*"));
    }
  }

  /** Why: {@link Lanes}. By luck of the profile only one process in several is slow. */
  @Test
  void noVectorIsAddedToByAMethodOfItsOwn() throws IOException {
    Path sources = Path.of("src/main/java/dev/lanewise/engine/kernel/vector");
    Pattern receiver = Pattern.compile("\\b(\\w+)\\s*=\\s*\\1\\s*\\.(add|mul|max|min)\\(");
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        assertThat(receiver.matcher(Files.readString(file)).results().map(MatchResult::group))
            .as(file.toString())
            .isEmpty();
      }
    }
  }

  private static List<String> run(Class<?> main, int bits, Path directory, String... flags)
      throws IOException, InterruptedException {
    return run(main, List.of(), bits, directory, flags);
  }

  private static List<String> run(
      Class<?> main, List<String> arguments, int bits, Path directory, String... flags)
      throws IOException, InterruptedException {
    Path log = directory.resolve("compilation.log");
    Process process =
        ChildJvm.of(
                Stream.concat(
                        Stream.of(
                            "--add-modules=jdk.incubator.vector",
                            "-D" + Lanes.PROPERTY + "=" + bits),
                        Stream.of(flags))
                    .toList(),
                main,
                arguments.toArray(String[]::new))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(120, TimeUnit.SECONDS)).as("finished in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(log);
    assertThat(process.exitValue()).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
