package dev.lanewise.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Threads that stay awake between jobs of some microseconds, such as the steps of a training, which
 * {@link Parallelism#forEach} takes too long to hand over. From {@link Parallelism#crew}; keeps
 * threads of that instance to itself until it is closed.
 *
 * <p>A helper that waits for more than a few jobs' time goes to sleep, and is woken by the next
 * job. One that is late, or never comes because its executor is busy, is not waited for: the
 * calling thread takes its tasks. A task is offered to the same thread in every job, whose caches
 * may still hold what it works on.
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

  private boolean called;

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
    call();
    task = newTask;
    number++;
    unfinished.set(tasks);
    job = number * MOST_TASKS + (tasks - 1);
    for (Member member : members) {
      member.wake();
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

  private void call() {
    if (called) {
      return;
    }
    called = true;
    for (Member member : members) {
      try {
        executor.execute(member);
      } catch (RejectedExecutionException e) {
        return; // The calling thread does all there is to do.
      }
    }
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
    job = CLOSED;
    for (Member member : members) {
      member.wake();
    }
  }

  private final class Member implements Runnable {
    private final int worker;
    private volatile @Nullable Thread asleep;

    Member(int worker) {
      this.worker = worker;
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
        work(worker, next / MOST_TASKS, (int) (next % MOST_TASKS) + 1);
        done = next;
      }
    }

    private long awaitOtherThan(long done) {
      long next = job;
      for (int turn = 0; next == done; turn++) {
        if (turn < Parallelism.LOOKS) {
          Thread.onSpinWait();
        } else {
          asleep = Thread.currentThread();
          if (job == done) {
            LockSupport.park(Crew.this);
          }
          asleep = null;
          // Not this crew's: whoever interrupts wants the executor's thread to end.
          if (Thread.currentThread().isInterrupted()) {
            return CLOSED;
          }
        }
        next = job;
      }
      return next;
    }
  }
}
