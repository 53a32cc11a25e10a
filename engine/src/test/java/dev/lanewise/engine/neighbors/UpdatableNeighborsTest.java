package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpdatableNeighborsTest {

  @TempDir Path directory;

  /** The rows by id, and the answer that an index built from them gives. */
  private static final class Model {
    final TreeMap<Integer, int[]> rows = new TreeMap<>();

    Neighbors search(int[][] queries, Distance distance, int k) {
      int[] ids = rows.keySet().stream().mapToInt(i -> i).toArray();
      Neighbors found =
          BruteForce.search(rows.values().toArray(new int[0][]), queries, distance, k);
      int[] indices = found.indices();
      for (int i = 0; i < indices.length; i++) {
        indices[i] = ids[indices[i]];
      }
      return new Neighbors(queries.length, k, indices, found.distances());
    }
  }

  private static FloatMatrix floats(int[][] values) {
    return FloatIndex.floats(NearestNeighborsTest.bytes(values));
  }

  private static Neighbors search(NearestNeighbors index, int[][] queries, int k, boolean bytes) {
    return bytes
        ? index.search(NearestNeighborsTest.bytes(queries), k)
        : index.search(floats(queries), k);
  }

  /** Few values, so most distances tie, and many rows are equal. */
  private static int[][] values(Random random, int rows, int columns) {
    return NearestNeighborsTest.values(rows, columns, () -> random.nextInt(2));
  }

  @ParameterizedTest
  @CsvSource({"L1, true", "L2, true", "L1, false", "L2, false"})
  void anyHistoryGivesWhatARebuiltIndexGives(Distance distance, boolean bytes) {
    Random random = new Random(1);
    for (int round = 0; round < 6; round++) {
      int columns = 1 + random.nextInt(12);
      Model model = new Model();
      try (Engine engine = Engine.builder().threads(1 + random.nextInt(2)).open()) {
        UpdatableNeighbors index;
        int next = 0;
        if (round % 2 == 0) {
          int[][] first = values(random, 1 + random.nextInt(60), columns);
          index =
              UpdatableNeighbors.of(
                  engine,
                  bytes
                      ? NearestNeighbors.of(engine, NearestNeighborsTest.bytes(first), distance)
                      : NearestNeighbors.of(engine, floats(first), distance));
          for (int[] row : first) {
            model.rows.put(next++, row);
          }
        } else {
          index =
              bytes
                  ? UpdatableNeighbors.ofBytes(engine, columns, distance)
                  : UpdatableNeighbors.ofFloats(engine, columns, distance);
        }
        for (int step = 0; step < 60; step++) {
          switch (random.nextInt(4)) {
            case 0, 1 -> {
              int[][] rows = values(random, 1 + random.nextInt(9), columns);
              assertThat(
                      bytes ? index.add(NearestNeighborsTest.bytes(rows)) : index.add(floats(rows)))
                  .isEqualTo(next);
              for (int[] row : rows) {
                model.rows.put(next++, row);
              }
            }
            case 2 -> {
              int[] ids = random.ints(random.nextInt(8), -2, next + 2).toArray();
              int before = model.rows.size();
              for (int id : ids) {
                model.rows.remove(id);
              }
              assertThat(index.remove(ids)).isEqualTo(before - model.rows.size());
            }
            default -> {
              if (random.nextInt(3) == 0) {
                index.compact();
                assertThat(index.appended()).isZero();
                assertThat(index.removed()).isZero();
              }
              if (random.nextInt(4) == 0 && index.rows() > 0) {
                Path file = directory.resolve("updatable.lwm");
                index.snapshot().save(file);
                NearestNeighbors opened = NearestNeighbors.open(engine, file);
                opened.verify();
                index = UpdatableNeighbors.of(engine, opened);
              }
            }
          }
          assertThat(index.rows()).isEqualTo(model.rows.size());
          assertThat(index.snapshot().bound()).isEqualTo(next);
          int id = random.nextInt(next + 2) - 1;
          assertThat(index.contains(id)).isEqualTo(model.rows.containsKey(id));
          if (!model.rows.isEmpty()) {
            int[][] queries = values(random, 3, columns);
            int k = 1 + random.nextInt(model.rows.size());
            NearestNeighborsTest.assertSame(
                search(index.snapshot(), queries, k, bytes),
                model.search(queries, distance, k),
                distance + ", step " + step + ", k " + k);
          }
        }
      }
    }
  }

  /**
   * Each change that may come between the start of a compaction and its end, one after the other.
   */
  @ParameterizedTest
  @CsvSource({"true", "false"})
  void aCompactionTakesOverWhatHappenedMeanwhile(boolean bytes) {
    Random random = new Random(5);
    int[][] first = values(random, 30, 6);
    int[][] appended = values(random, 20, 6);
    int[][] meanwhile = values(random, 10, 6);
    int[][] queries = values(random, 4, 6);
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index =
          bytes
              ? UpdatableNeighbors.ofBytes(engine, 6, Distance.L1)
              : UpdatableNeighbors.ofFloats(engine, 6, Distance.L1);
      index.add(NearestNeighborsTest.bytes(first));
      index.remove(3, 5);
      index.compact();
      index.add(NearestNeighborsTest.bytes(appended));
      index.remove(1, 29, 30, 41);
      assertThat(index.appended()).isEqualTo(20);
      assertThat(index.removed()).isEqualTo(4);
      Segments before = (Segments) index.snapshot().index();
      Segments compacted = before.compacted();
      Matrix rows = bytes ? NearestNeighborsTest.bytes(meanwhile) : floats(meanwhile);
      Segments longer = before.append(rows);
      int[] gone = {2, 28, 31, 49, 50, 59};
      for (Segments now :
          List.of(
              before,
              longer,
              before.remove(gone),
              longer.remove(gone),
              before.remove(gone).append(rows))) {
        Segments caughtUp = compacted.caughtUp(before, now);
        assertThat(caughtUp.rows()).isEqualTo(now.rows());
        assertThat(caughtUp.bound()).isEqualTo(now.bound());
        NearestNeighborsTest.assertSame(
            search(new NearestNeighbors(caughtUp, 6, Distance.L1), queries, now.rows(), bytes),
            search(new NearestNeighbors(now, 6, Distance.L1), queries, now.rows(), bytes),
            now.rows() + " rows");
      }
    }
  }

  @Test
  void whatChangesNothingLeavesTheSnapshot() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index = UpdatableNeighbors.ofBytes(engine, 2, Distance.L2);
      assertThat(index.columns()).isEqualTo(2);
      assertThat(index.distance()).isEqualTo(Distance.L2);
      index.add(ByteMatrix.zeros(3, 2));
      index.remove(1);
      index.compact();
      NearestNeighbors snapshot = index.snapshot();
      assertThat(index.remove(1, 3, -1)).isZero();
      index.compact();
      assertThat(index.snapshot()).isSameAs(snapshot);
      index.remove(0);
      assertThat(index.appended()).isZero();
      index.compact();
      assertThat(index.removed()).isZero();
    }
  }

  @Test
  void anInterruptedCompactionChangesNothingAndLetsOthersOn() throws InterruptedException {
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index = UpdatableNeighbors.ofBytes(engine, 64, Distance.L1);
      index.add(ByteMatrix.zeros(4_200, 64));
      Thread.currentThread().interrupt();
      assertThatThrownBy(index::compact).isInstanceOf(CancellationException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(index.appended()).isEqualTo(4_200);
      Thread other = Thread.ofPlatform().daemon().start(index::compact);
      assertThat(other.join(Duration.ofSeconds(30))).isTrue();
      assertThat(index.appended()).isZero();
    }
  }

  @Test
  void idsRunOut() {
    Path file = directory.resolve("last.lwm");
    ByteMatrix row = ByteMatrix.zeros(1, 64);
    new ModelWriter(ByteIndex.KIND)
        .text("distance", "L1")
        .integer("columns", 1)
        .text("screen", "NONE")
        .bytes("rows", row)
        .intRows("ids", new int[] {7})
        .integer("next-id", Integer.MAX_VALUE - 1)
        .write(file);
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index = UpdatableNeighbors.of(engine, NearestNeighbors.open(engine, file));
      assertThat(index.add(ByteMatrix.zeros(1, 1))).isEqualTo(Integer.MAX_VALUE - 1);
      assertThat(index.contains(Integer.MAX_VALUE - 1)).isTrue();
      assertThat(index.contains(7)).isTrue();
      assertThatThrownBy(() -> index.add(ByteMatrix.zeros(1, 1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("no more ids: 2147483647 are used up");
      assertThat(index.rows()).isEqualTo(2);
    }
  }

  /** Large enough for a screen, whose seeds may be rows that were removed. */
  @ParameterizedTest
  @CsvSource({"L1", "L2"})
  void removedRowsOfAScreenedIndexAreGone(Distance distance) {
    Random random = new Random(2);
    int[][] rows = new int[4_200][];
    Model model = new Model();
    for (int i = 0; i < rows.length; i++) {
      int base = 20 * random.nextInt(10);
      rows[i] = random.ints(64, base, base + 3).toArray();
      model.rows.put(i, rows[i]);
    }
    int[][] queries = {rows[0], rows[1], rows[4_199], random.ints(64, 0, 255).toArray()};
    try (Engine engine = Engine.builder().threads(2).open()) {
      UpdatableNeighbors index =
          UpdatableNeighbors.of(
              engine, NearestNeighbors.of(engine, NearestNeighborsTest.bytes(rows), distance));
      for (int step = 0; step < 4; step++) {
        // The nearest, and at the end nearly all.
        int[] victims =
            step == 3
                ? random.ints(12_000, 0, 4_200).toArray()
                : index.search(NearestNeighborsTest.bytes(queries), 40).indices();
        index.remove(victims);
        for (int victim : victims) {
          model.rows.remove(victim);
        }
        if (step == 1) {
          index.add(NearestNeighborsTest.bytes(new int[][] {rows[0], rows[5]}));
          model.rows.put(4_200, rows[0]);
          model.rows.put(4_201, rows[5]);
        }
        NearestNeighborsTest.assertSame(
            index.search(NearestNeighborsTest.bytes(queries), 7),
            model.search(queries, distance, 7),
            "step " + step);
      }
      // From several blocks, over which rows were dealt out.
      index.compact();
      NearestNeighborsTest.assertSame(
          index.search(NearestNeighborsTest.bytes(queries), 7),
          model.search(queries, distance, 7),
          "compacted");
    }
  }

  /** Appended in their order, compacted by being dealt out, and copied from both. */
  @ParameterizedTest
  @CsvSource({"L1", "L2"})
  void rowsOfSeveralBlocksAreFoundAndCopied(Distance distance) {
    Random random = new Random(6);
    int[][] rows = NearestNeighborsTest.values(ByteIndex.ROWS + 80, 6, () -> random.nextInt(200));
    int[][] some = Arrays.copyOfRange(rows, ByteIndex.ROWS - 20, ByteIndex.ROWS + 20);
    ByteMatrix queries = NearestNeighborsTest.bytes(some);
    Neighbors expected = BruteForce.search(rows, some, distance, 9);
    ByteMatrix far = NearestNeighborsTest.bytes(NearestNeighborsTest.values(1, 6, () -> 255));
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index = UpdatableNeighbors.ofBytes(engine, 6, distance);
      index.add(NearestNeighborsTest.bytes(rows));
      for (int compactions = 0; compactions < 3; compactions++) {
        NearestNeighborsTest.assertSame(
            index.search(queries, 9), expected, compactions + " compactions");
        index.add(far);
        index.compact();
      }
    }
  }

  @Test
  void aSnapshotNeverChanges() {
    Random random = new Random(3);
    int[][] queries = values(random, 5, 6);
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index = UpdatableNeighbors.ofBytes(engine, 6, Distance.L1);
      List<NearestNeighbors> snapshots = new ArrayList<>();
      List<Neighbors> expected = new ArrayList<>();
      for (int step = 0; step < 40; step++) {
        index.add(NearestNeighborsTest.bytes(values(random, 1 + random.nextInt(50), 6)));
        index.remove(random.nextInt(step + 1));
        if (step % 9 == 8) {
          index.compact();
        }
        snapshots.add(index.snapshot());
        expected.add(search(index.snapshot(), queries, 1, true));
      }
      for (int i = 0; i < snapshots.size(); i++) {
        NearestNeighborsTest.assertSame(
            search(snapshots.get(i), queries, 1, true), expected.get(i), "snapshot " + i);
      }
      // Two that start from one snapshot do not write into each other's rows.
      UpdatableNeighbors one = UpdatableNeighbors.of(engine, index.snapshot());
      UpdatableNeighbors two = UpdatableNeighbors.of(engine, index.snapshot());
      assertThat(two.appended()).isEqualTo(index.appended()).isPositive();
      NearestNeighborsTest.assertSame(
          search(two.snapshot(), queries, index.rows(), true),
          search(index.snapshot(), queries, index.rows(), true),
          "forked");
      int[][] zeros = new int[3][6];
      int[][] large = NearestNeighborsTest.values(3, 6, () -> 200);
      int first = one.add(NearestNeighborsTest.bytes(large));
      assertThat(two.add(NearestNeighborsTest.bytes(zeros))).isEqualTo(first);
      assertThat(one.search(NearestNeighborsTest.bytes(large), 1).index(0, 0)).isEqualTo(first);
      assertThat(one.search(NearestNeighborsTest.bytes(large), 1).distance(0, 0)).isZero();
    }
  }

  @Test
  void roomForRowsDoublesAndEndsWithTheArraysOfAnInt() {
    assertThat(ByteIndex.capacity(1)).isEqualTo(64);
    assertThat(ByteIndex.capacity(32)).isEqualTo(64);
    assertThat(ByteIndex.capacity(33)).isEqualTo(66);
    assertThat(ByteIndex.capacity(1 << 30)).isEqualTo(Integer.MAX_VALUE - 8);
  }

  /**
   * Writers keep a promise that every state must show: rows come and go in pairs, one of zeros and
   * one of ones at ids 2i and 2i + 1. A reader that finds half a pair saw half a change.
   */
  @Test
  void readersSeeWholeChangesWhileOthersWriteAndCompact() throws InterruptedException {
    int columns = 8;
    int[][] pair = {new int[columns], NearestNeighborsTest.values(1, columns, () -> 1)[0]};
    ByteMatrix pairs = NearestNeighborsTest.bytes(pair);
    AtomicBoolean done = new AtomicBoolean();
    ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    try (Engine engine = Engine.builder().threads(2).open()) {
      UpdatableNeighbors index =
          UpdatableNeighbors.of(engine, NearestNeighbors.of(engine, pairs, Distance.L1));
      List<Thread> readers = new ArrayList<>();
      for (int r = 0; r < 4; r++) {
        Thread.Builder kind = r % 2 == 0 ? Thread.ofPlatform() : Thread.ofVirtual();
        readers.add(
            kind.start(
                () -> {
                  try {
                    while (!done.get()) {
                      NearestNeighbors snapshot = index.snapshot();
                      int rows = snapshot.rows();
                      Neighbors found = snapshot.search(pairs, rows);
                      assertThat(rows % 2).isZero();
                      for (int rank = 0; rank < rows; rank++) {
                        int parity = rank < rows / 2 ? 0 : 1;
                        assertThat(found.index(0, rank) % 2).isEqualTo(parity);
                        assertThat(found.index(1, rank) % 2).isEqualTo(1 - parity);
                        assertThat(found.index(0, rank) / 2).isEqualTo(found.index(1, rank) / 2);
                      }
                    }
                  } catch (Throwable t) {
                    failures.add(t);
                  }
                }));
      }
      Thread compactor =
          Thread.ofVirtual()
              .start(
                  () -> {
                    while (!done.get()) {
                      index.compact();
                    }
                  });
      Random random = new Random(4);
      List<Integer> present = new ArrayList<>(List.of(0));
      for (int step = 0; step < 1_500; step++) {
        if (present.size() < 3 || random.nextBoolean()) {
          present.add(index.add(pairs));
        } else {
          int id = present.remove(random.nextInt(present.size() - 1) + 1);
          assertThat(index.remove(id, id + 1)).isEqualTo(2);
        }
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
      compactor.join();
      assertThat(failures).isEmpty();
      assertThat(index.rows()).isEqualTo(2 * present.size());
      int[] zeros = index.search(pairs, present.size()).indices();
      assertThat(java.util.Arrays.copyOf(zeros, present.size()))
          .containsExactly(present.stream().sorted().mapToInt(i -> i).toArray());
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors bytes = UpdatableNeighbors.ofBytes(engine, 3, Distance.L2);
      UpdatableNeighbors floats = UpdatableNeighbors.ofFloats(engine, 3, Distance.L2);
      FloatMatrix nan = FloatMatrix.zeros(2, 3);
      nan.set(1, 2, Float.NaN);
      for (Map.Entry<Matrix, String> bad :
          Map.<Matrix, String>of(
                  ByteMatrix.zeros(1, 4), "rows are 1 x 4, the index has 3 columns",
                  FloatMatrix.zeros(1, 3), "over bytes and the rows are floats")
              .entrySet()) {
        assertThatIllegalArgumentException()
            .isThrownBy(
                () -> {
                  switch (bad.getKey()) {
                    case ByteMatrix m -> bytes.add(m);
                    case FloatMatrix m -> bytes.add(m);
                    default -> throw new AssertionError();
                  }
                })
            .withMessageContaining(bad.getValue());
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> floats.add(nan))
          .withMessageContaining("row 1, column 2 is NaN");
      assertThat(floats.rows()).isZero();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> bytes.search(ByteMatrix.zeros(1, 3), 1))
          .withMessageContaining("0 rows");
      assertThatThrownBy(() -> bytes.snapshot().save(directory.resolve("empty.lwm")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("without rows");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> UpdatableNeighbors.ofBytes(engine, 0, Distance.L1))
          .withMessage("columns must be between 1 and 33025, not 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> UpdatableNeighbors.ofBytes(engine, 33_026, Distance.L1));
      assertThat(UpdatableNeighbors.ofBytes(engine, 33_025, Distance.L1).columns())
          .isEqualTo(33_025);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> UpdatableNeighbors.ofFloats(engine, 0, Distance.L1));
      assertThat(floats.add(ByteMatrix.copyOf(new byte[] {(byte) 200, 1, 2}, 1, 3))).isZero();
      assertThat(
              floats
                  .search(ByteMatrix.copyOf(new byte[] {(byte) 199, 1, 2}, 1, 3), 1)
                  .distance(0, 0))
          .isEqualTo(1);
      FloatMatrix between = FloatMatrix.copyOf(new float[] {200.5f, 1, 2}, 1, 3);
      assertThat(floats.search(between, 1).distance(0, 0)).isEqualTo(0.5);
    }
  }

  @Test
  void aClassifierLabelsIdsAlsoOfRemovedRows() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      UpdatableNeighbors index = UpdatableNeighbors.ofBytes(engine, 1, Distance.L1);
      index.add(ByteMatrix.copyOf(new byte[] {0, 10, 20}, 3, 1));
      index.remove(0);
      KnnClassifier classifier =
          new KnnClassifier(index.snapshot(), new int[] {5, 6, 7}, Votes.plurality());
      assertThat(classifier.predict(ByteMatrix.zeros(1, 1), 1)).containsExactly(6);
    }
  }
}
