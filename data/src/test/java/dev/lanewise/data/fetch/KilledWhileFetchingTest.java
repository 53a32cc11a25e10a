package dev.lanewise.data.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The old file or the new one, never half. */
class KilledWhileFetchingTest {

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS)
  void aKilledDownloadLeavesAWholeFile(@TempDir Path directory) throws Exception {
    KilledFetches.Outcome outcome = KilledFetches.run(directory, 5);
    assertThat(outcome.kills()).isEqualTo(5);
    assertThat(outcome.oldFile()).isPositive();
    assertThat(outcome.left()).containsExactly(".lock");
  }
}
