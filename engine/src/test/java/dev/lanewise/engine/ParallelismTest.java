package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ParallelismTest {

  @Test
  void everyTaskRunsOnceWhateverTheThreads() {
    for (int threads : new int[] {1, 2, 3, 8}) {
      try (Parallelism parallelism = Parallelism.threads(threads)) {
        assertThat(parallelism.threads()).isEqualTo(threads);
        for (int tasks : new int[] {0, 1, 2, 7, 1000}) {
          AtomicIntegerArray runs = new AtomicIntegerArray(tasks);
          parallelism.forEach(tasks, runs::incrementAndGet);
          for (int i = 0; i < tasks; i++) {
            assertThat(runs.get(i)).isEqualTo(1);
          }
        }
      }
    }
  }

  @Test
  void threadsReallyWorkTogether() throws InterruptedException {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      // Each task waits for the other: on one thread this would never end.
      Phaser both = new Phaser(2);
      for (int job = 0; job < 3; job++) {
        parallelism.forEach(2, task -> both.arriveAndAwaitAdvance());
        Thread.sleep(20); // Until the thread sleeps.
      }
      assertThat(both.getPhase()).isEqualTo(3);
    }
  }

  @Test
  void serialUsesTheCallingThreadAlone() {
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    Parallelism.serial().forEach(20, task -> seen.add(Thread.currentThread()));
    assertThat(seen).containsExactly(Thread.currentThread());
  }

  @Test
  void aFailureReachesTheCallerAndDropsTheRest() {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      AtomicInteger begun = new AtomicInteger();
      assertThatThrownBy(
              () ->
                  parallelism.forEach(
                      100_000,
                      task -> {
                        begun.incrementAndGet();
                        throw new IllegalStateException("task failed");
                      }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("task failed");
      assertThat(begun.get()).isLessThan(100_000);
      AtomicInteger after = new AtomicInteger();
      parallelism.forEach(5, task -> after.incrementAndGet());
      assertThat(after).hasValue(5);
    }
  }

  @Test
  void anInterruptCancelsAndStaysSet() {
    AtomicInteger begun = new AtomicInteger();
    try {
      assertThatThrownBy(
              () ->
                  Parallelism.serial()
                      .forEach(
                          10,
                          task -> {
                            begun.incrementAndGet();
                            Thread.currentThread().interrupt();
                          }))
          .isInstanceOf(CancellationException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(begun).hasValue(1);
  }

  @Test
  void anInterruptWhileOthersWorkIsSeenWhenTheyAreDone() {
    Thread caller = Thread.currentThread();
    AtomicBoolean helping = new AtomicBoolean();
    AtomicBoolean helped = new AtomicBoolean();
    try (Parallelism parallelism = Parallelism.threads(2)) {
      assertThatThrownBy(
              () ->
                  parallelism.forEach(
                      2,
                      task -> {
                        if (Thread.currentThread() == caller) {
                          while (!helping.get()) {
                            Thread.onSpinWait();
                          }
                          return;
                        }
                        helping.set(true);
                        while (caller.getState() != Thread.State.WAITING) {
                          Thread.onSpinWait();
                        }
                        caller.interrupt();
                        LockSupport.parkNanos(20_000_000);
                        helped.set(true);
                      }))
          .isInstanceOf(CancellationException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(helped).isTrue();
  }

  @Test
  void aTaskMayRunAJobOfItsOwn() {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      AtomicInteger done = new AtomicInteger();
      parallelism.forEach(4, outer -> parallelism.forEach(5, inner -> done.incrementAndGet()));
      assertThat(done).hasValue(20);
    }
  }

  @Test
  void anExecutorThatRejectsOrNeverRunsCostsOnlySpeed() {
    AtomicInteger done = new AtomicInteger();
    try (Parallelism rejecting =
            Parallelism.on(
                task -> {
                  throw new RejectedExecutionException("full");
                },
                4);
        Parallelism idle = Parallelism.on(task -> {}, 4)) {
      rejecting.forEach(5, task -> done.incrementAndGet());
      idle.forEach(5, task -> done.incrementAndGet());
    }
    assertThat(done).hasValue(10);
  }

  @Test
  void jobsGoOnWhileAllHelpersAreBusy() {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      Thread caller = Thread.currentThread();
      AtomicInteger done = new AtomicInteger();
      AtomicBoolean busy = new AtomicBoolean();
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      parallelism.forEach(
          2,
          outer -> {
            if (Thread.currentThread() != caller) {
              busy.set(true);
              while (done.get() < 10_000) {
                Thread.onSpinWait();
              }
              return;
            }
            while (!busy.get()) {
              Thread.onSpinWait();
            }
            // More jobs than there is room for offers to help.
            for (int job = 0; job < 5_000; job++) {
              // A thread that nobody asked for, when there is no room, would have the time to help.
              long pause = job >= 1_000 && job < 1_005 ? 5_000_000 : 0;
              parallelism.forEach(
                  2,
                  inner -> {
                    seen.add(Thread.currentThread());
                    LockSupport.parkNanos(pause);
                    done.incrementAndGet();
                  });
            }
          });
      assertThat(seen).containsExactly(caller);
      // There is room for offers again when the helper has come to those of jobs that are over.
      AtomicBoolean helped = new AtomicBoolean();
      while (!helped.get()) {
        parallelism.forEach(
            2,
            task -> {
              if (Thread.currentThread() == caller) {
                LockSupport.parkNanos(1_000_000);
              } else {
                helped.set(true);
              }
            });
      }
    }
  }

  @Test
  void aHelperThatIsDoneTakesUpWhatWasOfferedMeanwhile() {
    try (Parallelism parallelism = Parallelism.threads(2)) {
      Thread caller = Thread.currentThread();
      AtomicBoolean busy = new AtomicBoolean();
      AtomicBoolean offered = new AtomicBoolean();
      Phaser both = new Phaser(2);
      parallelism.forEach(
          2,
          outer -> {
            if (Thread.currentThread() != caller) {
              busy.set(true);
              while (!offered.get()) {
                Thread.onSpinWait();
              }
              return;
            }
            while (!busy.get()) {
              Thread.onSpinWait();
            }
            parallelism.forEach(
                2,
                inner -> {
                  offered.set(true);
                  both.arriveAndAwaitAdvance();
                });
          });
      assertThat(both.getPhase()).isEqualTo(1);
    }
  }

  @Test
  void aHelperThatComesLateKeepsNothingAlive() throws InterruptedException {
    List<Runnable> helpers = new ArrayList<>();
    try (Parallelism parallelism = Parallelism.on(helpers::add, 2)) {
      List<WeakReference<int[]>> used = new ArrayList<>();
      used.add(use(parallelism::forEach));
      try (Crew crew = parallelism.crew()) {
        used.add(use(crew::forEach));
      }
      assertThat(helpers).hasSize(2);
      for (WeakReference<int[]> array : used) {
        while (!array.refersTo(null)) {
          System.gc();
          Thread.sleep(10);
        }
      }
      helpers.forEach(Runnable::run);
    }
  }

  /** What a job's task wrote into. */
  private static WeakReference<int[]> use(BiConsumer<Integer, IntConsumer> forEach) {
    int[] array = new int[2];
    forEach.accept(2, task -> array[task]++);
    assertThat(array).containsOnly(1);
    return new WeakReference<>(array);
  }

  @Test
  void asksForNoMoreHelpersThanThereIsWork() {
    AtomicInteger asked = new AtomicInteger();
    Parallelism parallelism = Parallelism.on(helper -> asked.incrementAndGet(), 4);
    int expected = 0;
    for (int tasks = 0; tasks < 7; tasks++) {
      parallelism.forEach(tasks, task -> {});
      expected += Math.clamp(tasks - 1, 0, 3);
      assertThat(asked).hasValue(expected);
    }
  }

  @Test
  void anExecutorThatRejectsIsNotAskedAgainForTheJob() {
    AtomicInteger asked = new AtomicInteger();
    Parallelism parallelism =
        Parallelism.on(
            helper -> {
              asked.incrementAndGet();
              throw new RejectedExecutionException("full");
            },
            4);
    parallelism.forEach(5, task -> {});
    assertThat(asked).hasValue(1);
  }

  @Test
  void workersAreNamedDaemonsThatEndWhenClosed() throws InterruptedException {
    AtomicReference<Thread> worker = new AtomicReference<>();
    Parallelism parallelism = Parallelism.threads(2);
    Thread caller = Thread.currentThread();
    Phaser both = new Phaser(2);
    parallelism.forEach(
        2,
        task -> {
          if (Thread.currentThread() != caller) {
            worker.set(Thread.currentThread());
          }
          both.arriveAndAwaitAdvance();
        });
    assertThat(worker.get().getName()).isEqualTo("lanewise-worker-1");
    assertThat(worker.get().isDaemon()).isTrue();
    parallelism.close();
    worker.get().join();
    AtomicInteger alone = new AtomicInteger();
    parallelism.forEach(5, task -> alone.incrementAndGet());
    assertThat(alone).hasValue(5);
  }

  @Test
  void errorsPassAndCheckedExceptionsAreWrapped() {
    Error error = new AssertionError("task failed");
    assertThatThrownBy(
            () ->
                Parallelism.serial()
                    .forEach(
                        1,
                        task -> {
                          throw error;
                        }))
        .isSameAs(error);
    Exception checked = new Exception("task failed");
    assertThatThrownBy(() -> Parallelism.rethrow(checked))
        .isInstanceOf(IllegalStateException.class)
        .hasCause(checked);
  }

  @Test
  void anInterruptEndsLongJobsAndStaysSet() {
    Parallelism.throwIfInterrupted();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(Parallelism::throwIfInterrupted)
          .isInstanceOf(CancellationException.class)
          .hasMessageContaining(Thread.currentThread().getName());
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void oneThreadIsTheCallersAlone() {
    assertThat(Parallelism.threads(1)).isSameAs(Parallelism.serial());
    assertThat(Parallelism.serial().threads()).isEqualTo(1);
    assertThat(Parallelism.on(Runnable::run, 3).threads()).isEqualTo(3);
  }

  @Test
  void fewerThanOneThreadIsRefused() {
    assertThatThrownBy(() -> Parallelism.threads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
    assertThatThrownBy(() -> Parallelism.on(Runnable::run, -1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-1");
  }
}
