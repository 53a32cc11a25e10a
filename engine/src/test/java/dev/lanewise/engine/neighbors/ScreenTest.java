package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pruned search against brute force: same rows, same order, same distances. */
@Tag("contract")
class ScreenTest {

  static Stream<BackendRequest> backends() {
    return NearestNeighborsTest.backends();
  }

  /** What rows and queries look like. */
  enum Kind {
    /** Nothing can be pruned. */
    UNIFORM,
    /** Nearly everything can. */
    CLUSTERED,
    /** Two values, few of one: distances repeat. */
    TIES,
    /** Smooth blobs on an empty background. */
    IMAGES,
    /** All the same. */
    CONSTANT,
    /** As large as bytes get. */
    BRIGHT
  }

  static int[][] values(Kind kind, Random random, int rows, int columns) {
    int[][] result = new int[rows][columns];
    int[][] centers = new int[10][columns];
    Random ofCenters = new Random(8);
    for (int[] center : centers) {
      Arrays.setAll(center, j -> ofCenters.nextInt(200));
    }
    int side = (int) Math.sqrt(columns);
    for (int[] row : result) {
      int[] center = centers[random.nextInt(10)];
      double x = side * random.nextDouble();
      double y = side * random.nextDouble();
      double width = 1 + side * random.nextDouble() / 4;
      Arrays.setAll(
          row,
          j ->
              switch (kind) {
                case UNIFORM -> random.nextInt(256);
                case CLUSTERED -> center[j] + random.nextInt(20);
                case TIES -> random.nextInt(20) == 0 ? 9 : 0;
                case IMAGES -> {
                  double dx = j % side - x;
                  double dy = j / (double) side - y;
                  yield (int) (255 * Math.exp(-(dx * dx + dy * dy) / (width * width)));
                }
                case CONSTANT -> 77;
                case BRIGHT -> 255 - random.nextInt(2);
              });
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void neverChangesAResult(BackendRequest backend) {
    Random random = new Random(1);
    for (Kind kind : Kind.values()) {
      for (int columns : new int[] {64, 100, 130, 512, 784}) {
        int n = columns >= 512 ? 150 : columns == 64 ? 2_100 : 200 + random.nextInt(200);
        int m = 1 + random.nextInt(20);
        int[][] rows = values(kind, random, n, columns);
        int[][] queries = values(kind, random, m, columns);
        rows[n - 1] = rows[n / 2]; // A duplicate, and a query that is a row.
        queries[0] = rows[n / 3];
        for (Distance metric : Distance.values()) {
          int k = random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(30);
          try (Engine engine =
              Engine.builder().backend(backend).threads(1 + random.nextInt(3)).open()) {
            NearestNeighbors index =
                new NearestNeighbors(
                    new ByteIndex(engine, NearestNeighborsTest.bytes(rows), metric, true, 1),
                    columns,
                    metric);
            NearestNeighborsTest.assertSame(
                index.search(NearestNeighborsTest.bytes(queries), k),
                BruteForce.search(rows, queries, metric, k),
                kind + " " + metric + ", " + n + " x " + columns + ", k " + k);
          }
        }
      }
    }
  }

  /**
   * Without the slack the bounds are wrong by no more than rounding, and that is found: rows that
   * are the query itself, or as far as the k-th neighbour, sit exactly on the bound.
   */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void slackIsNeeded(Distance metric) {
    Random random = new Random(2);
    int[][] rows = values(Kind.IMAGES, random, 600, 784);
    for (int i = 0; i < 300; i++) {
      rows[i + 300] = rows[i].clone();
      rows[i + 300][random.nextInt(784)] ^= metric == Distance.L1 ? 15 : 0;
    }
    ByteMatrix queries = NearestNeighborsTest.bytes(Arrays.copyOf(rows, 300));
    try (Engine engine = Engine.builder().threads(1).open()) {
      ByteMatrix matrix = NearestNeighborsTest.bytes(rows);
      Neighbors exact = BruteForce.search(rows, Arrays.copyOf(rows, 300), metric, 2);
      NearestNeighborsTest.assertSame(
          new NearestNeighbors(new ByteIndex(engine, matrix, metric, true, 1), 784, metric)
              .search(queries, 2),
          exact,
          "slack 1");
      NearestNeighbors tight =
          new NearestNeighbors(new ByteIndex(engine, matrix, metric, true, 0), 784, metric);
      boolean right;
      try {
        right = Arrays.equals(tight.search(queries, 2).indices(), exact.indices());
      } catch (IllegalStateException e) {
        right = false; // So many neighbours were lost that there are not two.
      }
      assertThat(right).isFalse();
    }
  }

  /**
   * A row whose sums lie exactly on the bound, one below a multiple in every group, and that only
   * its lower number puts before rows that look nearer.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void whatLiesOnTheBoundIsFound(int block) {
    int side = 28;
    int distance = side / block * (side / block);
    int[] query = new int[side * side];
    Arrays.fill(query, 100);
    int[][] rows = new int[40][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = query.clone();
      if (i < 3) {
        Arrays.fill(rows[i], 0);
      } else if (i > 3) {
        int near = Math.min(distance, 150);
        rows[i][10 * i] += near;
        rows[i][10 * i + 1] += distance - near;
      } else {
        for (int j = 0; j < query.length; j++) {
          rows[i][j] -= j / side % block == 0 && j % side % block == 0 ? 1 : 0;
        }
      }
    }
    int[][] queries = {query};
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index =
          new NearestNeighbors(
              new ByteIndex(engine, NearestNeighborsTest.bytes(rows), Distance.L1, true, 1),
              side * side,
              Distance.L1);
      for (int k : new int[] {1, 2, 5}) {
        NearestNeighborsTest.assertSame(
            index.search(NearestNeighborsTest.bytes(queries), k),
            BruteForce.search(rows, queries, Distance.L1, k),
            "blocks of " + block + ", k " + k);
      }
    }
  }

  /** So many columns that groups have to be larger for their sums to be added in 15 bits. */
  @ParameterizedTest
  @ValueSource(ints = {1_936, 2_048, 2_049, 2_500, 8_200})
  void groupsOfManyColumns(int columns) {
    Random random = new Random(4);
    int[][] rows = values(Kind.IMAGES, random, 70, columns);
    int[][] queries = values(Kind.IMAGES, random, 3, columns);
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index =
          new NearestNeighbors(
              new ByteIndex(engine, NearestNeighborsTest.bytes(rows), Distance.L1, true, 1),
              columns,
              Distance.L1);
      NearestNeighborsTest.assertSame(
          index.search(NearestNeighborsTest.bytes(queries), 3),
          BruteForce.search(rows, queries, Distance.L1, 3),
          columns + " columns");
    }
  }

  /**
   * The second bound alone, for limits that are the very distances: no row may be lost. Without
   * what rounding moved the vectors, rows are.
   */
  @ParameterizedTest
  @MethodSource("backends")
  void theSecondBoundLosesNoRow(BackendRequest backend) {
    Random random = new Random(5);
    try (Engine engine = Engine.builder().backend(backend).threads(1).open()) {
      for (Kind kind : Kind.values()) {
        int[][] values = values(kind, random, 80, 784);
        Arrays.fill(values[1], 255); // Far outside of what the steps are made for.
        ByteMatrix rows = ByteIndex.padded(80, 784);
        rows.block(0, 80, 0, 784).setAll(NearestNeighborsTest.bytes(values));
        ByteMatrix[] blocks = {rows.rows(0, 50), rows.rows(50, 80)};
        assertThat(lost(engine, blocks, values, 1)).as("%s", kind).isZero();
        if (kind == Kind.IMAGES || kind == Kind.CLUSTERED) {
          assertThat(lost(engine, blocks, values, 0)).as("%s without", kind).isPositive();
        }
      }
    }
  }

  /** How many pairs do not pass with their own distance as the limit. */
  private static int lost(Engine engine, ByteMatrix[] blocks, int[][] values, double slack) {
    ProjectionScreen screen = new ProjectionScreen(engine, blocks, slack);
    Screen.Scratch scratch = screen.scratch(blocks[0].rows());
    screen.prepare(blocks[0], scratch);
    int lost = 0;
    int first = 0;
    for (int block = 0; block < blocks.length; block++) {
      for (int query = 0; query < blocks[0].rows(); query++) {
        for (int row = 0; row < blocks[block].rows(); row++) {
          int distance = 0;
          for (int j = 0; j < values[query].length; j++) {
            int difference = values[query][j] - values[first + row][j];
            distance += difference * difference;
          }
          lost += 1 - screen.narrow(block, query, distance, scratch, new int[] {row}, 1);
        }
      }
      first += blocks[block].rows();
    }
    return lost;
  }

  /** Where nothing can be pruned, nothing is prepared for it. */
  @ParameterizedTest
  @EnumSource(
      value = Kind.class,
      names = {"UNIFORM", "CLUSTERED"})
  void aScreenIsBuiltWhereItHelps(Kind kind, @TempDir Path directory) {
    Random random = new Random(6);
    int[][] rows = values(kind, random, 4_100, 64);
    int[][] queries = values(kind, random, 5, 64);
    Path file = directory.resolve("index.lwm");
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index =
          NearestNeighbors.of(engine, NearestNeighborsTest.bytes(rows), Distance.L2);
      index.save(file);
      ModelFile saved = ModelFile.open(file);
      assertThat(saved.text("screen")).isEqualTo(kind == Kind.UNIFORM ? "NONE" : "PROJECTION");
      assertThat(saved.entries())
          .extracting(ModelFile.Entry::name)
          .as("rows are too short for a second bound")
          .doesNotContain("rounded-rows");
      NearestNeighborsTest.assertSame(
          index.search(NearestNeighborsTest.bytes(queries), 9),
          BruteForce.search(rows, queries, Distance.L2, 9),
          kind.name());
    }
  }

  /** A whole index of the size that is screened by itself, on several threads. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void screensLargeIndexes(Distance metric) {
    Random random = new Random(3);
    int[][] rows = values(Kind.CLUSTERED, random, 5_000, 64);
    int[][] queries = values(Kind.CLUSTERED, random, 20, 64);
    Neighbors expected = BruteForce.search(rows, queries, metric, 7);
    for (int threads = 1; threads <= 3; threads++) {
      try (Engine engine = Engine.builder().threads(threads).open()) {
        NearestNeighbors index =
            NearestNeighbors.of(engine, NearestNeighborsTest.bytes(rows), metric);
        NearestNeighborsTest.assertSame(
            index.search(NearestNeighborsTest.bytes(queries), 7), expected, metric + " screened");
        // Too many neighbours to screen for.
        NearestNeighborsTest.assertSame(
            index.search(NearestNeighborsTest.bytes(queries), 200),
            BruteForce.search(rows, queries, metric, 200),
            metric + " not screened");
      }
    }
  }

  /** One byte of each line, to the last one of the rows and no further; or nothing. */
  @Test
  void rowsAreFetchedLineByLineBeforeAsManyVisits() {
    ByteMatrix all = ByteIndex.padded(5, 130);
    ByteMatrix rows = all.rows(1, 4);
    for (int i = 0; i < all.rows(); i++) {
      for (int j = 0; j < all.columns(); j++) {
        all.set(i, j, i == 0 || i == 4 || j % 64 != 0 ? 100 : 10 * i + j / 64);
      }
    }
    int sum = 10 + 11 + 12 + 20 + 21 + 22 + 30 + 31 + 32;
    assertThat(ByteIndex.fetch(rows, new int[] {2, 0, 1, 9}, 3)).isEqualTo(sum);
    assertThat(ByteIndex.fetch(rows, new int[] {0, 4}, 2)).isEqualTo(sum);
    assertThat(ByteIndex.fetch(rows, new int[] {2, 0, 0, 9}, 3)).isZero();
    assertThat(ByteIndex.fetch(rows, new int[] {9}, 0)).isZero();
  }
}
