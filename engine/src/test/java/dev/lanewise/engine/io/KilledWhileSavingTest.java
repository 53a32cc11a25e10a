package dev.lanewise.engine.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The old file or the new one, never half. */
class KilledWhileSavingTest {

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void aKilledProcessLeavesAWholeFile(@TempDir Path directory) throws Exception {
    KilledSaves.Outcome outcome = KilledSaves.run(directory, 8);
    assertThat(outcome.kills()).isEqualTo(8);
    assertThat(outcome.left()).isEmpty();
  }
}
