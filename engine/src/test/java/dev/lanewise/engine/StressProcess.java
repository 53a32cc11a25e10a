package dev.lanewise.engine;

import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * {@link Stress} for some time, then long jobs that are interrupted, then engines, models and
 * indexes opened and closed some times; says what native memory, mappings and threads are left of
 * each, and exits with 1 if there are any.
 */
final class StressProcess {

  private static final int WARM_UP = 10;
  private static final int INTERRUPTS = 5;

  private final Path directory;
  private boolean clean = true;

  private StressProcess(Path directory) {
    this.directory = directory;
  }

  /**
   * Takes the seconds (0: no stress and no long jobs), the number of openings, and a directory for
   * files.
   */
  public static void main(String[] args) throws InterruptedException {
    StressProcess process = new StressProcess(Path.of(args[2]));
    fillWorkspaces();
    long seconds = Long.parseLong(args[0]);
    if (seconds > 0) {
      process.stress(seconds);
      process.longJobs();
    }
    process.lifecycles(Integer.parseInt(args[1]));
    if (!process.clean) {
      System.exit(1);
    }
  }

  /** A process keeps some idle workspaces: here all that it may keep. */
  private static void fillWorkspaces() throws InterruptedException {
    FloatMatrix a = FloatMatrix.zeros(1_000, 1_000);
    ByteMatrix rows = ByteMatrix.zeros(10_000, 784);
    try (Engine engine = Engine.builder().threads(1).open()) {
      crowd(
          () ->
              EngineKernels.of(engine)
                  .gemm(Transpose.NO, Transpose.NO, 1, a, a, 0, FloatMatrix.zeros(1_000, 1_000)));
      for (Metric metric : Metric.values()) {
        crowd(
            () ->
                EngineKernels.of(engine)
                    .distances(metric, rows.rows(0, 60), rows, IntMatrix.zeros(60, rows.rows())));
      }
      NearestNeighbors index = NearestNeighbors.of(engine, rows, Distance.L1);
      for (int queries : new int[] {16, 600}) {
        crowd(() -> index.search(rows.rows(0, queries), 5));
      }
    }
  }

  private void stress(long seconds) throws InterruptedException {
    // Once before, so that what the JVM makes once and keeps is there already.
    Stress.run(directory, round -> round < 1);
    long before = NativeMemory.settled();
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    Stress.Outcome outcome = Stress.run(directory, round -> System.nanoTime() < end);
    System.out.printf("stress, %d s: %s%n", seconds, outcome);
    outcome.failures().forEach(failure -> failure.printStackTrace(System.out));
    clean &= outcome.failures().isEmpty() && outcome.threadsLeft().isEmpty();
    settled("stress", before);
  }

  private void longJobs() throws InterruptedException {
    // Once before: a process keeps some idle workspaces of its kernels.
    interruptAll(1);
    long before = NativeMemory.settled();
    interruptAll(INTERRUPTS).forEach(System.out::println);
    settled("long jobs", before);
  }

  private List<String> interruptAll(int times) throws InterruptedException {
    Random random = new Random(5);
    ByteMatrix rows = ByteMatrix.zeros(30_000, 784);
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j < rows.columns(); j++) {
        rows.set(i, j, random.nextInt(256));
      }
    }
    FloatMatrix x = Stress.gaussian(random, 5_000, 784);
    int[] labels = random.ints(x.rows(), 0, 10).toArray();
    Samples samples = new Samples(x, labels);
    try (Engine engine = Engine.builder().threads(2).open()) {
      NearestNeighbors index = NearestNeighbors.of(engine, rows, Distance.L2);
      MlpTrainer.Builder network = MlpTrainer.builder(engine, 784, 300, 10);
      MlpTrainer endless = network.epochs(Integer.MAX_VALUE - 1).build();
      SoftmaxRegressionTrainer regression = new SoftmaxRegressionTrainer(engine, 10);
      PerceptronTrainer perceptron = new PerceptronTrainer(engine, 10);
      List<String> said =
          List.of(
              interrupt(times, "search for 30,000 in as many", () -> index.search(rows, 50)),
              interrupt(times, "network's fit", () -> endless.fit(samples, new SeedStreams(1))),
              interrupt(
                  times,
                  "regression's fit",
                  () -> regression.epochs(Integer.MAX_VALUE).fit(x, labels, random, random)),
              interrupt(
                  times,
                  "perceptron's fit",
                  () -> perceptron.passes(Integer.MAX_VALUE).fit(x, labels)));
      crowd(() -> index.search(rows.rows(0, 100), 50));
      clean &=
          index.search(rows.rows(7, 8), 1).index(0, 0) == 7
              && network.epochs(1).build().fit(samples, new SeedStreams(1)).epochs() == 1
              && regression.epochs(1).fit(x, labels, random, random).classes() == 10
              && perceptron.passes(1).fit(x, labels).passes() == 1;
      return said;
    }
  }

  /** More threads at once than there are workspaces to keep: the most that a process holds idle. */
  private static void crowd(Runnable job) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3 * Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(Thread.ofPlatform().start(job));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Interrupts a job when it has run for a while, some times, and tells how it ended. */
  private String interrupt(int times, String what, Runnable job) throws InterruptedException {
    long longest = 0;
    int cancelled = 0;
    for (int i = 0; i < times; i++) {
      int round = i;
      Interrupted ended = Interrupted.at(() -> Thread.sleep(300 + 50L * round), job);
      longest = Math.max(longest, ended.nanos());
      cancelled += ended.cancelled() ? 1 : 0;
      if (!ended.cancelled() && ended.thrown() != null) {
        ended.thrown().printStackTrace(System.out);
      }
    }
    clean &= cancelled == times;
    return String.format(
        Locale.ROOT,
        "%s: interrupted %d times, cancelled %d times, the slowest after %.0f ms",
        what,
        times,
        cancelled,
        longest / 1e6);
  }

  private void lifecycles(int count) throws InterruptedException {
    for (int i = 0; i < WARM_UP; i++) {
      Lifecycle.run(directory, i);
    }
    long before = NativeMemory.settled();
    long most = before;
    for (int i = 0; i < count; i++) {
      Lifecycle.run(directory, i);
      most = Math.max(most, NativeMemory.bytes());
    }
    System.out.printf(
        Locale.ROOT,
        "%,d engines, %,d models and %,d indexes opened and closed, at most %,d bytes at a time%n",
        count,
        3 * count,
        3 * count,
        most - before);
    settled("opening and closing", before);
  }

  /** Compares what is left with what was there before. */
  private void settled(String what, long before) throws InterruptedException {
    long leaked = NativeMemory.settled() - before;
    long mappings = NativeMemory.mappings(".lwm");
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("lanewise-"))
            .count();
    System.out.printf(
        Locale.ROOT,
        "%s: %,d bytes before, %,d leaked; %d mapped files, %d threads left%n",
        what,
        before,
        leaked,
        mappings,
        threads);
    clean &= leaked <= 0 && mappings == 0 && threads == 0;
  }
}
