package dev.lanewise.engine;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * How a job ended that was interrupted on a thread of its own.
 *
 * @param thrown what it ended with; null if it just ended
 * @param statusKept whether the thread's interrupt status was still set
 * @param nanos how long it took to end
 */
record Interrupted(@Nullable Throwable thrown, boolean statusKept, long nanos) {

  /** Waits for the moment to interrupt. */
  @FunctionalInterface
  interface Moment {
    void await() throws InterruptedException;
  }

  /** Starts a job and interrupts it when the moment has come. */
  static Interrupted at(Moment moment, Runnable job) throws InterruptedException {
    Ending ending = new Ending();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    job.run();
                  } catch (Throwable t) {
                    ending.thrown = t;
                  }
                  ending.statusKept = Thread.currentThread().isInterrupted();
                });
    moment.await();
    long asked = System.nanoTime();
    thread.interrupt();
    thread.join();
    return new Interrupted(ending.thrown, ending.statusKept, System.nanoTime() - asked);
  }

  /** Written by the thread, read when it has ended. */
  private static final class Ending {
    private @Nullable Throwable thrown;
    private boolean statusKept;
  }

  /** Whether it ended as a job of the engine should. */
  boolean cancelled() {
    return thrown instanceof CancellationException && statusKept;
  }
}
