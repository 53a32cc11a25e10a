package dev.lanewise.blas;

import static dev.lanewise.blas.TestMatrices.filled;
import static dev.lanewise.blas.TestMatrices.guardedInts;
import static dev.lanewise.blas.TestMatrices.random;
import static dev.lanewise.blas.TestMatrices.randomBytes;
import static dev.lanewise.blas.TestMatrices.surroundings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.ByteProducts;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OpenBlasKernelsTest {

  private static final Kernels SCALAR =
      EngineKernels.of(Engine.builder().backend(BackendRequest.SCALAR).threads(1).open());

  private Kernels kernels = SCALAR;

  @BeforeEach
  void kernels() {
    kernels = new OpenBlasKernels(NativeLibrary.orSkip().blas(), SCALAR);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "1, 7, 5",
    "7, 1, 5",
    "5, 7, 1",
    "1, 1, 300",
    "1, 300, 1",
    "300, 1, 1",
    "2, 3, 4",
    "8, 10, 300",
    "8, 300, 784",
    "17, 33, 65",
    "64, 64, 64",
    "3, 129, 2",
    "130, 3, 31",
    "0, 3, 4",
    "3, 0, 4",
    "3, 4, 0",
    "1, 4, 0",
    "4, 1, 0"
  })
  void multipliesLikeScalar(int m, int n, int k) {
    Random random = new Random(m * 31L + n * 17L + k);
    for (Transpose ta : Transpose.values()) {
      for (Transpose tb : Transpose.values()) {
        FloatMatrix a = ta == Transpose.NO ? random(random, m, k) : random(random, k, m);
        FloatMatrix b = tb == Transpose.NO ? random(random, k, n) : random(random, n, k);
        for (float alpha : new float[] {1, -0.5f, 0}) {
          for (float beta : new float[] {0, 1, 2.5f}) {
            FloatMatrix expected = random(random, m, n);
            FloatMatrix actual = TestMatrices.guarded(m, n);
            actual.setAll(expected);
            if (beta == 0 && m > 0 && n > 0) {
              actual.setAll(filled(m, n, Float.NaN));
            }
            SCALAR.gemm(ta, tb, alpha, a, b, beta, expected);
            kernels.gemm(ta, tb, alpha, a, b, beta, actual);
            assertClose(expected, actual, 4e-6f * Math.max(k, 4));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 4", "1, 3, 4", "3, 4, 5", "40, 50, 60"})
  void neverReadsWhatAlphaZeroExcludes(int m, int n, int k) {
    FloatMatrix c = filled(m, n, 2);
    kernels.gemm(
        Transpose.NO,
        Transpose.NO,
        0,
        filled(m, k, Float.NaN),
        filled(k, n, Float.POSITIVE_INFINITY),
        3,
        c);
    assertThat(c.toArray()).containsOnly(6f);
    kernels.gemm(Transpose.NO, Transpose.NO, 0, filled(m, k, Float.NaN), filled(k, n, 1), 0, c);
    assertThat(c.toArray()).containsOnly(0f);
  }

  @ParameterizedTest
  @CsvSource({"3, 1, 4", "1, 3, 4", "3, 4, 5", "40, 50, 60"})
  void letsNanAndInfinityThrough(int m, int n, int k) {
    for (Transpose ta : Transpose.values()) {
      for (Transpose tb : Transpose.values()) {
        FloatMatrix a = ta == Transpose.NO ? filled(m, k, 0) : filled(k, m, 0);
        FloatMatrix b = tb == Transpose.NO ? filled(k, n, 0) : filled(n, k, 0);
        a.set(0, 0, Float.NaN);
        FloatMatrix c = filled(m, n, 1);
        kernels.gemm(ta, tb, 1, a, b, 0, c);
        for (int j = 0; j < n; j++) {
          assertThat(c.get(0, j)).as("NaN times 0, %s %s", ta, tb).isNaN();
        }
        a.set(0, 0, 0);
        b.set(0, 0, Float.POSITIVE_INFINITY);
        kernels.gemm(ta, tb, 1, a, b, 0, c);
        for (int i = 0; i < m; i++) {
          assertThat(c.get(i, 0)).as("0 times infinity, %s %s", ta, tb).isNaN();
        }
      }
    }
  }

  @Test
  void namesBothShapesWhenTheyDoNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.gemm(
                    Transpose.NO,
                    Transpose.NO,
                    1,
                    FloatMatrix.zeros(2, 3),
                    FloatMatrix.zeros(4, 5),
                    0,
                    FloatMatrix.zeros(2, 5)))
        .withMessageContaining("2 x 3")
        .withMessageContaining("4 x 5");
  }

  @Test
  void refusesMemoryThatIsClosed() {
    Arena arena = Arena.ofConfined();
    FloatMatrix a = FloatMatrix.zeros(arena, 4, 4);
    arena.close();
    FloatMatrix c = FloatMatrix.zeros(4, 4);
    assertThatIllegalStateException()
        .isThrownBy(() -> kernels.gemm(Transpose.NO, Transpose.NO, 1, a, a, 0, c))
        .withMessageContaining("closed");
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void measuresBytesExactly(Metric metric) {
    Random random = new Random(11);
    int[][] shapes = {
      {1, 1, 1},
      {1, 9, 784},
      {8, 1, 3},
      {9, 300, 7},
      {300, 5, 7},
      {257, 259, 30},
      {9, 5, ByteProducts.CHUNK},
      {9, 5, ByteProducts.CHUNK + 1},
      {8, 4, 2 * ByteProducts.CHUNK + 77},
      {0, 3, 4},
      {8, 0, 4},
      {8, 3, 0}
    };
    for (int[] shape : shapes) {
      ByteMatrix queries = randomBytes(random, shape[0], shape[2]);
      ByteMatrix rows = randomBytes(random, shape[1], shape[2]);
      assertSameDistances(metric, queries, rows);
    }
  }

  /** All 0 against all 255 gives the largest sums; the longest rows the largest of all. */
  @ParameterizedTest
  @EnumSource(Metric.class)
  void measuresExtremeBytesExactly(Metric metric) {
    for (int d : new int[] {784, ByteProducts.CHUNK, 33_025}) {
      ByteMatrix extremes = ByteMatrix.zeros(ByteProducts.MIN_QUERIES, d);
      for (int j = 0; j < d; j++) {
        extremes.set(1, j, 255);
        extremes.set(2, j, 128);
        extremes.set(3, j, 127);
        extremes.set(4, j, j % 2 == 0 ? 255 : 0);
      }
      assertSameDistances(metric, extremes, extremes);
    }
  }

  private void assertSameDistances(Metric metric, ByteMatrix queries, ByteMatrix rows) {
    IntMatrix expected = guardedInts(queries.rows(), rows.rows());
    IntMatrix actual = guardedInts(queries.rows(), rows.rows());
    SCALAR.distances(metric, queries, rows, expected);
    kernels.distances(metric, queries, rows, actual);
    assertThat(surroundings(actual))
        .as("%s of %s and %s", metric, queries, rows)
        .isEqualTo(surroundings(expected));
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void measuresFloatsLikeScalar(Metric metric) {
    Random random = new Random(13);
    for (int[] shape : new int[][] {{1, 1, 1}, {3, 5, 7}, {8, 20, 100}, {1, 6, 9}, {2, 3, 0}}) {
      FloatMatrix queries = random(random, shape[0], shape[2]);
      FloatMatrix rows = random(random, shape[1], shape[2]);
      FloatMatrix expected = TestMatrices.guarded(shape[0], shape[1]);
      FloatMatrix actual = TestMatrices.guarded(shape[0], shape[1]);
      SCALAR.distances(metric, queries, rows, expected);
      kernels.distances(metric, queries, rows, actual);
      assertClose(expected, actual, 1e-4f);
    }
  }

  @Test
  void refusesRowsOfBytesThatAreTooLong() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                kernels.distances(
                    Metric.SQUARED_L2,
                    ByteMatrix.zeros(4, 33_026),
                    ByteMatrix.zeros(4, 33_026),
                    IntMatrix.zeros(4, 4)))
        .withMessageContaining("33025");
  }

  @Test
  void leavesTheRestToTheFallback() {
    Random random = new Random(17);
    FloatMatrix logits = random(random, 4, 6);
    FloatMatrix expected = FloatMatrix.zeros(4, 6);
    FloatMatrix actual = FloatMatrix.zeros(4, 6);
    SCALAR.softmaxRows(logits, expected);
    kernels.softmaxRows(logits, actual);
    assertThat(actual.toArray()).isEqualTo(expected.toArray());

    FloatMatrix row = random(random, 1, 6);
    SCALAR.addRow(row, expected);
    kernels.addRow(row, actual);
    SCALAR.axpy(-2, logits, expected);
    kernels.axpy(-2, logits, actual);
    assertThat(actual.toArray()).isEqualTo(expected.toArray());

    FloatMatrix expectedSums = FloatMatrix.zeros(1, 6);
    FloatMatrix actualSums = FloatMatrix.zeros(1, 6);
    SCALAR.columnSums(expected, expectedSums);
    kernels.columnSums(actual, actualSums);
    assertThat(actualSums.toArray()).isEqualTo(expectedSums.toArray());

    int[] hits = new int[6];
    assertThat(kernels.atMost(actual, 1, 100f, hits)).isEqualTo(6);
    assertThat(hits).containsExactly(0, 1, 2, 3, 4, 5);
    assertThat(kernels.atMost(IntMatrix.copyOf(new int[] {3, 9, 1}, 1, 3), 0, 3, hits))
        .isEqualTo(2);
    assertThat(hits).startsWith(0, 2);
  }

  /** Calls of many threads at once, some on virtual ones, give what one call gives. */
  @Test
  void servesManyThreadsAtOnce() throws Exception {
    Random random = new Random(19);
    FloatMatrix a = random(random, 60, 70);
    FloatMatrix b = random(random, 70, 80);
    ByteMatrix bytes = randomBytes(random, 50, 90);
    FloatMatrix product = FloatMatrix.zeros(60, 80);
    IntMatrix distances = IntMatrix.zeros(50, 50);
    kernels.gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, product);
    kernels.distances(Metric.SQUARED_L2, bytes, bytes, distances);
    for (ExecutorService pool :
        new ExecutorService[] {
          Executors.newFixedThreadPool(8), Executors.newVirtualThreadPerTaskExecutor()
        }) {
      try (pool) {
        CountDownLatch together = new CountDownLatch(8);
        var results =
            IntStream.range(0, 8)
                .<Future<Boolean>>mapToObj(
                    t ->
                        pool.submit(
                            () -> {
                              together.countDown();
                              together.await();
                              boolean same = true;
                              for (int round = 0; round < 20; round++) {
                                FloatMatrix c = FloatMatrix.zeros(60, 80);
                                IntMatrix d = IntMatrix.zeros(50, 50);
                                kernels.gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, c);
                                kernels.distances(Metric.SQUARED_L2, bytes, bytes, d);
                                same &= Arrays.equals(c.toArray(), product.toArray());
                                same &= Arrays.equals(d.toArray(), distances.toArray());
                              }
                              return same;
                            }))
                .toList();
        for (Future<Boolean> result : results) {
          assertThat(result.get()).isTrue();
        }
      }
    }
    assertThat(NativeLibrary.orSkip().blas().threads()).isEqualTo(1);
  }

  private static void assertClose(FloatMatrix expected, FloatMatrix actual, float tolerance) {
    if (expected.rows() == 0 || expected.columns() == 0) {
      return;
    }
    float[] e = surroundings(expected);
    float[] a = surroundings(actual);
    for (int i = 0; i < e.length; i++) {
      if (e[i] == TestMatrices.FLOAT_GUARD) {
        assertThat(a[i]).as("guard %d", i).isEqualTo(e[i]);
      } else {
        assertThat(a[i]).as("element %d", i).isCloseTo(e[i], Offset.offset(tolerance));
      }
    }
  }
}
