package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrencyStressTest {

  /** Seconds; .ci/stress goes on for longer. */
  private static final int ROUNDS = 4;

  @Test
  void everyAnswerIsThatOfASingleThread(@TempDir Path directory) throws InterruptedException {
    Stress.Outcome outcome = Stress.run(directory, round -> round < ROUNDS);
    assertThat(outcome.failures()).isEmpty();
    assertThat(outcome.answers()).isEqualTo(10 * ROUNDS * 12);
    assertThat(outcome.cancellations()).as("some were interrupted").isPositive();
    assertThat(outcome.changes()).isPositive();
    assertThat(outcome.closed()).isPositive();
    assertThat(outcome.threadsLeft()).as("threads left behind").isEmpty();
  }
}
