package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is closed or forgotten gives its native memory back, to the last byte. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class MemoryTest {

  @Test
  void openingAndClosingLeavesNothing(@TempDir Path directory) throws Exception {
    Process process =
        ChildJvm.of(
                List.of(
                    "-XX:NativeMemoryTracking=summary",
                    "-Xmx256m",
                    "--add-modules=jdk.incubator.vector"),
                StressProcess.class,
                "0",
                "20",
                directory.toString())
            .redirectErrorStream(true)
            .start();
    try (var output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(said).contains("20 engines", " 0 leaked; 0 mapped files, 0 threads left");
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * Little but the rows, parameters and results that a program asked for, and what building an
   * index took. With workspaces of each index's own it would be 9 MB, 32 MB and 256 kB.
   */
  @Test
  void littleWaitsForTheCollector(@TempDir Path directory) throws Exception {
    Process process =
        ChildJvm.of(
                List.of(
                    "-XX:NativeMemoryTracking=summary",
                    "-XX:+UnlockExperimentalVMOptions",
                    "-XX:+UseEpsilonGC",
                    "-Xmx4g",
                    "--add-modules=jdk.incubator.vector"),
                FootprintProcess.class,
                "3",
                directory.toString())
            .redirectErrorStream(true)
            .start();
    try (var output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      assertThat(bytes("a life leaves (\\d+) bytes", said)).as(said).isLessThan(3_000_000);
      assertThat(bytes("a life of a large index leaves (\\d+) bytes", said))
          .as(said)
          .isLessThan(24_000_000);
      assertThat(bytes("a search for bytes among floats leaves (\\d+) bytes", said))
          .as(said)
          .isLessThan(10_000);
    } finally {
      process.destroyForcibly();
    }
  }

  private static long bytes(String line, String said) {
    Matcher found = Pattern.compile(line).matcher(said);
    assertThat(found.find()).as(said).isTrue();
    return Long.parseLong(found.group(1));
  }
}
