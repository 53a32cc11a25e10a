package dev.lanewise.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The queue before the engine, with a clerk that works when it is told to. */
@Timeout(60)
class DeskTest {

  private static final Duration LONG = Duration.ofSeconds(50);

  /** Questions are of one kind if they begin with the same letter. */
  private static final class Slow implements Desk.Clerk<String, String> {
    final Semaphore begun = new Semaphore(0);
    final CountDownLatch go = new CountDownLatch(1);
    final ConcurrentLinkedQueue<List<String>> answered = new ConcurrentLinkedQueue<>();

    @Override
    public boolean together(String one, String other) {
      return one.charAt(0) == other.charAt(0);
    }

    @Override
    public int size(String question) {
      return question.length();
    }

    @Override
    public int atOnce() {
      return 6;
    }

    @Override
    public List<String> answer(List<String> questions) {
      begun.release();
      try {
        go.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      if (questions.contains("bad")) {
        throw new IllegalArgumentException("bad is bad");
      }
      answered.add(questions);
      return questions.stream().map(question -> question.toUpperCase(Locale.ROOT)).toList();
    }
  }

  private final Slow clerk = new Slow();

  /** Asks, and returns when the question waits behind so many others. */
  private static CompletableFuture<String> ask(
      Desk<String, String> desk, String question, int waiting) throws InterruptedException {
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> desk.ask(question), Executors.newVirtualThreadPerTaskExecutor());
    while (desk.waiting() < waiting) {
      Thread.sleep(1);
    }
    return answer;
  }

  /** Asks something that is being answered until the clerk may go on. */
  private CompletableFuture<String> occupy(Desk<String, String> desk) throws InterruptedException {
    CompletableFuture<String> answer = ask(desk, "first", 0);
    clerk.begun.acquire();
    return answer;
  }

  private static void refused(Desk<String, String> desk, String why) {
    assertThatThrownBy(() -> desk.ask("more"))
        .isInstanceOfSatisfying(
            Problem.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(503);
              assertThat(problem.headers()).containsEntry("Retry-After", "1");
            })
        .hasMessageContaining(why);
  }

  @Test
  void aFullQueueRefusesAndTheOthersAreAnswered() throws InterruptedException {
    try (Desk<String, String> desk = new Desk<>(clerk, 1, 2, LONG, LONG)) {
      CompletableFuture<String> first = occupy(desk);
      CompletableFuture<String> second = ask(desk, "b", 1);
      CompletableFuture<String> third = ask(desk, "c", 2);
      refused(desk, "too many requests are waiting");
      clerk.go.countDown();
      assertThat(List.of(first.join(), second.join(), third.join()))
          .containsExactly("FIRST", "B", "C");
      assertThat(desk.waiting()).isZero();
      assertThat(desk.ask("d")).isEqualTo("D");
    }
  }

  @Test
  void nobodyIsTakenWhileOneWaitsForTooLong() throws InterruptedException {
    try (Desk<String, String> desk = new Desk<>(clerk, 1, 100, Duration.ofMillis(20), LONG)) {
      var _ = occupy(desk);
      var _ = ask(desk, "b", 1);
      Thread.sleep(30);
      refused(desk, "too many requests are waiting");
      clerk.go.countDown();
    }
  }

  @Test
  void whatWaitsTogetherIsAnsweredTogether() throws InterruptedException {
    try (Desk<String, String> desk = new Desk<>(clerk, 1, 100, LONG, LONG)) {
      var _ = occupy(desk);
      List<CompletableFuture<String>> answers =
          List.of(
              ask(desk, "a1", 1),
              ask(desk, "b1", 2),
              ask(desk, "a2", 3),
              ask(desk, "a3long", 4),
              ask(desk, "a4", 5),
              ask(desk, "b2longest", 6));
      clerk.go.countDown();
      assertThat(answers.stream().map(CompletableFuture::join))
          .containsExactly("A1", "B1", "A2", "A3LONG", "A4", "B2LONGEST");
      assertThat(clerk.answered)
          .containsExactly(
              List.of("first"),
              List.of("a1", "a2", "a4"),
              List.of("b1"),
              List.of("a3long"),
              List.of("b2longest"));
    }
  }

  @Test
  void threadsShareWhatWaits() throws InterruptedException {
    try (Desk<String, String> desk = new Desk<>(clerk, 2, 100, LONG, LONG)) {
      var _ = occupy(desk);
      var _ = occupy(desk);
      List<CompletableFuture<String>> answers =
          List.of(ask(desk, "a", 1), ask(desk, "a", 2), ask(desk, "a", 3), ask(desk, "a", 4));
      clerk.go.countDown();
      answers.forEach(CompletableFuture::join);
      assertThat(clerk.answered).contains(List.of("a", "a")).doesNotContain(List.of("a", "a", "a"));
    }
  }

  @Test
  void aFailureIsThatOfItsQuestionAlone() throws InterruptedException {
    try (Desk<String, String> desk = new Desk<>(clerk, 1, 100, LONG, LONG)) {
      var _ = occupy(desk);
      CompletableFuture<String> good = ask(desk, "be", 1);
      CompletableFuture<String> bad = ask(desk, "bad", 2);
      clerk.go.countDown();
      assertThat(good.join()).isEqualTo("BE");
      assertThatThrownBy(bad::join).hasMessageContaining("bad is bad");
    }
  }

  @Test
  void whoHasNoPatienceLeavesTheQueue() throws InterruptedException {
    try (Desk<String, String> desk = new Desk<>(clerk, 1, 100, LONG, Duration.ofMillis(30))) {
      CompletableFuture<String> first = occupy(desk);
      CompletableFuture<String> second = ask(desk, "b", 1);
      assertThatThrownBy(first::join).hasMessageContaining("the answer took longer than");
      assertThatThrownBy(second::join).hasMessageContaining("the answer took longer than");
      clerk.go.countDown();
      while (desk.waiting() > 0) {
        Thread.sleep(1);
      }
      assertThat(desk.ask("c")).isEqualTo("C");
      assertThat(clerk.answered).doesNotContain(List.of("b"));
    }
  }

  @Test
  void aClosedDeskAnswersThoseWhoWait() throws InterruptedException {
    Desk<String, String> desk = new Desk<>(clerk, 1, 100, LONG, LONG);
    CompletableFuture<String> first = occupy(desk);
    CompletableFuture<String> second = ask(desk, "b", 1);
    desk.close();
    refused(desk, "the server is stopping");
    clerk.go.countDown();
    assertThat(first.join()).isEqualTo("FIRST");
    assertThat(second.join()).isEqualTo("B");
  }
}
