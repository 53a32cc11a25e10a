package dev.lanewise.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that stay awake between jobs of some microseconds, such as the steps of a training, which
 * {@link Parallelism#forEach} takes too long to hand over. From {@link Parallelism#crew}; keeps
 * threads of that instance to itself while there are jobs.
 *
 * <p>A helper that waits for more than a few jobs' time goes to sleep, and is woken by the next
 * job; one that has slept for 10 milliseconds leaves, and is called again by the next job. So a
 * crew whose caller got stuck, or no processor, keeps no thread from the work of others. A helper
 * that is late, or never comes because its executor is busy, is not waited for: the calling thread
 * takes its tasks. A task is offered to the same thread in every job, whose caches may still hold
 * what it works on.
 *
 * <p>Thread-safety: belongs to the thread that made it. A task must not use the crew.
 */
public final class Crew implements AutoCloseable {

  /** The most tasks of a job. */
  private static final int MOST_TASKS = 256;

  /** Marks of different tasks are on different cache lines: so many longs apart. */
  private static final int APART = 8;

  /** Nanoseconds between looks at a helper that takes longer. */
  private static final long NAP = 20_000;

  /** Nanoseconds for which a helper sleeps before it leaves. */
  private static final long PATIENCE = 10_000_000;

  /** Jobs that are done before an executor that rejected a helper is asked again. */
  private static final int PAUSE = 1_000;

  private static final long CLOSED = -1;

  private final Executor executor;
  private final int threads;
  private final AtomicLongArray lastJobOf;
  private final AtomicInteger unfinished = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Member[] members;

  private IntConsumer task = i -> {};
  private long number;

  /** The number of the current job times {@link #MOST_TASKS}, plus its tasks less one. */
  private volatile long job;

  /** Before this job, no helper is called. */
  private long firstCall;

  Crew(Executor executor, int threads) {
    this.executor = executor;
    this.threads = threads;
    this.members = new Member[threads - 1];
    this.lastJobOf = new AtomicLongArray(threads == 1 ? 0 : MOST_TASKS * APART);
    for (int i = 0; i < members.length; i++) {
      members[i] = new Member(i + 1);
    }
  }

  /**
   * As {@link Parallelism#forEach}.
   *
   * @throws IllegalArgumentException if there are more than 256 tasks
   * @throws IllegalStateException if the crew is closed
   */
  public void forEach(int tasks, IntConsumer newTask) {
    if (tasks > MOST_TASKS) {
      throw new IllegalArgumentException(
          "a crew's job has at most " + MOST_TASKS + " tasks, not " + tasks);
    }
    if (job == CLOSED) {
      throw new IllegalStateException("the crew is closed");
    }
    Parallelism.throwIfInterrupted();
    if (threads == 1 || tasks <= 1) {
      for (int i = 0; i < tasks; i++) {
        newTask.accept(i);
      }
      return;
    }
    task = newTask;
    number++;
    unfinished.set(tasks);
    job = number * MOST_TASKS + (tasks - 1);
    for (Member member : members) {
      member.call();
    }
    work(0, number, tasks);
    for (int turn = 0; unfinished.get() > 0; turn++) {
      if (turn < Parallelism.LOOKS) {
        Thread.onSpinWait();
      } else {
        // A helper that was taken off its processor may need this one.
        LockSupport.parkNanos(this, NAP);
      }
    }
    Parallelism.rethrow(failure.getAndSet(null));
  }

  /**
   * Does what nobody has begun of a job. A helper may come late, with a job that is over: then all
   * of its tasks have been taken, whichever job is the current one.
   */
  private void work(int worker, long jobNumber, int tasks) {
    int first = (int) ((long) worker * tasks / threads);
    for (int n = 0; n < tasks; n++) {
      int i = first + n < tasks ? first + n : first + n - tasks;
      long last = lastJobOf.get(i * APART);
      if (last < jobNumber && lastJobOf.compareAndSet(i * APART, last, jobNumber)) {
        try {
          if (failure.get() == null) {
            task.accept(i);
          }
        } catch (Throwable t) {
          failure.compareAndSet(null, t);
        } finally {
          unfinished.decrementAndGet();
        }
      }
    }
  }

  /** Lets the helpers go. */
  @Override
  public void close() {
    // A helper that has yet to begin need not keep what the jobs used.
    task = i -> {};
    job = CLOSED;
    for (Member member : members) {
      member.wake();
    }
  }

  private final class Member implements Runnable {
    private final int worker;

    /** Whether it is at work, asleep, or was given to the executor. */
    private final AtomicBoolean engaged = new AtomicBoolean();

    private volatile @Nullable Thread asleep;

    Member(int worker) {
      this.worker = worker;
    }

    /** Sees to it that somebody takes part in the current job, sooner or later. */
    void call() {
      if (!engaged.get() && number >= firstCall && engaged.compareAndSet(false, true)) {
        try {
          executor.execute(this);
        } catch (RejectedExecutionException e) {
          engaged.set(false);
          firstCall = number + PAUSE;
        }
      } else {
        wake();
      }
    }

    void wake() {
      Thread thread = asleep;
      if (thread != null) {
        LockSupport.unpark(thread);
      }
    }

    @Override
    public void run() {
      long done = 0;
      while (true) {
        long next = awaitOtherThan(done);
        if (next == CLOSED) {
          return;
        }
        if (next != done) {
          work(worker, next / MOST_TASKS, (int) (next % MOST_TASKS) + 1);
          done = next;
        } else {
          engaged.set(false);
          // A job that has come just now may have been too early to call this helper again.
          if (job == done || !engaged.compareAndSet(false, true)) {
            return;
          }
        }
      }
    }

    /** The same job again, if there was no other for long or this thread is to end. */
    private long awaitOtherThan(long done) {
      for (int turn = 0; job == done; turn++) {
        if (turn < Parallelism.LOOKS) {
          Thread.onSpinWait();
        } else {
          long since = System.nanoTime();
          asleep = Thread.currentThread();
          if (job == done) {
            LockSupport.parkNanos(Crew.this, PATIENCE);
          }
          asleep = null;
          // Not this crew's: whoever interrupts wants the executor's thread to end.
          if (Thread.currentThread().isInterrupted() || System.nanoTime() - since >= PATIENCE) {
            break;
          }
        }
      }
      return job;
    }
  }
}
