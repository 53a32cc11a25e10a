package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class CrewTest {

  @Test
  void everyTaskOfEveryJobRunsOnceAndIsSeen() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      try (Parallelism parallelism = Parallelism.threads(threads);
          Crew crew = parallelism.crew()) {
        // Not atomic: what a task wrote must be visible after its job.
        int[] runs = new int[256];
        int jobs = 20_000;
        for (int job = 0; job < jobs; job++) {
          int tasks = job % 7;
          crew.forEach(tasks, i -> runs[i]++);
        }
        for (int i = 0; i < 7; i++) {
          int task = i;
          int expected = 0;
          for (int job = 0; job < jobs; job++) {
            expected += job % 7 > task ? 1 : 0;
          }
          assertThat(runs[i]).isEqualTo(expected);
        }
        crew.forEach(256, i -> runs[i] = -i);
        assertThat(runs[255]).isEqualTo(-255);
      }
    }
  }

  @Test
  void threadsReallyWorkTogether() {
    try (Parallelism parallelism = Parallelism.threads(2);
        Crew crew = parallelism.crew()) {
      // Each task waits for the other: on one thread this would never end.
      Phaser both = new Phaser(2);
      crew.forEach(2, task -> both.arriveAndAwaitAdvance());
      assertThat(both.getPhase()).isEqualTo(1);
    }
  }

  @Test
  void aHelperThatHasBegunIsWaitedFor() {
    try (Parallelism parallelism = Parallelism.threads(2);
        Crew crew = parallelism.crew()) {
      Thread caller = Thread.currentThread();
      Phaser both = new Phaser(2);
      // Not atomic: what a helper wrote must be visible.
      int[] helped = new int[1];
      for (int job = 1; job <= 3; job++) {
        crew.forEach(
            2,
            task -> {
              both.arriveAndAwaitAdvance();
              if (Thread.currentThread() != caller) {
                LockSupport.parkNanos(20_000_000);
                helped[0]++;
              }
            });
        assertThat(helped[0]).isEqualTo(job);
      }
    }
  }

  @Test
  void aSleepingHelperIsWoken() throws InterruptedException {
    try (Parallelism parallelism = Parallelism.threads(2);
        Crew crew = parallelism.crew()) {
      Phaser both = new Phaser(2);
      for (int job = 0; job < 3; job++) {
        Thread.sleep(50);
        crew.forEach(2, task -> both.arriveAndAwaitAdvance());
      }
      assertThat(both.getPhase()).isEqualTo(3);
    }
  }

  @Test
  void helpersThatNeverComeAreNotWaitedFor() {
    AtomicIntegerArray runs = new AtomicIntegerArray(5);
    Parallelism deaf = Parallelism.on(command -> {}, 3);
    Parallelism full =
        Parallelism.on(
            command -> {
              throw new RejectedExecutionException("full");
            },
            3);
    for (Parallelism parallelism : new Parallelism[] {deaf, full}) {
      try (Crew crew = parallelism.crew()) {
        crew.forEach(5, runs::incrementAndGet);
        crew.forEach(5, runs::incrementAndGet);
      }
    }
    for (int i = 0; i < 5; i++) {
      assertThat(runs.get(i)).isEqualTo(4);
    }
  }

  @Test
  void aFailureReachesTheCallerAndTheCrewGoesOn() {
    try (Parallelism parallelism = Parallelism.threads(2);
        Crew crew = parallelism.crew()) {
      assertThatThrownBy(
              () ->
                  crew.forEach(
                      4,
                      task -> {
                        throw new IllegalStateException("task failed");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("task failed");
      AtomicInteger runs = new AtomicInteger();
      crew.forEach(4, task -> runs.incrementAndGet());
      assertThat(runs).hasValue(4);
    }
  }

  @Test
  void threadsAreGivenBack() {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      Phaser both = new Phaser(2);
      for (int round = 0; round < 3; round++) {
        try (Crew crew = parallelism.crew()) {
          crew.forEach(2, task -> {});
        }
        parallelism.forEach(2, task -> both.arriveAndAwaitAdvance());
      }
      assertThat(both.getPhase()).isEqualTo(3);
    }
  }

  @Test
  void aCrewThatRestsKeepsNoThreadFromOthers() {
    try (Parallelism parallelism = Parallelism.threads(2);
        Crew crew = parallelism.crew()) {
      Phaser both = new Phaser(2);
      for (int round = 0; round < 3; round++) {
        crew.forEach(2, task -> both.arriveAndAwaitAdvance());
        parallelism.forEach(2, task -> both.arriveAndAwaitAdvance());
      }
      assertThat(both.getPhase()).isEqualTo(6);
    }
  }

  @Test
  void anExecutorThatWasFullIsAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    Parallelism full =
        Parallelism.on(
            command -> {
              asked.incrementAndGet();
              throw new RejectedExecutionException("full");
            },
            2);
    try (Crew crew = full.crew()) {
      crew.forEach(1, task -> {});
      assertThat(asked).as("asked for help with one task").hasValue(0);
      for (int job = 0; job < 10_001; job++) {
        crew.forEach(2, task -> {});
      }
    }
    assertThat(asked).hasValue(11);
  }

  @Test
  void anInterruptedCallerStops() {
    try (Parallelism parallelism = Parallelism.threads(2);
        Crew crew = parallelism.crew()) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> crew.forEach(2, task -> {}))
          .isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      AtomicInteger runs = new AtomicInteger();
      crew.forEach(2, task -> runs.incrementAndGet());
      assertThat(runs).hasValue(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void helpersEndWithTheirExecutor(boolean whileAtWork) throws InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(1);
    try (Crew crew = Parallelism.on(executor, 2).crew()) {
      Thread caller = Thread.currentThread();
      Phaser both = new Phaser(2);
      crew.forEach(
          2,
          task -> {
            both.arriveAndAwaitAdvance();
            if (whileAtWork && Thread.currentThread() != caller) {
              executor.shutdownNow();
            }
          });
      executor.shutdownNow();
      assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      AtomicInteger runs = new AtomicInteger();
      crew.forEach(2, task -> runs.incrementAndGet());
      assertThat(runs).hasValue(2);
    }
  }

  @Test
  void aClosedCrewTakesNoWork() {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      Crew crew = parallelism.crew();
      assertThatThrownBy(() -> crew.forEach(257, task -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("at most 256");
      crew.close();
      crew.close();
      assertThatThrownBy(() -> crew.forEach(2, task -> {}))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }
}
