package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Matrices that end where a page does, with nothing behind it: a mapping of a file that has become
 * shorter. Reading a lane that a mask leaves out, or a vector too many, is a fault there, which no
 * check of a segment would notice.
 */
@Tag("contract")
@EnabledOnOs(OS.LINUX)
final class PageEndTest {

  /** A multiple of every page size. */
  private static final int PAGE = 1 << 16;

  /** Enough for C2, which is where masks become instructions. */
  private static final int CALLS = 3_000;

  /** Numbers of rows that do not fill a tile, and those that do. */
  private static final int[] ROWS = {1, 2, 3, 4, 5, 7, 8, 9};

  private static final Kernels KERNELS = new VectorKernels();

  @TempDir private Path folder;
  private int files;

  /** So many bytes, behind which there is nothing. */
  private MemorySegment atPageEnd(long bytes) throws IOException {
    Path file = folder.resolve("page" + files++);
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment two = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * PAGE, Arena.ofAuto());
      channel.truncate(PAGE);
      return two.asSlice(PAGE - bytes, bytes);
    }
  }

  private FloatMatrix ones(int rows, int columns) throws IOException {
    return filled(1, rows, columns);
  }

  private FloatMatrix filled(float value, int rows, int columns) throws IOException {
    FloatMatrix x = FloatMatrix.of(atPageEnd(4L * rows * columns), rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, value);
      }
    }
    return x;
  }

  private ByteMatrix bytes(int value, int rows, int columns) throws IOException {
    MemorySegment segment = atPageEnd((long) rows * columns);
    segment.fill((byte) value);
    return ByteMatrix.of(segment, rows, columns);
  }

  private static List<Integer> lengths() {
    List<Integer> lengths = new ArrayList<>();
    for (int n = 1; n <= 2 * Lanes.FLOAT.length() + 1; n++) {
      lengths.add(n);
    }
    return lengths;
  }

  /** Around the multiples of the halves of a vector, up to two. */
  private static int[] byteLengths() {
    int half = Lanes.BYTE.length() / 2;
    return IntStream.rangeClosed(0, 4)
        .flatMap(halves -> IntStream.rangeClosed(half * halves - 2, half * halves + 3))
        .filter(n -> n > 0)
        .toArray();
  }

  private static int expected(Metric metric, int columns) {
    return switch (metric) {
      case L1 -> 2 * columns;
      case SQUARED_L2 -> 4 * columns;
      case DOT -> 3 * columns;
    };
  }

  @Test
  void elementwise() throws IOException {
    for (int n : lengths()) {
      FloatMatrix x = ones(2, n);
      FloatMatrix y = ones(2, n);
      FloatMatrix row = ones(1, n);
      FloatMatrix sums = ones(1, n);
      FloatMatrix gradient = ones(2, n);
      for (int call = 0; call < CALLS / 10; call++) {
        KERNELS.axpby(1, x, 0, y);
        KERNELS.axpy(1, x, y);
        KERNELS.addRow(row, y);
        KERNELS.columnSums(y, sums);
        KERNELS.softmaxRows(x, y);
        assertThat(KERNELS.firstNonFinite(y)).isNegative();
        for (Activation activation : Activation.values()) {
          KERNELS.activate(activation, x, y);
          KERNELS.axpby(1, x, 0, gradient);
          KERNELS.timesDerivative(activation, x, y, gradient);
        }
      }
      assertThat(sums.get(0, n - 1)).isEqualTo(6);
    }
  }

  @Test
  void softmaxOfSeveralVectors() throws IOException {
    int lanes = Lanes.FLOAT.length();
    for (int n = 4 * lanes - 1; n <= 5 * lanes + 1; n++) {
      FloatMatrix x = ones(5, n);
      FloatMatrix y = ones(5, n);
      for (int call = 0; call < CALLS / 10; call++) {
        KERNELS.softmaxRows(x, y);
      }
      assertThat(y.get(4, n - 1)).isEqualTo(1f / n);
      KERNELS.softmaxRows(x, x);
      assertThat(x.toArray()).isEqualTo(y.toArray());
    }
  }

  @Test
  void adam() throws IOException {
    for (int n : lengths()) {
      FloatMatrix gradient = ones(1, n);
      FloatMatrix mean = ones(1, n);
      FloatMatrix square = ones(1, n);
      FloatMatrix x = ones(1, n);
      for (int call = 0; call < CALLS; call++) {
        KERNELS.adam(0.9f, 0.999f, 0.001f, 1, 1e-8f, gradient, mean, square, x);
      }
      assertThat(x.get(0, n - 1)).isLessThan(0);
    }
  }

  @Test
  void products() throws IOException {
    for (int n : lengths()) {
      for (int k : new int[] {1, 8, 10, 40}) {
        products(9, n, k, CALLS / 10);
      }
    }
  }

  /** Of rows that do not fill a tile, and those that are too deep or too many for short kernels. */
  @Test
  void deepAndLargeProducts() throws IOException {
    for (int m : new int[] {1, 2, 3, 5, 17, 65}) {
      for (int n : new int[] {1, 3, 10, 15, 17, 47, 64, 65}) {
        for (int k : new int[] {7, 64, 193, 200}) {
          products(m, n, k, 3);
        }
      }
    }
  }

  private void products(int m, int n, int k, int calls) throws IOException {
    FloatMatrix a = ones(m, k);
    FloatMatrix b = ones(k, n);
    FloatMatrix c = ones(m, n);
    FloatMatrix turnedA = ones(k, m);
    FloatMatrix turnedB = ones(n, k);
    for (int call = 0; call < calls; call++) {
      KERNELS.gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, c);
      KERNELS.gemm(Transpose.YES, Transpose.NO, 1, turnedA, b, 1, c);
      KERNELS.gemm(Transpose.NO, Transpose.YES, 1, a, turnedB, 0.5f, c);
    }
    assertThat(c.get(m - 1, n - 1)).isEqualTo(2 * k);
  }

  @Test
  void sparse() throws IOException {
    for (int n : lengths()) {
      SparseRows a = SparseRows.of(ones(9, 12));
      FloatMatrix b = ones(12, n);
      FloatMatrix errors = ones(9, n);
      FloatMatrix c = ones(9, n);
      FloatMatrix gradient = ones(12, n);
      for (int call = 0; call < CALLS / 10; call++) {
        KERNELS.sparseGemm(Transpose.NO, 1, a, b, 0, c);
        KERNELS.sparseGemm(Transpose.YES, 1, a, errors, 0, gradient);
      }
      assertThat(c.get(8, n - 1)).isEqualTo(12);
      assertThat(gradient.get(11, n - 1)).isEqualTo(9);
    }
  }

  @Test
  void logitsOfManyExamples() throws IOException {
    for (int n : lengths()) {
      FloatMatrix x = ones(3, n);
      FloatMatrix y = ones(3, n);
      int[] labels = new int[n];
      float[] out = new float[n];
      for (int call = 0; call < CALLS; call++) {
        KERNELS.inverseProbabilities(x, y, labels, out);
      }
      assertThat(out[n - 1]).isEqualTo(3);
    }
  }

  @Test
  void distancesOfFloats() throws IOException {
    for (int d : lengths()) {
      FloatMatrix queries = filled(3, 5, d);
      for (int n : ROWS) {
        FloatMatrix rows = ones(n, d);
        FloatMatrix out = ones(5, n);
        for (Metric metric : Metric.values()) {
          for (int call = 0; call < CALLS / 100; call++) {
            KERNELS.distances(metric, queries, rows, out);
          }
          for (int i = 0; i < 5; i++) {
            for (int j = 0; j < n; j++) {
              assertThat(out.get(i, j)).isEqualTo(expected(metric, d));
            }
          }
          assertThat(KERNELS.atMost(out, 4, expected(metric, d), new int[n])).isEqualTo(n);
        }
      }
    }
  }

  @Test
  void distancesOfBytes() throws IOException {
    for (int d : byteLengths()) {
      ByteMatrix queries = bytes(3, 5, d);
      for (int n : ROWS) {
        ByteMatrix rows = bytes(1, n, d);
        IntMatrix out = IntMatrix.of(atPageEnd(4L * 5 * n), 5, n);
        int[] chosen = IntStream.range(0, n).toArray();
        int[] measured = new int[n];
        for (Metric metric : Metric.values()) {
          int expected = expected(metric, d);
          for (int call = 0; call < CALLS / 100; call++) {
            KERNELS.distances(metric, queries, rows, out);
            KERNELS.distances(metric, queries, 4, rows, chosen, n, measured);
          }
          for (int j = 0; j < n; j++) {
            assertThat(out.get(4, j)).isEqualTo(expected);
            assertThat(measured[j]).isEqualTo(expected);
          }
          assertThat(KERNELS.atMost(out, 4, expected, new int[n])).isEqualTo(n);
        }
      }
    }
  }

  @Test
  void screens() throws IOException {
    for (int n : byteLengths()) {
      int[] counts = new int[9];
      int[] hits = new int[9 * n];
      for (int m : new int[] {1, 3, 4, 9}) {
        for (int d : new int[] {1, 7, 49}) {
          FloatMatrix floats = filled(3, m, d);
          FloatMatrix vectors = ones(d, n);
          ByteMatrix bytes = bytes(3, m, d);
          ByteMatrix byteVectors = bytes(1, d, n);
          float[] least = new float[m];
          Arrays.fill(least, 3 * d);
          int[] most = new int[m];
          Arrays.fill(most, 2 * d);
          for (int call = 0; call < CALLS / 300; call++) {
            KERNELS.dotsAtLeast(floats, vectors, least, counts, hits);
            assertThat(counts[m - 1]).isEqualTo(n);
            KERNELS.l1AtMost(bytes, byteVectors, most, counts, hits);
            assertThat(counts[m - 1]).isEqualTo(n);
          }
        }
      }
    }
  }

  @Test
  void transposes() throws IOException {
    for (int n : lengths()) {
      FloatMatrix x = filled(7, 9, n);
      FloatMatrix out = ones(n, 9);
      for (int call = 0; call < CALLS / 10; call++) {
        KERNELS.transpose(x, out);
      }
      assertThat(out.get(n - 1, 8)).isEqualTo(7);
    }
  }
}
