package dev.lanewise.engine.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MixedKernelsTest {

  private final List<String> asked = new ArrayList<>();

  /** Kernels that do nothing but say that they were asked. */
  private Kernels asked(String name) {
    return (Kernels)
        Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              asked.add(name);
              return null;
            });
  }

  private final Kernels kernels = new MixedKernels(asked("products"), asked("others"));

  @ParameterizedTest
  @CsvSource({
    "128, 128, 128, products",
    "127, 128, 128, others",
    "128, 127, 128, others",
    "128, 128, 127, others",
    "300, 129, 1000, products",
    "0, 128, 128, others"
  })
  void whoMultipliesDependsOnTheShape(int m, int n, int k, String expected) {
    for (Transpose transposeA : Transpose.values()) {
      for (Transpose transposeB : Transpose.values()) {
        asked.clear();
        kernels.gemm(
            transposeA,
            transposeB,
            1,
            transposeA == Transpose.NO ? FloatMatrix.zeros(m, k) : FloatMatrix.zeros(k, m),
            transposeB == Transpose.NO ? FloatMatrix.zeros(k, n) : FloatMatrix.zeros(n, k),
            0,
            FloatMatrix.zeros(m, n));
        assertThat(asked).as("%s %s", transposeA, transposeB).containsExactly(expected);
      }
    }
    for (Metric metric : Metric.values()) {
      asked.clear();
      kernels.distances(
          metric, ByteMatrix.zeros(m, k), ByteMatrix.zeros(n, k), IntMatrix.zeros(m, n));
      assertThat(asked).as("%s", metric).containsExactly(expected);
    }
  }

  @Test
  void floatsAreMeasuredAloneAsAmongMany() {
    for (Metric metric : Metric.values()) {
      for (int queries : new int[] {1, 200}) {
        kernels.distances(
            metric,
            FloatMatrix.zeros(queries, 200),
            FloatMatrix.zeros(200, 200),
            FloatMatrix.zeros(queries, 200));
      }
    }
    assertThat(asked).hasSize(2 * Metric.values().length).containsOnly("others");
  }
}
