import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.UpdatableNeighbors;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Opens a saved index some times, then searches one while it is changed: {@code LargeIndex.java FILE OPENINGS}. */
final class LargeIndex {
  private LargeIndex() {}

  private static final int K = 5;
  private static final int QUERIES = 20;

  /** Rows that come and go again: enough for a change to take longer than a search. */
  private static final int BATCH = 20_000;

  public static void main(String[] args) throws Exception {
    TrainTest digits = DataCatalog.fromEnvironment().mnist();
    ByteMatrix rows = digits.train().images();
    ByteMatrix queries = digits.test().images().rows(0, QUERIES);
    try (Engine engine = Engine.open()) {
      for (Distance distance : Distance.values()) {
        opening(engine, rows, queries, distance, Path.of(args[0]), Integer.parseInt(args[1]));
      }
      changing(engine, rows, queries);
    }
  }

  private static void opening(Engine engine, ByteMatrix rows, ByteMatrix queries, Distance distance, Path file, int openings)
      throws Exception {
    long began = System.nanoTime();
    NearestNeighbors built = NearestNeighbors.of(engine, rows, distance);
    double building = seconds(began);
    built.save(file);
    Neighbors expected = built.search(queries, K);
    double[] opening = new double[openings];
    for (int i = 0; i < openings; i++) {
      try (Arena arena = Arena.ofShared()) {
        began = System.nanoTime();
        NearestNeighbors opened = NearestNeighbors.open(engine, file, arena);
        opening[i] = seconds(began);
        check(Arrays.equals(expected.indices(), opened.search(queries, K).indices()), "an opened index finds what the built one finds");
      }
    }
    double first = opening[0];
    double[] others = Arrays.copyOfRange(opening, 1, openings);
    Arrays.sort(others);
    System.out.printf(
        "%s, %,d x %d, file of %,d bytes: built in %.2f s, opened in %.1f ms at first, then in %.2f to %.2f ms, median %.2f of %d%n",
        distance, rows.rows(), rows.columns(), Files.size(file), building, first * 1e3, others[0] * 1e3,
        others[others.length - 1] * 1e3, others[others.length / 2] * 1e3, others.length);
  }

  private static void changing(Engine engine, ByteMatrix rows, ByteMatrix queries) throws Exception {
    ByteMatrix longer = ByteMatrix.zeros(rows.rows() + BATCH, rows.columns());
    longer.rows(0, rows.rows()).setAll(rows);
    longer.rows(rows.rows(), longer.rows()).setAll(rows.rows(0, BATCH));
    NearestNeighbors index = NearestNeighbors.of(engine, rows, Distance.L2);
    Reader reader =
        new Reader(UpdatableNeighbors.of(engine, index), queries, index.search(queries, K),
            NearestNeighbors.of(engine, longer, Distance.L2).search(queries, K));
    Thread thread = Thread.ofPlatform().start(reader);
    reader.during("add of %,d rows".formatted(BATCH), () -> reader.index.add(rows.rows(0, BATCH)));
    reader.compact();
    reader.during(
        "remove of the same", () -> reader.index.remove(IntStream.range(rows.rows(), longer.rows()).toArray()));
    reader.compact();
    reader.done = true;
    thread.join();
    if (reader.failure != null) {
      throw reader.failure;
    }
    System.out.printf("%,d searches in all, each the answer of one of the two states%n", reader.searches);
  }

  /** Searches for one row after the other; every answer has to be that of the rows before a change or of those after it. */
  private static final class Reader implements Runnable {
    final UpdatableNeighbors index;
    private final ByteMatrix queries;
    private final Neighbors without;
    private final Neighbors with;
    volatile boolean done;
    volatile int searches;
    volatile double slowest;
    volatile RuntimeException failure;

    Reader(UpdatableNeighbors index, ByteMatrix queries, Neighbors without, Neighbors with) {
      this.index = index;
      this.queries = queries;
      this.without = without;
      this.with = with;
    }

    @Override
    public void run() {
      try {
        for (int i = 0; !done; i = (i + 1) % QUERIES) {
          long began = System.nanoTime();
          int[] found = index.search(queries.rows(i, i + 1), K).indices();
          slowest = Math.max(slowest, seconds(began));
          check(same(found, without, i) || same(found, with, i), "a search sees a change whole or not at all");
          searches++;
        }
      } catch (RuntimeException e) {
        failure = e;
      }
    }

    private static boolean same(int[] found, Neighbors expected, int query) {
      return Arrays.equals(found, Arrays.copyOfRange(expected.indices(), query * K, (query + 1) * K));
    }

    /** Of the searches that ended while a change was made, the first may have begun before it. */
    private int during(String change, Runnable what) {
      int before = searches;
      slowest = 0;
      long began = System.nanoTime();
      what.run();
      double seconds = seconds(began);
      int ended = searches - before;
      System.out.printf("%s: %.3f s, in which %,d searches ended, the slowest after %.1f ms%n", change, seconds, ended, slowest * 1e3);
      return ended;
    }

    void compact() {
      check(during("compact", index::compact) > 1, "searches go on during a compaction");
    }
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException("not so: " + what);
    }
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) * 1e-9;
  }
}
