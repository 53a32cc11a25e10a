package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
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
  private static final int[] ROWS = {1, 2, 3, 4, 5, 9};

  private final Kernels scalar = new ScalarKernels();

  static Stream<Kernels> backends() {
    Backends backends = Backends.discover();
    return Arrays.stream(BackendRequest.values())
        .filter(request -> request != BackendRequest.AUTO)
        .filter(request -> backends.probe(request.id()).available())
        .map(request -> backends.create(backends.select(request)));
  }

  /** Views inside larger matrices, so that offsets and strides count. */
  private static ByteMatrix bytes(Random random, int rows, int columns, int from) {
    ByteMatrix all = ByteMatrix.zeros(rows + 2, columns + 5);
    for (int i = 0; i < all.rows(); i++) {
      for (int j = 0; j < all.columns(); j++) {
        all.set(i, j, from + random.nextInt(256 - from));
      }
    }
    return all.block(1, rows + 1, 3, columns + 3);
  }

  private static FloatMatrix floats(Random random, int rows, int columns) {
    FloatMatrix all = FloatMatrix.zeros(rows + 2, columns + 5);
    for (int i = 0; i < all.rows(); i++) {
      for (int j = 0; j < all.columns(); j++) {
        all.set(i, j, random.nextFloat() * 2 - 1);
      }
    }
    return all.block(1, rows + 1, 3, columns + 3);
  }

  @ParameterizedTest
  @MethodSource("backends")
  void bytesAreExact(Kernels kernels) {
    Random random = new Random(1);
    for (int columns : COLUMNS) {
      for (int rows : ROWS) {
        // From 255: every element as large as it can be.
        for (int from : new int[] {0, 250, 255}) {
          ByteMatrix a = bytes(random, 1 + random.nextInt(5), columns, random.nextInt(256));
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

  @ParameterizedTest
  @MethodSource("backends")
  void bytesAreExactWhereLanesCouldOverflow(Kernels kernels) {
    for (int columns : new int[] {2_047, 2_048, 4_111, 8_192, 8_193, Shapes.MAX_BYTE_COLUMNS}) {
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
          FloatMatrix actual =
              FloatMatrix.zeros(a.rows() + 1, rows + 2).block(0, a.rows(), 1, rows + 1);
          kernels.distances(metric, a, b, actual);
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
}
