package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend's distances and scans against the scalar ones. */
@Tag("contract")
class DistancesContractTest {

  private static final int[] COLUMNS = {
    0, 1, 2, 3, 7, 15, 16, 17, 31, 32, 33, 49, 63, 64, 65, 100, 127, 128, 129, 130, 196, 784
  };
  private static final int[] ROWS = {0, 1, 2, 3, 4, 5, 9};

  private final Kernels scalar = new ScalarKernels();

  static Stream<Kernels> backends() {
    Backends backends = Backends.discover();
    return Arrays.stream(BackendRequest.values())
        .filter(request -> request != BackendRequest.AUTO)
        .filter(request -> backends.probe(request.id()).available())
        .map(request -> backends.create(backends.select(request)));
  }

  /**
   * Views inside larger matrices, so that offsets and strides count; every fourth ends with its
   * memory, where a kernel that reads on fails.
   */
  private static ByteMatrix bytes(Random random, int rows, int columns, int from) {
    int around = random.nextInt(4) == 0 ? 0 : 1;
    ByteMatrix all = ByteMatrix.zeros(rows + 2 * around, columns + 5 * around);
    for (int i = 0; i < all.rows(); i++) {
      for (int j = 0; j < all.columns(); j++) {
        all.set(i, j, from + random.nextInt(256 - from));
      }
    }
    return all.block(around, rows + around, 3 * around, columns + 3 * around);
  }

  private static FloatMatrix floats(Random random, int rows, int columns) {
    int around = random.nextInt(4) == 0 ? 0 : 1;
    FloatMatrix all = FloatMatrix.zeros(rows + 2 * around, columns + 5 * around);
    for (int i = 0; i < all.rows(); i++) {
      for (int j = 0; j < all.columns(); j++) {
        all.set(i, j, random.nextFloat() * 2 - 1);
      }
    }
    return all.block(around, rows + around, 3 * around, columns + 3 * around);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void bytesAreExact(Kernels kernels) {
    Random random = new Random(1);
    for (int columns : COLUMNS) {
      for (int rows : ROWS) {
        // From 255: every element as large as it can be.
        for (int from : new int[] {0, 250, 255}) {
          ByteMatrix a = bytes(random, 1 + random.nextInt(12), columns, random.nextInt(256));
          ByteMatrix b = bytes(random, rows, columns, from);
          for (Metric metric : Metric.values()) {
            IntMatrix expected = IntMatrix.zeros(a.rows(), rows);
            scalar.distances(metric, a, b, expected);
            IntMatrix all = IntMatrix.zeros(a.rows() + 1, rows + 2);
            IntMatrix actual = all.block(0, a.rows(), 1, rows + 1);
            kernels.distances(metric, a, b, actual);
            assertThat(actual.toArray())
                .as("%s %s %s", metric, a, b)
                .containsExactly(expected.toArray());
            assertThat(all.get(0, 0)).isZero();
            assertThat(all.get(0, rows + 1)).isZero();
            assertThat(all.row(a.rows())).containsOnly(0);
          }
        }
      }
    }
  }

  /** More queries, rows and columns than products are taken of at once; as many rows as are. */
  @ParameterizedTest
  @MethodSource("backends")
  void bytesAreExactWhereTilesMeet(Kernels kernels) {
    Random random = new Random(7);
    for (int[] shape : new int[][] {{520, 300, 5}, {9, 512, 1_027}}) {
      ByteMatrix a = bytes(random, shape[0], shape[2], 0);
      ByteMatrix b = bytes(random, shape[1], shape[2], 0);
      for (Metric metric : Metric.values()) {
        IntMatrix expected = IntMatrix.zeros(a.rows(), b.rows());
        scalar.distances(metric, a, b, expected);
        IntMatrix actual = IntMatrix.zeros(a.rows(), b.rows());
        kernels.distances(metric, a, b, actual);
        assertThat(actual.toArray()).as("%s %s %s", metric, a, b).isEqualTo(expected.toArray());
      }
    }
  }

  /** As many queries, rows, and products of both as a workspace has room for. */
  @ParameterizedTest
  @MethodSource("backends")
  void productsOfBytesAreExactInWholeTiles(Kernels kernels) {
    Random random = new Random(8);
    for (int[] shape : new int[][] {{512, 2, 1_024}, {2, 256, 1_024}, {512, 256, 3}}) {
      ByteMatrix a = bytes(random, shape[0], shape[2], 0);
      ByteMatrix b = bytes(random, shape[1], shape[2], 0);
      for (Metric metric : new Metric[] {Metric.SQUARED_L2, Metric.DOT}) {
        IntMatrix expected = IntMatrix.zeros(a.rows(), b.rows());
        scalar.distances(metric, a, b, expected);
        IntMatrix actual = IntMatrix.zeros(a.rows(), b.rows());
        new ByteProducts(kernels::gemm).distances(metric, a, b, actual);
        assertThat(actual.toArray()).as("%s %s %s", metric, a, b).isEqualTo(expected.toArray());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void bytesAreExactWhereLanesCouldOverflow(Kernels kernels) {
    for (int columns : new int[] {1_024, 1_025, 2_048, 4_111, 8_193, Shapes.MAX_BYTE_COLUMNS}) {
      ByteMatrix zeros = ByteMatrix.zeros(1, columns);
      ByteMatrix full = ByteMatrix.zeros(2, columns);
      for (int j = 0; j < columns; j++) {
        full.set(0, j, 255);
        full.set(1, j, 255);
      }
      IntMatrix out = IntMatrix.zeros(1, 2);
      kernels.distances(Metric.L1, zeros, full, out);
      assertThat(out.toArray()).containsOnly(255 * columns);
      kernels.distances(Metric.SQUARED_L2, zeros, full, out);
      assertThat(out.toArray()).containsOnly(255 * 255 * columns);
      kernels.distances(Metric.DOT, full.rows(0, 1), full, out);
      assertThat(out.toArray()).containsOnly(255 * 255 * columns);
      // As many queries as take the way through floats.
      ByteMatrix many = full.gather(0, 1, 0, 1, 0, 1, 0, 1, 0);
      IntMatrix all = IntMatrix.zeros(9, 1);
      kernels.distances(Metric.SQUARED_L2, many, zeros, all);
      assertThat(all.toArray()).containsOnly(255 * 255 * columns);
      all = IntMatrix.zeros(9, 2);
      kernels.distances(Metric.DOT, many, full, all);
      assertThat(all.toArray()).containsOnly(255 * 255 * columns);
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void floatsAgreeWithinRounding(Kernels kernels) {
    Random random = new Random(2);
    for (int columns : COLUMNS) {
      for (int rows : ROWS) {
        FloatMatrix a = floats(random, 1 + random.nextInt(5), columns);
        FloatMatrix b = floats(random, rows, columns);
        for (Metric metric : Metric.values()) {
          FloatMatrix all = FloatMatrix.zeros(a.rows() + 1, rows + 2);
          FloatMatrix actual = all.block(0, a.rows(), 1, rows + 1);
          kernels.distances(metric, a, b, actual);
          for (int i = 0; i < a.rows(); i++) {
            assertThat(all.get(i, 0)).isZero();
            assertThat(all.get(i, rows + 1)).isZero();
          }
          assertThat(all.row(a.rows())).containsOnly(0);
          for (int i = 0; i < a.rows(); i++) {
            for (int j = 0; j < rows; j++) {
              double sum = 0;
              double magnitude = 0;
              for (int p = 0; p < columns; p++) {
                double x = a.get(i, p);
                double y = b.get(j, p);
                double term =
                    switch (metric) {
                      case L1 -> Math.abs(x - y);
                      case SQUARED_L2 -> (x - y) * (x - y);
                      case DOT -> x * y;
                    };
                sum += term;
                magnitude += Math.abs(term);
              }
              assertThat(Math.abs(actual.get(i, j) - sum))
                  .as("%s %s %s", metric, a, b)
                  .isLessThanOrEqualTo(2 * (columns + 4) * 0x1p-24 * magnitude);
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void refusesShapesThatDoNotFit(Kernels kernels) {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.distances(
                    Metric.L1,
                    ByteMatrix.zeros(2, 3),
                    ByteMatrix.zeros(4, 5),
                    IntMatrix.zeros(2, 4)))
        .withMessageContaining("2 x 3")
        .withMessageContaining("4 x 5");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.distances(
                    Metric.L1,
                    FloatMatrix.zeros(2, 3),
                    FloatMatrix.zeros(4, 3),
                    FloatMatrix.zeros(4, 2)));
    int columns = Shapes.MAX_BYTE_COLUMNS + 1;
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.distances(
                    Metric.SQUARED_L2,
                    ByteMatrix.zeros(1, columns),
                    ByteMatrix.zeros(1, columns),
                    IntMatrix.zeros(1, 1)));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void scansFindEveryValueThatIsSmallEnough(Kernels kernels) {
    Random random = new Random(3);
    for (int columns : new int[] {0, 1, 3, 4, 5, 8, 15, 16, 17, 31, 32, 33, 100}) {
      IntMatrix ints = IntMatrix.zeros(2, columns);
      FloatMatrix floats = FloatMatrix.zeros(2, columns);
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < columns; j++) {
          int value = random.nextInt(10);
          ints.set(i, j, value == 9 ? Integer.MAX_VALUE : value);
          floats.set(i, j, value == 9 ? Float.NaN : value);
        }
      }
      for (int limit : new int[] {-1, 0, 4, 8, Integer.MAX_VALUE}) {
        for (int row = 0; row < Math.min(2, 2 * columns); row++) {
          int[] expected = new int[columns];
          int[] actual = new int[columns];
          int count = scalar.atMost(ints, row, limit, expected);
          assertThat(kernels.atMost(ints, row, limit, actual)).isEqualTo(count);
          assertThat(actual).containsExactly(expected);
          Arrays.fill(expected, 0);
          Arrays.fill(actual, 0);
          count = scalar.atMost(floats, row, limit, expected);
          assertThat(kernels.atMost(floats, row, limit, actual)).isEqualTo(count);
          assertThat(actual).containsExactly(expected);
        }
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.atMost(IntMatrix.zeros(1, 4), 0, 1, new int[3]));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void chosenRowsAreExact(Kernels kernels) {
    Random random = new Random(4);
    for (int columns : COLUMNS) {
      ByteMatrix a = bytes(random, 3, columns, 0);
      ByteMatrix b = bytes(random, 9, columns, 0);
      for (Metric metric : Metric.values()) {
        IntMatrix all = IntMatrix.zeros(3, 9);
        scalar.distances(metric, a, b, all);
        for (int count = 0; count <= 6; count++) {
          int[] chosen = random.ints(count, 0, 9).toArray();
          int[] out = new int[7];
          int query = random.nextInt(3);
          kernels.distances(metric, a, query, b, chosen, count, out);
          for (int c = 0; c < 7; c++) {
            assertThat(out[c]).isEqualTo(c < count ? all.get(query, chosen[c]) : 0);
          }
        }
      }
    }
    ByteMatrix wide = ByteMatrix.zeros(1, Shapes.MAX_BYTE_COLUMNS + 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.distances(Metric.L1, wide, 0, wide, new int[1], 1, new int[1]));
    ByteMatrix rows = ByteMatrix.zeros(3, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> kernels.distances(Metric.L1, rows, 0, rows, new int[2], 2, new int[1]));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.distances(
                    Metric.L1, ByteMatrix.zeros(1, 5), 0, rows, new int[1], 1, new int[1]));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(
            () -> kernels.distances(Metric.L1, rows, 0, rows, new int[] {3}, 1, new int[1]));
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(
            () -> kernels.distances(Metric.L1, rows, 3, rows, new int[] {0}, 1, new int[1]));
  }

  @ParameterizedTest
  @MethodSource("backends")
  void screensOfDotsLetPassWhatReachesTheLimit(Kernels kernels) {
    Random random = new Random(5);
    for (int d : new int[] {0, 1, 2, 5, 40}) {
      for (int n : new int[] {1, 7, 8, 15, 16, 31, 32, 33, 64, 100}) {
        int m = 1 + random.nextInt(9);
        // Small integers: products are exact, so that every backend has the same ones, ties too.
        FloatMatrix a = integers(random, m, d);
        FloatMatrix b = integers(random, d, n);
        float[] limits = new float[m];
        for (int i = 0; i < m; i++) {
          limits[i] = random.nextInt(9) - 4;
        }
        limits[0] = Float.NEGATIVE_INFINITY;
        limits[m / 2] = m > 2 ? Float.NaN : 0;
        int[] counts = random.ints(m).toArray();
        int[] hits = new int[m * n];
        kernels.dotsAtLeast(a, b, limits, counts, hits);
        int[] expectedCounts = new int[m];
        int[] expected = new int[m * n];
        scalar.dotsAtLeast(a, b, limits, expectedCounts, expected);
        assertThat(counts).as("%s x %s", a, b).containsExactly(expectedCounts);
        forgetTheRest(hits, counts, n);
        assertThat(hits).as("%s x %s", a, b).containsExactly(expected);
      }
    }
    refusesScreens(
        (queries, vectors, limits, counts, hits) ->
            kernels.dotsAtLeast(
                FloatMatrix.zeros(2, queries),
                FloatMatrix.zeros(vectors, 3),
                new float[limits],
                new int[counts],
                new int[hits]));
  }

  /** Zeros for what lies between the hits of two queries, which is undefined. */
  private static void forgetTheRest(int[] hits, int[] counts, int n) {
    for (int i = 0; i < counts.length; i++) {
      Arrays.fill(hits, i * n + counts[i], (i + 1) * n, 0);
    }
  }

  private static FloatMatrix integers(Random random, int rows, int columns) {
    FloatMatrix matrix = floats(random, rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, random.nextInt(5) - 2);
      }
    }
    return matrix;
  }

  @ParameterizedTest
  @MethodSource("backends")
  void screensOfBytesLetPassWhatIsNear(Kernels kernels) {
    Random random = new Random(6);
    for (int d : new int[] {0, 1, 2, 5, 49, Shapes.MAX_NARROW_COLUMNS}) {
      for (int n : new int[] {1, 15, 16, 17, 31, 32, 33, 64, 65, 130}) {
        for (int from : new int[] {0, 250, 255}) {
          int m = 1 + random.nextInt(9);
          ByteMatrix a = bytes(random, m, d, from == 255 ? 0 : from);
          ByteMatrix b = bytes(random, d, n, from);
          int[] limits = new int[m];
          for (int i = 0; i < m; i++) {
            limits[i] = random.nextInt(1 + (256 - from) * Math.max(1, d) * 2 / 3);
          }
          limits[0] = Integer.MAX_VALUE;
          limits[m / 2] = m > 2 ? -1 : 0;
          int[] counts = random.ints(m).toArray();
          int[] hits = new int[m * n];
          kernels.l1AtMost(a, b, limits, counts, hits);
          int[] expectedCounts = new int[m];
          int[] expected = new int[m * n];
          scalar.l1AtMost(a, b, limits, expectedCounts, expected);
          assertThat(counts).as("%s x %s", a, b).containsExactly(expectedCounts);
          forgetTheRest(hits, counts, n);
          assertThat(hits).as("%s x %s", a, b).containsExactly(expected);
        }
      }
    }
    // The largest sums there are, with limits on both sides.
    ByteMatrix zeros = ByteMatrix.zeros(1, Shapes.MAX_NARROW_COLUMNS);
    ByteMatrix full = ByteMatrix.zeros(Shapes.MAX_NARROW_COLUMNS, 64);
    for (int i = 0; i < full.rows(); i++) {
      for (int j = 0; j < 64; j++) {
        full.set(i, j, 255);
      }
    }
    int largest = 255 * Shapes.MAX_NARROW_COLUMNS;
    int[] counts = new int[1];
    kernels.l1AtMost(zeros, full, new int[] {largest}, counts, new int[64]);
    assertThat(counts).containsExactly(64);
    kernels.l1AtMost(zeros, full, new int[] {largest - 1}, counts, new int[64]);
    assertThat(counts).containsExactly(0);
    refusesScreens(
        (queries, vectors, limits, count, hits) ->
            kernels.l1AtMost(
                ByteMatrix.zeros(2, queries),
                ByteMatrix.zeros(vectors, 3),
                new int[limits],
                new int[count],
                new int[hits]));
    int columns = Shapes.MAX_NARROW_COLUMNS + 1;
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.l1AtMost(
                    ByteMatrix.zeros(1, columns),
                    ByteMatrix.zeros(columns, 1),
                    new int[1],
                    new int[1],
                    new int[1]));
  }

  private interface ScreenCall {
    void call(int queries, int vectors, int limits, int counts, int hits);
  }

  private static void refusesScreens(ScreenCall screen) {
    screen.call(4, 4, 2, 2, 6);
    assertThatIllegalArgumentException().isThrownBy(() -> screen.call(4, 5, 2, 2, 6));
    assertThatIllegalArgumentException().isThrownBy(() -> screen.call(4, 4, 1, 2, 6));
    assertThatIllegalArgumentException().isThrownBy(() -> screen.call(4, 4, 2, 1, 6));
    assertThatIllegalArgumentException().isThrownBy(() -> screen.call(4, 4, 2, 2, 5));
  }
}
