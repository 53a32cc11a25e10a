package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("contract")
class NearestNeighborsTest {

  /** All that work here; where a vector width is forced, the one that has a width. */
  static Stream<BackendRequest> backends() {
    if (System.getProperty("lanewise.vector.bits") != null) {
      return Stream.of(BackendRequest.VECTOR);
    }
    Backends backends = Backends.discover();
    return Arrays.stream(BackendRequest.values())
        .filter(request -> request != BackendRequest.AUTO)
        .filter(request -> backends.probe(request.id()).available());
  }

  private static Engine engine(BackendRequest backend, int threads) {
    return Engine.builder().backend(backend).threads(threads).open();
  }

  static int[][] values(int rows, int columns, IntSupplier value) {
    int[][] result = new int[rows][columns];
    for (int[] row : result) {
      Arrays.setAll(row, j -> value.getAsInt());
    }
    return result;
  }

  static ByteMatrix bytes(int[][] values) {
    ByteMatrix matrix = ByteMatrix.zeros(values.length, values[0].length);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        matrix.set(i, j, values[i][j]);
      }
    }
    return matrix;
  }

  private static FloatMatrix floats(double[][] values) {
    FloatMatrix matrix = FloatMatrix.zeros(values.length, values[0].length);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        matrix.set(i, j, (float) values[i][j]);
      }
    }
    return matrix;
  }

  static void assertSame(Neighbors actual, Neighbors expected, String what) {
    assertThat(actual.indices()).as(what).containsExactly(expected.indices());
    assertThat(actual.distances()).as(what).containsExactly(expected.distances());
  }

  @ParameterizedTest
  @MethodSource("backends")
  void equalsBruteForceOnBytes(BackendRequest backend) {
    Random random = new Random(1);
    for (int columns : new int[] {1, 2, 3, 16, 31, 33, 49, 64, 65, 130, 784}) {
      for (int levels : new int[] {2, 3, 256}) {
        int n = 1 + random.nextInt(columns < 100 ? 200 : 40);
        int[][] rows = values(n, columns, () -> random.nextInt(levels));
        int[][] queries =
            values(
                1 + random.nextInt(columns < 100 ? 40 : 9), columns, () -> random.nextInt(levels));
        rows[n - 1] = rows[n / 2]; // A duplicate, and a query that is a row.
        queries[0] = rows[n / 3];
        for (Distance metric : Distance.values()) {
          for (int k : new int[] {1, 1 + random.nextInt(n), n}) {
            Neighbors expected = BruteForce.search(rows, queries, metric, k);
            int threads = 1 + random.nextInt(3);
            try (Engine engine = engine(backend, threads)) {
              assertSame(
                  NearestNeighbors.of(engine, bytes(rows), metric).search(bytes(queries), k),
                  expected,
                  metric + ", " + n + " x " + columns + ", k " + k + ", threads " + threads);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void equalsBruteForceOnFloats(BackendRequest backend) {
    Random random = new Random(2);
    for (int columns : new int[] {1, 2, 4, 15, 17, 49, 130, 784}) {
      for (int kind = 0; kind < 4; kind++) {
        int n = 1 + random.nextInt(columns < 100 ? 100 : 30);
        int m = 1 + random.nextInt(columns < 100 ? 40 : 9);
        // Ties; values whose differences lose most digits; the range of floats, up and down.
        double[][] rows = new double[n][columns];
        double[][] queries = new double[m][columns];
        for (double[][] matrix : new double[][][] {rows, queries}) {
          for (double[] row : matrix) {
            for (int j = 0; j < columns; j++) {
              row[j] =
                  (float)
                      switch (kind) {
                        case 0 -> random.nextInt(3);
                        case 1 -> 1000 + random.nextGaussian() * 1e-3;
                        case 2 -> random.nextGaussian() * 1e37;
                        default -> random.nextGaussian() * 1e-23;
                      };
            }
          }
        }
        for (Distance metric : Distance.values()) {
          for (int k : new int[] {1, 1 + random.nextInt(n), n}) {
            try (Engine engine = engine(backend, 2)) {
              assertSame(
                  NearestNeighbors.of(engine, floats(rows), metric).search(floats(queries), k),
                  BruteForce.search(rows, queries, metric, k),
                  metric + ", kind " + kind + ", " + n + " x " + columns + ", k " + k);
            }
          }
        }
      }
    }
  }

  /** More queries than one task takes. */
  @ParameterizedTest
  @MethodSource("backends")
  void manyQueriesOnFloats(BackendRequest backend) {
    Random random = new Random(4);
    int[][] rows = values(70, 5, () -> random.nextInt(6));
    int[][] queries = values(200, 5, () -> random.nextInt(6));
    try (Engine engine = engine(backend, 3)) {
      assertSame(
          NearestNeighbors.of(engine, FloatIndex.floats(bytes(rows)), Distance.L2)
              .search(bytes(queries), 4),
          BruteForce.search(rows, queries, Distance.L2, 4),
          "200 queries");
    }
  }

  /** The same numbers in other orders: distances differ by less than a kernel rounds. */
  @ParameterizedTest
  @MethodSource("backends")
  void distancesCloserThanAKernelComputesAreTold(BackendRequest backend) {
    Random random = new Random(5);
    List<Float> values = new ArrayList<>();
    for (int j = 0; j < 784; j++) {
      values.add((float) random.nextGaussian());
    }
    double[][] rows = new double[80][];
    for (int i = 0; i < rows.length; i++) {
      Collections.shuffle(values, random);
      rows[i] = values.stream().mapToDouble(value -> value).toArray();
    }
    double[][] queries = {new double[784]};
    try (Engine engine = engine(backend, 1)) {
      for (Distance metric : Distance.values()) {
        for (int k : new int[] {1, 2, 20}) {
          assertSame(
              NearestNeighbors.of(engine, floats(rows), metric).search(floats(queries), k),
              BruteForce.search(rows, queries, metric, k),
              metric + ", k " + k);
        }
      }
    }
  }

  /** Squares of 3/4 of the smallest float, which a kernel takes for that float. */
  @ParameterizedTest
  @MethodSource("backends")
  void squaresBelowTheRangeOfFloatsAreTold(BackendRequest backend) {
    double[][] rows = new double[100][784];
    double square = 0.75 * Float.MIN_VALUE;
    for (double[] row : rows) {
      row[0] = (float) Math.sqrt(1.01 * 784 * square);
    }
    Arrays.fill(rows[90], (float) Math.sqrt(square));
    double[][] queries = {new double[784]};
    try (Engine engine = engine(backend, 1)) {
      Neighbors found =
          NearestNeighbors.of(engine, floats(rows), Distance.L2).search(floats(queries), 1);
      assertSame(found, BruteForce.search(rows, queries, Distance.L2, 1), "tiny squares");
      assertThat(found.index(0, 0)).isEqualTo(90);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void takesBytesAgainstFloats(BackendRequest backend) {
    int[][] rows = {{0, 10}, {255, 0}, {7, 7}};
    try (Engine engine = engine(backend, 1)) {
      NearestNeighbors index =
          NearestNeighbors.of(
              engine, floats(new double[][] {{0, 10}, {255, 0}, {7, 7}}), Distance.L2);
      Neighbors found = index.search(bytes(new int[][] {{250, 0}}), 3);
      assertSame(
          found,
          BruteForce.search(rows, new int[][] {{250, 0}}, Distance.L2, 3),
          "bytes on floats");
      assertThat(found.index(0, 0)).isEqualTo(1);
      assertThat(found.distance(0, 0)).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void ordersTiesByRow(BackendRequest backend) {
    try (Engine engine = engine(backend, 2)) {
      ByteMatrix constant = bytes(values(1_000, 20, () -> 9));
      for (Distance metric : Distance.values()) {
        Neighbors found = NearestNeighbors.of(engine, constant, metric).search(constant, 5);
        for (int query = 0; query < 1_000; query++) {
          for (int rank = 0; rank < 5; rank++) {
            assertThat(found.index(query, rank)).isEqualTo(rank);
            assertThat(found.distance(query, rank)).isZero();
          }
        }
      }
    }
  }

  @Test
  void keepsItsOwnCopyOfTheRows() {
    try (Engine engine = engine(BackendRequest.SCALAR, 1)) {
      ByteMatrix rows = bytes(new int[][] {{1}, {5}});
      NearestNeighbors index = NearestNeighbors.of(engine, rows, Distance.L1);
      rows.set(0, 0, 200);
      assertThat(index.search(bytes(new int[][] {{2}}), 1).index(0, 0)).isZero();
    }
  }

  @Test
  void oneIndexServesManyThreads() {
    Random random = new Random(3);
    int[][] rows = values(500, 30, () -> random.nextInt(4));
    try (Engine engine = engine(BackendRequest.SCALAR, 2)) {
      NearestNeighbors index = NearestNeighbors.of(engine, bytes(rows), Distance.L1);
      Neighbors expected = BruteForce.search(rows, rows, Distance.L1, 3);
      IntStream.range(0, 16)
          .parallel()
          .forEach(i -> assertSame(index.search(bytes(rows), 3), expected, "search " + i));
    }
  }

  @Test
  void noQueriesGiveNoNeighbors() {
    try (Engine engine = engine(BackendRequest.SCALAR, 2)) {
      Neighbors found =
          NearestNeighbors.of(engine, ByteMatrix.zeros(3, 2), Distance.L2)
              .search(ByteMatrix.zeros(0, 2), 2);
      assertThat(found.queries()).isZero();
      assertThat(found.k()).isEqualTo(2);
      assertThat(found.indices()).isEmpty();
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> found.index(0, 0));
    }
  }

  @Test
  void refusesWhatItCannotSearch() {
    try (Engine engine = engine(BackendRequest.SCALAR, 1)) {
      NearestNeighbors index = NearestNeighbors.of(engine, ByteMatrix.zeros(3, 2), Distance.L2);
      ByteMatrix query = ByteMatrix.zeros(1, 2);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(query, 4))
          .withMessage("k must be between 1 and the 3 rows of the index, not 4");
      assertThatIllegalArgumentException().isThrownBy(() -> index.search(query, 0));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(ByteMatrix.zeros(1, 3), 1))
          .withMessage("queries are 1 x 3, the index has 2 columns");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> index.search(FloatMatrix.zeros(1, 2), 1))
          .withMessageContaining("over bytes");
      NearestNeighbors many =
          NearestNeighbors.of(engine, ByteMatrix.zeros(1 << 16, 1), Distance.L1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> many.search(ByteMatrix.zeros(1 << 15, 1), 1 << 16))
          .withMessage("32768 queries x 65536 neighbours do not fit an array: search in parts");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NearestNeighbors.of(engine, ByteMatrix.zeros(0, 2), Distance.L1));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NearestNeighbors.of(engine, ByteMatrix.zeros(1, 33_026), Distance.L2))
          .withMessageContaining("33026");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> NearestNeighbors.of(engine, FloatMatrix.zeros(2, 0), Distance.L1));
    }
  }

  @Test
  void refusesNumbersThatAreNot() {
    try (Engine engine = engine(BackendRequest.SCALAR, 1)) {
      for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        FloatMatrix matrix = FloatMatrix.zeros(3, 4);
        matrix.set(2, 1, bad);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> NearestNeighbors.of(engine, matrix, Distance.L2))
            .withMessage("row 2, column 1 is " + bad + ", not a finite number");
        NearestNeighbors index = NearestNeighbors.of(engine, FloatMatrix.zeros(3, 4), Distance.L2);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> index.search(matrix, 1))
            .withMessage("query 2, column 1 is " + bad + ", not a finite number");
      }
    }
  }
}
