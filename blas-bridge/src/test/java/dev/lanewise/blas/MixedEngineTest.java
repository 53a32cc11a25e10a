package dev.lanewise.blas;

import static dev.lanewise.blas.TestMatrices.random;
import static dev.lanewise.blas.TestMatrices.randomBytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.ParallelGemm;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Large products by OpenBLAS and all else by the vector kernels, in whole engines. */
class MixedEngineTest {

  @BeforeAll
  static void library() {
    NativeLibrary.orSkip();
  }

  private static Engine engine(BackendRequest request, int threads) {
    return Engine.builder().backend(request).threads(threads).open();
  }

  @Test
  void autoIsTheMixWhereVectorsAreNarrow() {
    try (Engine engine = Engine.open()) {
      Map<String, String> facts = engine.info().selection().probes().getFirst().facts();
      assertThat(facts).containsEntry("native access", "granted");
      boolean narrow = !"512 bits".equals(facts.get("species"));
      assertThat(engine.info().backend()).isEqualTo(narrow ? "mixed" : "vector");
      assertThat(EngineKernels.of(engine).name()).isEqualTo(engine.info().backend());
    }
  }

  /** Bytes without structure: little can be left out, so most of it is a large product. */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void findsTheSameNeighbours(Distance distance) {
    Random random = new Random(23);
    ByteMatrix rows = randomBytes(random, 5_000, 200);
    ByteMatrix queries = randomBytes(random, 400, 200);
    try (Engine scalar = engine(BackendRequest.SCALAR, 2)) {
      Neighbors expected = NearestNeighbors.of(scalar, rows, distance).search(queries, 5);
      for (int threads = 1; threads <= 3; threads++) {
        try (Engine mixed = engine(BackendRequest.MIXED, threads)) {
          Neighbors found = NearestNeighbors.of(mixed, rows, distance).search(queries, 5);
          assertThat(found.indices()).isEqualTo(expected.indices());
          assertThat(found.distances()).isEqualTo(expected.distances());
        }
      }
    }
  }

  /** The blocks at the edges are small, so both have a share in this product. */
  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    Random random = new Random(29);
    FloatMatrix a = random(random, 700, 300);
    FloatMatrix b = random(random, 300, 1_100);
    float[] one = product(a, b, 1);
    assertThat(product(a, b, 2)).isEqualTo(one);
    assertThat(product(a, b, 3)).isEqualTo(one);
  }

  private static float[] product(FloatMatrix a, FloatMatrix b, int threads) {
    FloatMatrix c = FloatMatrix.zeros(a.rows(), b.columns());
    try (Engine engine = engine(BackendRequest.MIXED, threads)) {
      ParallelGemm.gemm(
          EngineKernels.of(engine),
          engine.parallelism(),
          Transpose.NO,
          Transpose.NO,
          1,
          a,
          b,
          0,
          c);
    }
    return c.toArray();
  }
}
