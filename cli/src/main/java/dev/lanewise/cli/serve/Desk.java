package dev.lanewise.cli.serve;

import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where requests wait for the engine. Its work is pure computing, partly in native code, which
 * would hold the carriers of virtual threads; so it gets a few platform threads, and a queue that
 * refuses rather than grows.
 */
final class Desk implements AutoCloseable {

  private final ThreadPoolExecutor workers;
  private final Duration patience;

  Desk(int threads, int queue, Duration patience) {
    this.patience = patience;
    workers =
        new ThreadPoolExecutor(
            threads,
            threads,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(queue),
            Thread.ofPlatform().daemon().name("lanewise-answer-", 1).factory());
  }

  /**
   * Works a job off and waits for it.
   *
   * @throws Problem 503, if the queue is full or the answer does not come in time
   */
  <T> T ask(Callable<T> job) {
    Future<T> answer;
    try {
      answer = workers.submit(job);
    } catch (RejectedExecutionException e) {
      throw Problem.busy(
          workers.isShutdown() ? "the server is stopping" : "too many requests are waiting");
    }
    try {
      return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Not interrupted if it runs: the engine would drop the job half done and log nothing of use.
      answer.cancel(false);
      throw Problem.busy("the answer took longer than " + patience.toSeconds() + " s");
    } catch (InterruptedException e) {
      answer.cancel(false);
      Thread.currentThread().interrupt();
      throw Problem.busy("the server is stopping");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case Problem problem -> throw problem;
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Jobs that wait. */
  int waiting() {
    return workers.getQueue().size();
  }

  @Override
  public void close() {
    workers.shutdown();
  }
}
