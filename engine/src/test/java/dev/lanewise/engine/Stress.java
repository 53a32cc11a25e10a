package dev.lanewise.engine;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import dev.lanewise.engine.linear.Perceptron;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.UpdatableNeighbors;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * Everything at once: threads of both kinds search, predict and fit while others update, compact,
 * save, replace and close what they use, and interrupt them. Every answer must be the one that a
 * single thread gets.
 */
final class Stress {

  private static final int READERS = 10;
  private static final int COLUMNS = 64;
  private static final int K = 6;

  /** Rows that come and go, all at once. */
  private static final int BATCH = 3;

  /**
   * What one run did.
   *
   * @param answers of searches, predictions and fits; each was compared
   * @param changes rows added or removed, as often as that was asked for
   * @param closed indexes and engines that were closed while others used them
   * @param cancellations answers that an interrupt delayed
   * @param failures answers that were wrong, and whatever was thrown
   * @param threadsLeft threads that were not there before
   */
  record Outcome(
      long answers,
      long changes,
      long compactions,
      long closed,
      long cancellations,
      List<Throwable> failures,
      Set<Thread> threadsLeft) {

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%,d answers, %d of them not those of one thread; meanwhile %,d changes, %,d compactions,"
              + " %,d indexes and engines closed in use, %,d calls interrupted; %d threads left",
          answers,
          failures.size(),
          changes,
          compactions,
          closed,
          cancellations,
          threadsLeft.size());
    }
  }

  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong answers = new AtomicLong();
  private final AtomicLong changes = new AtomicLong();
  private final AtomicLong compactions = new AtomicLong();
  private final AtomicLong closed = new AtomicLong();
  private final AtomicLong cancellations = new AtomicLong();
  private final AtomicBoolean done = new AtomicBoolean();
  private final Path file;

  private Stress(Path directory) {
    file = directory.resolve("stress.lwm");
  }

  /**
   * Runs until all readers have done their rounds.
   *
   * @param directory for files
   * @param more whether a round is to be done, by its number
   */
  static Outcome run(Path directory, LongPredicate more) throws InterruptedException {
    return new Stress(directory).run(more);
  }

  private Outcome run(LongPredicate more) throws InterruptedException {
    Set<Thread> before = threads();
    try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
        Engine engine = Engine.builder().threads(3).open();
        Engine onVirtual = Engine.builder().executor(virtual, 3).open()) {
      runOn(engine, onVirtual, more);
    }
    // A worker ends a moment after its engine was closed.
    Set<Thread> left = threads();
    left.removeAll(before);
    for (int wait = 0; wait < 500 && !left.isEmpty(); wait++) {
      Thread.sleep(20);
      left.retainAll(threads());
    }
    return new Outcome(
        answers.get(),
        changes.get(),
        compactions.get(),
        closed.get(),
        cancellations.get(),
        List.copyOf(failures),
        left);
  }

  /** All but the JVM's own, which carry virtual threads and come when they are needed. */
  private static Set<Thread> threads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(
        thread -> {
          ThreadGroup group = thread.getThreadGroup();
          return group == null
              || group.getName().equals("system")
              || group.getName().equals("InnocuousThreadGroup")
              || thread.getName().startsWith("ForkJoinPool-");
        });
    return threads;
  }

  private void runOn(Engine engine, Engine onVirtual, LongPredicate more)
      throws InterruptedException {
    Random random = new Random(1);
    ByteMatrix base = rows(random, 2_100);
    ByteMatrix queries = rows(random, 5);
    ByteMatrix query = queries.rows(0, 1);
    FloatMatrix inputs = gaussian(random, 300, 20);
    int[] labels = random.ints(inputs.rows(), 0, 3).toArray();

    NearestNeighbors index = NearestNeighbors.of(engine, base, Distance.L2);
    index.save(file);
    Mlp mlp =
        Mlp.of(
            onVirtual,
            Activation.TANH,
            List.of(gaussian(random, 20, 30), gaussian(random, 30, 4)),
            List.of(gaussian(random, 1, 30), gaussian(random, 1, 4)));
    SoftmaxRegression regression = regression(engine, inputs, labels);
    Perceptron perceptron = perceptron(engine, inputs, labels);

    Neighbors nearest = index.search(queries, K);
    Neighbors nearestToOne = index.search(query, K);
    UpdatableNeighbors steady = UpdatableNeighbors.of(engine, index);
    UpdatableNeighbors toggled = UpdatableNeighbors.of(onVirtual, index);
    AtomicReference<NearestNeighbors> mapped = new AtomicReference<>(index);
    AtomicReference<Engine> passing = new AtomicReference<>(engine);

    List<Runnable> questions =
        List.of(
            () -> same(index.search(queries, K), nearest),
            () -> same(steady.search(queries, K), nearest),
            () -> allOrNothing(toggled.search(query, K), nearestToOne, index.rows()),
            () -> unlessClosed(() -> mapped.get().search(queries, K), nearest),
            () -> onAClosingEngine(passing.get()),
            asBefore(() -> mlp.logits(inputs)),
            asBefore(() -> mlp.predictProbabilities(inputs)),
            asBefore(() -> regression.logits(inputs)),
            asBefore(() -> regression(engine, inputs, labels).weights()),
            asBefore(() -> network(onVirtual, inputs, labels).weights(0)),
            classesAsBefore(() -> perceptron.predict(inputs)),
            classesAsBefore(() -> perceptron(engine, inputs, labels).predict(inputs)));

    List<Thread> readers = new ArrayList<>();
    for (int r = 0; r < READERS; r++) {
      Thread.Builder kind = r % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
      readers.add(
          kind.start(
              () ->
                  guarded(
                      () -> {
                        for (long i = 0; more.test(i) && failures.isEmpty(); i++) {
                          questions.forEach(this::ask);
                        }
                      })));
    }
    List<Thread> troublemakers =
        List.of(
            // Rows that are far from every query: they come and go, and change no answer.
            repeated(() -> comeAndGo(steady, filled(255))),
            repeated(() -> comeAndGo(toggled, copies(query))),
            repeated(() -> compact(steady)),
            repeated(() -> compact(toggled)),
            repeated(
                () -> {
                  index.save(file);
                  rest();
                }),
            repeated(
                () -> {
                  try (Arena arena = Arena.ofShared()) {
                    mapped.set(NearestNeighbors.open(engine, file, arena));
                    pause();
                    mapped.set(index);
                  }
                  closed.incrementAndGet();
                  rest();
                }),
            repeated(
                () -> {
                  try (Engine another = Engine.builder().threads(2).open()) {
                    passing.set(another);
                    pause();
                  }
                  closed.incrementAndGet();
                  rest();
                }),
            repeated(() -> interruptOne(readers)));
    for (Thread reader : readers) {
      reader.join();
    }
    done.set(true);
    for (Thread thread : troublemakers) {
      thread.join();
    }
    guarded(
        () -> {
          for (UpdatableNeighbors live : List.of(steady, toggled)) {
            same(live.search(queries, K), nearest);
            live.compact();
            same(live.search(queries, K), nearest);
            check(live.removed() == 0 && live.rows() == base.rows(), "rows are left");
          }
        });
  }

  private static ByteMatrix rows(Random random, int count) {
    ByteMatrix matrix = ByteMatrix.zeros(count, COLUMNS);
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        matrix.set(i, j, random.nextInt(3));
      }
    }
    return matrix;
  }

  private static ByteMatrix filled(int value) {
    ByteMatrix matrix = ByteMatrix.zeros(BATCH, COLUMNS);
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < COLUMNS; j++) {
        matrix.set(i, j, value);
      }
    }
    return matrix;
  }

  private static ByteMatrix copies(ByteMatrix row) {
    return row.gather(new int[BATCH]);
  }

  static FloatMatrix gaussian(Random random, int rows, int columns) {
    FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  static SoftmaxRegression regression(Engine engine, FloatMatrix x, int[] labels) {
    SeedStreams seeds = new SeedStreams(3);
    return new SoftmaxRegressionTrainer(engine, 3)
        .epochs(2)
        .fit(x, labels, seeds.stream("weights"), seeds.stream("rows"));
  }

  static Mlp network(Engine engine, FloatMatrix x, int[] labels) {
    return MlpTrainer.builder(engine, x.columns(), 16, 3)
        .epochs(1)
        .build()
        .fit(new Samples(x, labels), new SeedStreams(4))
        .model();
  }

  static Perceptron perceptron(Engine engine, FloatMatrix x, int[] labels) {
    return new PerceptronTrainer(engine, 3)
        .scheme(ClassScheme.ONE_VS_ONE)
        .features(FeatureMap.linear())
        .passes(2)
        .fit(x, labels);
  }

  /** One question to the library, repeated until it was answered: interrupts only delay. */
  private void ask(Runnable question) {
    while (true) {
      try {
        question.run();
        answers.incrementAndGet();
        return;
      } catch (CancellationException e) {
        check(Thread.interrupted(), "cancelled without an interrupt");
        cancellations.incrementAndGet();
      }
    }
  }

  private static void check(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static void same(Neighbors actual, Neighbors expected) {
    check(
        Arrays.equals(actual.indices(), expected.indices())
            && Arrays.equals(actual.distances(), expected.distances()),
        "other neighbours");
  }

  /** The same bits as now, when nothing else is going on. */
  private static Runnable asBefore(Supplier<FloatMatrix> question) {
    float[] expected = question.get().toArray();
    return () -> check(Arrays.equals(question.get().toArray(), expected), "other numbers");
  }

  private static Runnable classesAsBefore(Supplier<int[]> question) {
    int[] expected = question.get();
    return () -> check(Arrays.equals(question.get(), expected), "other classes");
  }

  /** The copies of the query are seen together, first, or not at all. */
  private static void allOrNothing(Neighbors found, Neighbors without, int firstId) {
    if (found.index(0, 0) < firstId) {
      same(found, without);
      return;
    }
    for (int i = 0; i < K; i++) {
      check(
          i < BATCH
              ? found.index(0, i) == found.index(0, 0) + i && found.distance(0, i) == 0
              : found.index(0, i) == without.index(0, i - BATCH),
          "a batch in parts");
    }
  }

  /** An index whose memory may be unmapped at any moment: the answer, or a clear refusal. */
  private static void unlessClosed(Supplier<Neighbors> search, Neighbors expected) {
    Neighbors found;
    try {
      found = search.get();
    } catch (CancellationException e) {
      throw e;
    } catch (IllegalStateException e) {
      check(String.valueOf(e.getMessage()).contains("closed"), "refused: " + e);
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
    check(Arrays.equals(squares, expected), "other squares");
  }

  private void comeAndGo(UpdatableNeighbors live, ByteMatrix batch) {
    int id = live.add(batch);
    pause();
    int[] ids = new int[BATCH];
    Arrays.setAll(ids, i -> id + i);
    check(live.remove(ids) == BATCH, "a row was gone");
    changes.addAndGet(2);
    pause();
  }

  private void compact(UpdatableNeighbors live) {
    live.compact();
    compactions.incrementAndGet();
    rest();
  }

  /** No more interrupts than answers: while the JVM is cold, a fit takes long. */
  private void interruptOne(List<Thread> readers) {
    long before = answers.get();
    LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(10_000_000));
    if (answers.get() != before) {
      readers.get(ThreadLocalRandom.current().nextInt(READERS)).interrupt();
    }
  }

  private static void pause() {
    LockSupport.parkNanos(50_000);
  }

  /** After what takes the processor for long: the readers are to get most of it. */
  private static void rest() {
    LockSupport.parkNanos(20_000_000);
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (Throwable t) {
      failures.add(t);
    }
  }

  private Thread repeated(Runnable trouble) {
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
