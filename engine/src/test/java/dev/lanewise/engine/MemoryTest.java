package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
}
