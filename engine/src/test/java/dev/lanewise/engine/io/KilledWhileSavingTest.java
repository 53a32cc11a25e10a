package dev.lanewise.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The old file or the new one, never half. */
class KilledWhileSavingTest {

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void aKilledProcessLeavesAWholeFile(@TempDir Path directory)
      throws IOException, InterruptedException {
    Path file = directory.resolve("saved.lwm");
    Random random = new Random(1);
    for (int round = 0; round < 8; round++) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xshare:auto",
                  "-cp",
                  System.getProperty("java.class.path"),
                  SaveProcess.class.getName(),
                  file.toString())
              .start();
      try {
        // Written once at least: from here on a kill interrupts one save or another.
        assertThat(process.getInputStream().read()).isEqualTo('s');
        Thread.sleep(random.nextInt(60));
      } finally {
        process.destroyForcibly(); // SIGKILL
      }
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      ModelFile saved = ModelFile.open(file);
      saved.verify();
      int n = saved.integer("n", 0, 2);
      ByteMatrix matrix = saved.bytes("m");
      assertThat(matrix.rows()).isEqualTo(200 + n);
      assertThat(matrix.get(199, 0)).isEqualTo(n);
      // What a killed process leaves is hidden, and gone when the next one has saved.
      assertThat(beside(file)).hasSizeLessThan(2).allMatch(name -> name.startsWith(".saved.lwm."));
    }
    new ModelWriter("saved").integer("n", 0).write(file);
    assertThat(beside(file)).isEmpty();
  }

  private static List<String> beside(Path file) throws IOException {
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files
          .filter(path -> !path.equals(file))
          .map(path -> path.getFileName().toString())
          .toList();
    }
  }
}
