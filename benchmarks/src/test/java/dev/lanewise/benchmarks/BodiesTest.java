package dev.lanewise.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Probe;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.nn.Mlp;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is measured computes what plain loops compute. */
class BodiesTest {

  private static Engine engine(BackendRequest backend) {
    if (backend == BackendRequest.OPENBLAS) {
      Probe probe = Backends.discover().probe(backend.id());
      Assumptions.assumeTrue(probe.available(), probe::detail);
    }
    return Engine.builder().backend(backend).threads(2).open();
  }

  @ParameterizedTest
  @EnumSource(
      value = BackendRequest.class,
      names = {"VECTOR", "OPENBLAS"})
  void multiplies(BackendRequest backend) {
    try (Engine engine = engine(backend)) {
      for (String shape : new String[] {"NN 5x6x7", "TN 20x10x8", "NT 8x30x10", "TT 3x4x5"}) {
        FloatMatrix expected = new GemmBenchmark.Product(shape).multiply(Inputs.kernels());
        FloatMatrix actual = new GemmBenchmark.Product(shape).multiply(EngineKernels.of(engine));
        assertThat(norm(expected)).isPositive();
        assertThat(actual.toArray()).as(shape).containsExactly(expected.toArray(), precision());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BackendRequest.class,
      names = {"VECTOR", "OPENBLAS"})
  void measuresDistances(BackendRequest backend) {
    try (Engine engine = engine(backend)) {
      Kernels kernels = EngineKernels.of(engine);
      for (Metric metric : Metric.values()) {
        var bytes = (DistanceBenchmark.Bytes) DistanceBenchmark.Block.of("uint8", "9x20x100");
        int[] exact = bytes.measure(Inputs.kernels(), metric).toArray();
        assertThat(Arrays.stream(exact).distinct().count()).isGreaterThan(1);
        assertThat(bytes.measure(kernels, metric).toArray()).as("%s", metric).isEqualTo(exact);

        var floats = (DistanceBenchmark.Floats) DistanceBenchmark.Block.of("float32", "9x20x100");
        float[] expected = floats.measure(Inputs.kernels(), metric).toArray();
        assertThat(floats.measure(kernels, metric).toArray())
            .as("%s", metric)
            .containsExactly(expected, precision());
      }
    }
  }

  @Test
  void takesSoftmax() {
    try (Engine engine = engine(BackendRequest.VECTOR)) {
      SoftmaxBenchmark expected = new SoftmaxBenchmark();
      expected.open(Inputs.kernels(), "5x13");
      SoftmaxBenchmark actual = new SoftmaxBenchmark();
      actual.open(EngineKernels.of(engine), "5x13");
      FloatMatrix p = expected.softmax();
      assertThat(p.row(0)[0]).isStrictlyBetween(0f, 1f);
      assertThat(actual.softmax().toArray()).containsExactly(p.toArray(), Offset.offset(1e-6f));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BackendRequest.class,
      names = {"VECTOR", "OPENBLAS"})
  void findsNeighbors(BackendRequest backend) {
    try (Engine engine = engine(backend);
        Engine scalar = engine(BackendRequest.SCALAR)) {
      for (Distance distance : Distance.values()) {
        for (String data : new String[] {"uniform", "digits"}) {
          Neighbors expected = new KnnBenchmark.Search(scalar, distance, data, "12x90x50").find(3);
          Neighbors actual = new KnnBenchmark.Search(engine, distance, data, "12x90x50").find(3);
          assertThat(actual.indices()).isEqualTo(expected.indices());
          assertThat(actual.distances()).isEqualTo(expected.distances());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = BackendRequest.class,
      names = {"VECTOR", "OPENBLAS"})
  void trains(BackendRequest backend) {
    try (Engine engine = engine(backend);
        Engine scalar = engine(BackendRequest.SCALAR)) {
      for (String network : new String[] {"digits 4x30x50x200", "uniform 20x20x9x7"}) {
        Mlp expected = new TrainingBenchmark.Epoch(scalar, network).train();
        Mlp actual = new TrainingBenchmark.Epoch(engine, network).train();
        for (int layer = 0; layer < 2; layer++) {
          assertThat(norm(expected.weights(layer))).isPositive();
          assertThat(actual.weights(layer).toArray())
              .as("%s, layer %d", network, layer)
              .containsExactly(expected.weights(layer).toArray(), precision());
        }
      }
    }
  }

  /** s becomes s + 1 as often as the work says: two operations each time, in every lane. */
  @Test
  void multipliesAndAddsAsOftenAsItSays() {
    float[] sums = new Roofline.Registers().sums;
    Roofline.multiplyAdd(sums, 1, 1);
    double total = 0;
    for (float sum : sums) {
      total += 2 * sum;
    }
    assertThat(total).isEqualTo(Roofline.FLOP);
  }

  @Test
  void readsAllThatItSays() {
    assertThat(Roofline.sum(new int[] {1, 2, 3, Integer.MAX_VALUE}))
        .isEqualTo(Integer.MIN_VALUE + 5);
  }

  private static double norm(FloatMatrix x) {
    double sum = 0;
    for (float v : x.toArray()) {
      sum += (double) v * v;
    }
    return sum;
  }

  private static Offset<Float> precision() {
    return Offset.offset(1e-4f);
  }
}
