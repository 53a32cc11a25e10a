package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every kind of index against comparing all rows, on data in which most distances tie: rows of
 * integers, so that every distance is one, in every number of columns from 1 to 130 and in 784.
 */
public abstract class SearchDifferential {

  /** What rows and queries are made of. */
  private enum Data {
    /** Two values: few distances, each many times. */
    TWO_VALUES,
    /** All there are, as far apart as can be or anywhere. */
    EXTREMES,
    /** A few rows, each many times. */
    DUPLICATES,
    /** Each row has one value. */
    CONSTANT_ROWS,
    /** All rows are one row. */
    ONE_ROW_REPEATED;

    int[][] rows(Random random, int rows, int columns) {
      int[][] distinct = new int[4][columns];
      for (int[] row : distinct) {
        Arrays.setAll(row, j -> random.nextInt(256));
      }
      int[][] result = new int[rows][columns];
      for (int[] row : result) {
        int constant = random.nextInt(4) * 85;
        int[] copied = distinct[random.nextInt(4)];
        Arrays.setAll(
            row,
            j ->
                switch (this) {
                  case TWO_VALUES -> random.nextInt(2);
                  case EXTREMES -> random.nextBoolean() ? random.nextInt(256) : 255;
                  case DUPLICATES -> copied[j];
                  case CONSTANT_ROWS -> constant;
                  case ONE_ROW_REPEATED -> distinct[0][j];
                });
      }
      return result;
    }
  }

  /** How rows get into an index, and out of it. */
  private enum Kind {
    BYTES,
    /** However few rows there are, with the screen of a large index. */
    SCREENED,
    FLOATS,
    UPDATED_BYTES,
    UPDATED_FLOATS
  }

  private static final int MOST_ROWS = 60;

  private static final int QUERIES = 3;

  /** The seed is fixed, so their number is. */
  private static final int SEARCHES = 8_307;

  private final BackendRequest backend;

  /** For one backend. */
  protected SearchDifferential(BackendRequest backend) {
    this.backend = backend;
  }

  @ParameterizedTest
  @EnumSource(Distance.class)
  void findsWhatComparingAllRowsFinds(Distance distance) {
    Random random = new Random(1);
    List<Engine> engines = new ArrayList<>();
    int indexes = 0;
    int searches = 0;
    try {
      for (int threads = 1; threads <= 3; threads++) {
        engines.add(Engine.builder().backend(backend).threads(threads).open());
        assertThat(engines.getLast().info().backend()).isEqualTo(backend.id());
      }
      for (int columns :
          IntStream.concat(IntStream.rangeClosed(1, 130), IntStream.of(784)).toArray()) {
        for (Data data : Data.values()) {
          for (Kind kind : Kind.values()) {
            int n = random.nextInt(4) == 0 ? 1 : 2 + random.nextInt(MOST_ROWS - 1);
            Engine engine = engines.get(random.nextInt(engines.size()));
            searches += check(engine, random, data, kind, distance, n, columns);
            indexes++;
          }
        }
      }
    } finally {
      engines.forEach(Engine::close);
    }
    assertThat(indexes).isEqualTo(131 * Data.values().length * Kind.values().length);
    // Fewer than three where the values of k are the same; docs/reliability.md gives the number.
    assertThat(searches).isEqualTo(SEARCHES);
  }

  /** Makes one index and searches it; gives the number of searches. */
  private static int check(
      Engine engine, Random random, Data data, Kind kind, Distance distance, int n, int columns) {
    SortedMap<Integer, int[]> rows = new TreeMap<>();
    for (int[] row : data.rows(random, n, columns)) {
      rows.put(rows.size(), row);
    }
    NearestNeighbors index =
        switch (kind) {
          case BYTES -> NearestNeighbors.of(engine, bytes(rows), distance);
          case SCREENED ->
              new NearestNeighbors(
                  new ByteIndex(engine, bytes(rows), distance, true, 1), columns, distance);
          case FLOATS -> NearestNeighbors.of(engine, FloatIndex.floats(bytes(rows)), distance);
          case UPDATED_BYTES, UPDATED_FLOATS ->
              updated(engine, random, data, kind == Kind.UPDATED_BYTES, distance, columns, rows);
        };
    int[][] queries = data.rows(random, QUERIES, columns);
    queries[0] = rows.firstEntry().getValue();
    int[] ids = rows.keySet().stream().mapToInt(id -> id).toArray();
    int[][] present = rows.values().toArray(int[][]::new);
    boolean ofBytes = kind != Kind.FLOATS && kind != Kind.UPDATED_FLOATS;
    int[] ks = IntStream.of(1, 1 + random.nextInt(ids.length), ids.length).distinct().toArray();
    for (int k : ks) {
      Neighbors expected = BruteForce.search(present, queries, distance, k);
      ByteMatrix asked = NearestNeighborsTest.bytes(queries);
      Neighbors found =
          ofBytes ? index.search(asked, k) : index.search(FloatIndex.floats(asked), k);
      String what =
          Stream.of(kind, data, distance, ids.length + " x " + columns, "k " + k)
              .map(String::valueOf)
              .reduce((a, b) -> a + ", " + b)
              .orElseThrow();
      assertThat(found.indices())
          .as(what)
          .containsExactly(Arrays.stream(expected.indices()).map(row -> ids[row]).toArray());
      assertThat(found.distances()).as(what).containsExactly(expected.distances());
    }
    return ks.length;
  }

  /** An index with a history, of which {@code rows} becomes the outcome. */
  private static NearestNeighbors updated(
      Engine engine,
      Random random,
      Data data,
      boolean ofBytes,
      Distance distance,
      int columns,
      SortedMap<Integer, int[]> rows) {
    UpdatableNeighbors index =
        UpdatableNeighbors.of(
            engine,
            ofBytes
                ? NearestNeighbors.of(engine, bytes(rows), distance)
                : NearestNeighbors.of(engine, FloatIndex.floats(bytes(rows)), distance));
    int next = rows.size();
    for (int change = random.nextInt(4); change > 0; change--) {
      int[][] more = data.rows(random, 1 + random.nextInt(5), columns);
      ByteMatrix added = NearestNeighborsTest.bytes(more);
      assertThat(ofBytes ? index.add(added) : index.add(FloatIndex.floats(added))).isEqualTo(next);
      for (int[] row : more) {
        rows.put(next++, row);
      }
      int gone = random.nextInt(next);
      if (rows.size() > 1 && rows.remove(gone) != null) {
        index.remove(gone);
      }
      if (random.nextInt(4) == 0) {
        index.compact();
      }
    }
    return index.snapshot();
  }

  private static ByteMatrix bytes(SortedMap<Integer, int[]> rows) {
    return NearestNeighborsTest.bytes(rows.values().toArray(int[][]::new));
  }
}
