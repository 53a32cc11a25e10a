package dev.lanewise.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Parallelism;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class PoolTest {

  private final AtomicInteger made = new AtomicInteger();

  private static <T> List<T> take(Pool<T> pool, int count) {
    List<T> taken = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      taken.add(pool.take());
    }
    return taken;
  }

  @Test
  void whatIsGivenBackIsTakenAgainAndByOneAtATime() {
    Pool<Integer> pool = new Pool<>(3, made::getAndIncrement);
    assertThat(take(pool, 3)).containsExactly(0, 1, 2);
    pool.give(1);
    assertThat(pool.take()).isEqualTo(1);
    assertThat(pool.take()).isEqualTo(3);
    pool.give(2);
    pool.give(0);
    assertThat(take(pool, 3)).containsExactlyInAnyOrder(0, 2, 4);
  }

  @Test
  void noMoreAreKeptThanAskedFor() {
    Pool<Integer> pool = new Pool<>(2, made::getAndIncrement);
    take(pool, 3).forEach(pool::give);
    assertThat(take(pool, 3)).containsExactlyInAnyOrder(0, 1, 3);
  }

  @Test
  void aProcessKeepsTwoForEachProcessor() {
    Pool<Integer> pool = new Pool<>(made::getAndIncrement);
    int kept = 2 * Runtime.getRuntime().availableProcessors();
    take(pool, kept + 1).forEach(pool::give);
    assertThat(take(pool, kept)).doesNotContain(kept).doesNotHaveDuplicates();
    assertThat(made).hasValue(kept + 1);
    assertThat(pool.take()).isEqualTo(kept + 1);
  }

  @Test
  void threadsThatRaceShareNothingAndLoseNothing() {
    Pool<AtomicBoolean> pool =
        new Pool<>(
            2,
            () -> {
              made.incrementAndGet();
              return new AtomicBoolean();
            });
    AtomicInteger shared = new AtomicInteger();
    Phaser both = new Phaser(2);
    try (Parallelism parallelism = Parallelism.threads(2)) {
      parallelism.forEach(
          2,
          task -> {
            both.arriveAndAwaitAdvance();
            for (int i = 0; i < 200_000; i++) {
              AtomicBoolean taken = pool.take();
              if (!taken.compareAndSet(false, true)) {
                shared.incrementAndGet();
              }
              taken.set(false);
              pool.give(taken);
            }
          });
    }
    assertThat(shared).hasValue(0);
    // An item that got lost would have been replaced.
    assertThat(made.get()).isLessThanOrEqualTo(2);
  }
}
