package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is closed or forgotten gives its native memory back, to the last byte. */
@Tag("child-jvm")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class MemoryTest {

  @Test
  void openingAndClosingLeavesNothing(@TempDir Path directory)
      throws IOException, InterruptedException {
    String said = said(List.of("-Xmx256m"), StressProcess.class, "0", "20", directory.toString());
    assertThat(said).contains("20 engines", " 0 leaked; 0 mapped files, 0 threads left");
  }

  /**
   * Little but the rows, parameters and results that a program asked for, and what building an
   * index took. With workspaces of each index's own it would be 9 MB, 32 MB and 256 kB.
   */
  @Test
  void littleWaitsForTheCollector(@TempDir Path directory)
      throws IOException, InterruptedException {
    String said =
        said(
            List.of("-XX:+UnlockExperimentalVMOptions", "-XX:+UseEpsilonGC", "-Xmx4g"),
            FootprintProcess.class,
            "3",
            directory.toString());
    assertThat(bytes("a life leaves (\\d+) bytes", said)).as(said).isLessThan(3_000_000);
    assertThat(bytes("a life of a large index leaves (\\d+) bytes", said))
        .as(said)
        .isLessThan(24_000_000);
    assertThat(bytes("a search for bytes among floats leaves (\\d+) bytes", said))
        .as(said)
        .isLessThan(10_000);
  }

  /** What a program that ended well has printed. */
  private static String said(List<String> flags, Class<?> main, String... arguments)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(flags);
    all.add("-XX:NativeMemoryTracking=summary");
    all.add("--add-modules=jdk.incubator.vector");
    Process process = ChildJvm.of(all, main, arguments).redirectErrorStream(true).start();
    try (var output = process.getInputStream()) {
      String said = new String(output.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said;
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
