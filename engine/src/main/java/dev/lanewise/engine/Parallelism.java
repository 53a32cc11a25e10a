package dev.lanewise.engine;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How many threads a job may use, and whose they are. The calling thread always works too, so
 * {@link #serial()} starts no thread and {@link #threads threads(n)} starts n - 1.
 *
 * <p>A job is a number of independent tasks. Tasks are handed out in ascending order to whichever
 * thread is free; a job whose tasks do not depend on the number of threads gives results that do
 * not either.
 *
 * <p>A thread that has done its part waits awake for some 50 microseconds, for the others or for
 * the next job, before it sleeps: to be woken takes as long.
 *
 * <p>Thread-safety: any number of threads may run jobs on one instance at once, and a task may run
 * a job of its own.
 */
public final class Parallelism implements AutoCloseable {

  /** How often a thread looks for work before it goes to sleep: some 50 microseconds. */
  static final int LOOKS = 4_000;

  /**
   * More offers to help than threads take at a time: what exceeds them is not made. While all
   * helpers are busy with something long, offers of jobs that are over would pile up.
   */
  private static final int MOST_OFFERS = 1_000;

  private static final Parallelism SERIAL = new Parallelism(1, null, null);

  private final int threads;
  private final @Nullable Executor helpers;
  private final @Nullable ExecutorService owned;

  private Parallelism(int threads, @Nullable Executor helpers, @Nullable ExecutorService owned) {
    this.threads = threads;
    this.helpers = helpers;
    this.owned = owned;
  }

  /** The calling thread alone. */
  public static Parallelism serial() {
    return SERIAL;
  }

  /**
   * The calling thread and {@code threads - 1} daemon threads named {@code lanewise-worker-N},
   * started when first needed and stopped by {@link #close()}.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static Parallelism threads(int threads) {
    check(threads);
    if (threads == 1) {
      return SERIAL;
    }
    ExecutorService pool =
        new ThreadPoolExecutor(
            threads - 1,
            threads - 1,
            0,
            TimeUnit.SECONDS,
            new PatientQueue(),
            Thread.ofPlatform().daemon().name("lanewise-worker-", 1).factory());
    return new Parallelism(threads, pool, pool);
  }

  /**
   * The calling thread and up to {@code threads - 1} tasks at a time on an executor that stays the
   * caller's: it is never shut down here. An executor that is busy or rejects work costs speed, not
   * correctness. A task that it begins after its job is over ends at once, and keeps nothing of the
   * job alive until then.
   *
   * @throws IllegalArgumentException if {@code threads} is less than 1
   */
  public static Parallelism on(Executor executor, int threads) {
    check(threads);
    return new Parallelism(threads, executor, null);
  }

  private static void check(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
  }

  /** The most threads that work on a job at once, the calling one included. */
  public int threads() {
    return threads;
  }

  /**
   * Runs {@code task.accept(0)} .. {@code task.accept(tasks - 1)} and returns when all are done.
   * All that a task wrote is visible to the caller afterwards.
   *
   * <p>When a task throws, tasks not yet begun are dropped and the first exception is thrown here.
   * When the calling thread is interrupted, tasks not yet begun are dropped, the running ones are
   * waited for, and a {@link CancellationException} is thrown with the interrupt status still set.
   */
  public void forEach(int tasks, IntConsumer task) {
    if (tasks <= 0) {
      return;
    }
    Job job = new Job(tasks, task, Thread.currentThread());
    int wanted = helpers == null ? 0 : Math.min(threads, tasks) - 1;
    for (int i = 0; i < wanted; i++) {
      try {
        if (helpers != null) {
          helpers.execute(job);
        }
      } catch (RejectedExecutionException e) {
        break; // The calling thread does the rest.
      }
    }
    job.run();
    job.await();
  }

  /**
   * A crew for many short jobs in a row. Close it soon: while it works, {@link #forEach} has to do
   * without its threads.
   */
  public Crew crew() {
    return new Crew(helpers == null ? Runnable::run : helpers, threads);
  }

  /**
   * Ends a long job on the calling thread if that is interrupted, whose interrupt status stays set.
   *
   * @throws CancellationException if it is
   */
  public static void throwIfInterrupted() {
    throwIfInterrupted(Thread.currentThread());
  }

  /**
   * As {@link #throwIfInterrupted()}, on a thread that works for another: for tasks that are long.
   *
   * @param caller who called {@link #forEach}
   * @throws CancellationException if that thread is interrupted
   */
  public static void throwIfInterrupted(Thread caller) {
    if (caller.isInterrupted()) {
      throw new CancellationException(
          "interrupted: thread " + caller.getName() + " was asked to stop");
    }
  }

  /** Throws what a task threw, if it threw something. */
  static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  /**
   * Stops the threads this instance started, if any. A job that is running is finished by its
   * calling thread.
   */
  @Override
  public void close() {
    if (owned != null) {
      owned.shutdown();
    }
  }

  /**
   * One call of {@link #forEach}: counts finished tasks, so that a helper that never got to run is
   * not waited for.
   */
  private static final class Job implements Runnable {
    private final int tasks;
    private final Thread caller;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger unfinished;
    private final CountDownLatch done = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private @Nullable IntConsumer task;

    Job(int tasks, IntConsumer task, Thread caller) {
      this.tasks = tasks;
      this.task = task;
      this.caller = caller;
      this.unfinished = new AtomicInteger(tasks);
    }

    @Override
    public void run() {
      IntConsumer work = task;
      if (work == null) {
        return;
      }
      for (int i = next.getAndIncrement(); i < tasks && i >= 0; i = next.getAndIncrement()) {
        try {
          if (failure.get() == null) {
            if (caller.isInterrupted()) {
              throw new CancellationException(
                  "interrupted with task " + i + " of " + tasks + " next");
            }
            work.accept(i);
          }
        } catch (Throwable t) {
          failure.compareAndSet(null, t);
        } finally {
          if (unfinished.decrementAndGet() == 0) {
            done.countDown();
          }
        }
      }
    }

    void await() {
      // A helper that has begun is mostly done soon, and to fall asleep and be woken takes longer.
      for (int look = 0; look < LOOKS && done.getCount() > 0; look++) {
        Thread.onSpinWait();
      }
      boolean interrupted = false;
      while (true) {
        try {
          done.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
          failure.compareAndSet(null, new CancellationException("interrupted"));
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      // A helper that has yet to begin may do so much later: it need not keep what this job used.
      task = null;
      rethrow(failure.get());
    }
  }

  /** Jobs that wait for a thread, which looks for the next one for a while before it sleeps. */
  private static final class PatientQueue extends LinkedBlockingQueue<Runnable> {
    private static final long serialVersionUID = 1;

    PatientQueue() {
      super(MOST_OFFERS);
    }

    @Override
    public Runnable take() throws InterruptedException {
      for (int look = 0; look < LOOKS; look++) {
        Runnable job = isEmpty() ? null : poll();
        if (job != null) {
          return job;
        }
        Thread.onSpinWait();
      }
      return super.take();
    }
  }
}
