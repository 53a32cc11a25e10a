package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.UpdatableNeighbors;
import dev.lanewise.engine.nn.Mlp;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Everything at once: threads of both kinds search and predict while others update, replace and
 * close what they use, and interrupt them. Every answer must be the one that a single thread gets.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ConcurrencyStressTest {

  private static final int READERS = 10;
  private static final int ROUNDS = 8;
  private static final int COLUMNS = 64;

  @TempDir Path directory;

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicInteger updates = new AtomicInteger();
  private final AtomicInteger cancellations = new AtomicInteger();

  private static ByteMatrix rows(Random random, int count) {
    ByteMatrix matrix = ByteMatrix.zeros(count, COLUMNS);
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        matrix.set(i, j, random.nextInt(3));
      }
    }
    return matrix;
  }

  private static FloatMatrix gaussian(Random random, int rows, int columns) {
    FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  /** One question to the library, repeated until it was answered: interrupts only delay. */
  private void ask(Runnable question) {
    while (true) {
      try {
        question.run();
        answers.incrementAndGet();
        return;
      } catch (CancellationException e) {
        assertThat(Thread.interrupted()).as("cancelled by an interrupt").isTrue();
        cancellations.incrementAndGet();
      }
    }
  }

  private static void same(Neighbors actual, Neighbors expected) {
    assertThat(actual.indices()).containsExactly(expected.indices());
    assertThat(actual.distances()).containsExactly(expected.distances());
  }

  private static Set<Thread> workers() {
    Set<Thread> workers = new HashSet<>(Thread.getAllStackTraces().keySet());
    workers.removeIf(thread -> !thread.getName().startsWith("lanewise-worker-"));
    return workers;
  }

  @Test
  void everyAnswerIsThatOfASingleThread() throws InterruptedException {
    Set<Thread> before = workers();
    Random random = new Random(1);
    ByteMatrix base = rows(random, 4_200);
    ByteMatrix queries = rows(random, 5);
    FloatMatrix inputs = gaussian(random, 700, 20);
    Path file = directory.resolve("index.lwm");
    try (Engine engine = Engine.builder().threads(3).open()) {
      NearestNeighbors index = NearestNeighbors.of(engine, base, Distance.L2);
      index.save(file);
      Mlp mlp =
          Mlp.of(
              engine,
              Activation.TANH,
              List.of(gaussian(random, 20, 30), gaussian(random, 30, 4)),
              List.of(gaussian(random, 1, 30), gaussian(random, 1, 4)));
      Neighbors nearest = index.search(queries, 6);
      int[] classes = mlp.predict(inputs);

      UpdatableNeighbors updated = UpdatableNeighbors.of(engine, index);
      AtomicReference<NearestNeighbors> mapped = new AtomicReference<>(index);
      AtomicReference<Engine> passing = new AtomicReference<>(engine);
      AtomicBoolean done = new AtomicBoolean();

      List<Thread> readers = new ArrayList<>();
      for (int r = 0; r < READERS; r++) {
        Thread.Builder kind = r % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        readers.add(
            kind.start(
                () ->
                    guarded(
                        () -> {
                          for (int i = 0; i < ROUNDS; i++) {
                            ask(() -> same(index.search(queries, 6), nearest));
                            ask(() -> assertThat(mlp.predict(inputs)).containsExactly(classes));
                            ask(() -> same(updated.search(queries, 6), nearest));
                            ask(() -> closing(mapped.get(), queries, nearest));
                            ask(() -> onAClosingEngine(passing.get()));
                          }
                        })));
      }
      List<Thread> troublemakers = new ArrayList<>();
      troublemakers.add(
          repeated(
              done,
              () -> {
                if (updates.incrementAndGet() > 2_000) {
                  LockSupport.parkNanos(50_000);
                  return;
                }
                // Rows that are far from every query: they come, stay or go, and change no answer.
                ByteMatrix far = ByteMatrix.zeros(3, COLUMNS);
                for (int j = 0; j < COLUMNS; j++) {
                  far.set(0, j, 255);
                  far.set(1, j, 254);
                  far.set(2, j, 255);
                }
                int id = updated.add(far);
                assertThat(updated.remove(id, id + 2)).isEqualTo(2);
              }));
      troublemakers.add(repeated(done, updated::compact));
      troublemakers.add(
          repeated(
              done,
              () -> {
                try (Arena arena = Arena.ofShared()) {
                  mapped.set(NearestNeighbors.open(engine, file, arena));
                  LockSupport.parkNanos(50_000);
                  mapped.set(index);
                }
              }));
      troublemakers.add(
          repeated(
              done,
              () -> {
                try (Engine another = Engine.builder().threads(2).open()) {
                  passing.set(another);
                  LockSupport.parkNanos(50_000);
                }
              }));
      Random victims = new Random(2);
      troublemakers.add(
          repeated(
              done,
              () -> {
                readers.get(victims.nextInt(READERS)).interrupt();
                LockSupport.parkNanos(50_000);
              }));

      for (Thread reader : readers) {
        reader.join();
      }
      done.set(true);
      for (Thread thread : troublemakers) {
        thread.join();
      }
      assertThat(failures).isEmpty();
      assertThat(answers).hasValue(READERS * ROUNDS * 5);
      same(updated.search(queries, 6), nearest);
      updated.compact();
      same(updated.search(queries, 6), nearest);
      assertThat(updated.removed()).isZero();
    }
    assertThat(cancellations.get()).as("some were interrupted").isPositive();
    // A worker ends a moment after its engine was closed.
    for (int wait = 0; wait < 500 && !before.containsAll(workers()); wait++) {
      Thread.sleep(20);
    }
    Set<Thread> left = workers();
    left.removeAll(before);
    assertThat(left).as("threads left behind").isEmpty();
  }

  /** An index whose memory may be unmapped at any moment: the answer, or a clear refusal. */
  private static void closing(NearestNeighbors index, ByteMatrix queries, Neighbors expected) {
    Neighbors found;
    try {
      found = index.search(queries, 6);
    } catch (CancellationException e) {
      throw e;
    } catch (IllegalStateException e) {
      assertThat(e).hasMessageContaining("closed");
      return;
    }
    same(found, expected);
  }

  /** An engine that may be closed at any moment goes on, on the calling thread. */
  private static void onAClosingEngine(Engine engine) {
    int[] squares = new int[40];
    engine.parallelism().forEach(squares.length, i -> squares[i] = i * i);
    int[] expected = new int[40];
    Arrays.setAll(expected, i -> i * i);
    assertThat(squares).containsExactly(expected);
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  private Thread repeated(AtomicBoolean done, Runnable trouble) {
    return Thread.ofPlatform()
        .start(
            () ->
                guarded(
                    () -> {
                      while (!done.get()) {
                        trouble.run();
                      }
                    }));
  }
}
