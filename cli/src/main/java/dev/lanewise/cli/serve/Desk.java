package dev.lanewise.cli.serve;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Where questions wait for the engine. Its work is pure computing, partly in native code, which
 * would hold the carriers of virtual threads; so it gets a few platform threads, and a queue that
 * refuses rather than grows. Questions that wait at the same time and are of one kind are answered
 * together: a search for many costs far less than as many searches.
 *
 * @param <Q> a question
 * @param <A> its answer
 */
final class Desk<Q, A> implements AutoCloseable {

  /** What is done at the desk. Thread-safe. */
  interface Clerk<Q, A> {
    /** Whether two questions can be answered together. */
    boolean together(Q one, Q other);

    /** How much of {@link #atOnce} a question takes. */
    int size(Q question);

    /** How much is answered together at most; a larger question is answered alone. */
    int atOnce();

    /** Answers questions that can be answered together, in their order. */
    List<A> answer(List<Q> questions);
  }

  private record Job<Q, A>(Q question, long since, CompletableFuture<A> answer) {}

  private final Clerk<Q, A> clerk;
  private final int threads;
  private final int room;
  private final Duration wait;
  private final Duration patience;
  private final ArrayDeque<Job<Q, A>> queue = new ArrayDeque<>();
  private boolean closed;

  /**
   * A desk.
   *
   * @param threads that answer
   * @param room for questions that wait
   * @param wait after which, if nobody has looked at the longest waiting question yet, no more are
   *     taken
   * @param patience from a question to its answer
   */
  Desk(Clerk<Q, A> clerk, int threads, int room, Duration wait, Duration patience) {
    this.clerk = clerk;
    this.threads = threads;
    this.room = room;
    this.wait = wait;
    this.patience = patience;
    for (int i = 0; i < threads; i++) {
      Thread.ofPlatform().daemon().name("lanewise-answer-" + i).start(this::work);
    }
  }

  /**
   * Waits for an answer.
   *
   * @throws Problem 503, if too many or for too long are waiting, or the answer does not come in
   *     time
   */
  A ask(Q question) {
    Job<Q, A> job = new Job<>(question, System.nanoTime(), new CompletableFuture<>());
    synchronized (queue) {
      if (closed) {
        throw Problem.stopping();
      }
      Job<Q, A> first = queue.peek();
      if (queue.size() >= room || (first != null && job.since() - first.since() > wait.toNanos())) {
        throw Problem.busy("too many requests are waiting");
      }
      queue.add(job);
      queue.notify();
    }
    try {
      return job.answer().get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // Nobody waits for it any more; if it has begun, it ends unheard.
      job.answer().cancel(false);
      throw Problem.busy("the answer took longer than " + patience.toSeconds() + " s");
    } catch (InterruptedException e) {
      job.answer().cancel(false);
      Thread.currentThread().interrupt();
      throw Problem.stopping();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Questions that wait. */
  int waiting() {
    synchronized (queue) {
      return queue.size();
    }
  }

  private void work() {
    try {
      while (true) {
        List<Job<Q, A>> jobs = take();
        if (jobs.isEmpty()) {
          return;
        }
        answer(jobs);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The longest waiting question, and others to answer together with it; none once closed. */
  private List<Job<Q, A>> take() throws InterruptedException {
    synchronized (queue) {
      queue.removeIf(job -> job.answer().isDone());
      while (queue.isEmpty()) {
        if (closed) {
          return List.of();
        }
        queue.wait();
        queue.removeIf(job -> job.answer().isDone());
      }
      // A fair share: the other threads shall not stand idle.
      int most = Math.ceilDiv(queue.size(), threads);
      Job<Q, A> first = queue.remove();
      List<Job<Q, A>> taken = new ArrayList<>(List.of(first));
      int size = clerk.size(first.question());
      for (Iterator<Job<Q, A>> rest = queue.iterator(); rest.hasNext() && taken.size() < most; ) {
        Job<Q, A> job = rest.next();
        int own = clerk.size(job.question());
        if (size + own <= clerk.atOnce() && clerk.together(first.question(), job.question())) {
          rest.remove();
          taken.add(job);
          size += own;
        }
      }
      return taken;
    }
  }

  private void answer(List<Job<Q, A>> jobs) {
    List<A> answers;
    try {
      answers = clerk.answer(jobs.stream().map(Job::question).toList());
    } catch (RuntimeException | Error e) {
      if (jobs.size() == 1) {
        jobs.getFirst().answer().completeExceptionally(e);
      } else {
        // Only the one that is to blame shall fail.
        jobs.forEach(job -> answer(List.of(job)));
      }
      return;
    }
    for (int i = 0; i < jobs.size(); i++) {
      jobs.get(i).answer().complete(answers.get(i));
    }
  }

  /** Takes no more questions; those that wait are still answered. */
  @Override
  public void close() {
    synchronized (queue) {
      closed = true;
      queue.notifyAll();
    }
  }
}
