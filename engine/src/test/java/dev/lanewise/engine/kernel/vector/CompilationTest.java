package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A kernel that C1 refuses to compile ("COMPILE SKIPPED") can stay in a slow tier for the life of
 * the process: a hundred times slower, by luck. So none may be refused.
 */
final class CompilationTest {

  /** 256 bits have one micro-kernel, all other widths the other. */
  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void noKernelIsTooLargeForACompiler(int bits, @TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> lines = run(TinyCalls.class, bits, directory);
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
  @ValueSource(ints = {128, 256})
  void compilingChangesNoBit(int bits, @TempDir Path directory)
      throws IOException, InterruptedException {
    assertThat(run(ActivationBits.class, bits, directory))
        .as("the functions were compiled by the last tier")
        .anyMatch(line -> line.matches(".* 4 +dev.lanewise.*VectorActivations::atan.*"));
  }

  private static List<String> run(Class<?> main, int bits, Path directory)
      throws IOException, InterruptedException {
    Path log = directory.resolve("compilation.log");
    Process process =
        ChildJvm.of(
                List.of(
                    "--add-modules=jdk.incubator.vector",
                    "-XX:+PrintCompilation",
                    "-D" + Lanes.PROPERTY + "=" + bits),
                main)
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
