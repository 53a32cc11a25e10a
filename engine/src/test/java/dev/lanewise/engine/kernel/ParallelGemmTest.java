package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class ParallelGemmTest {

  private static FloatMatrix random(int rows, int columns, RandomGenerator random) {
    FloatMatrix result = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result.set(i, j, (float) random.nextGaussian());
      }
    }
    return result;
  }

  @Test
  void everyNumberOfThreadsGivesTheSameBits() {
    RandomGenerator random = KernelContract.random(1);
    for (int[] shape : new int[][] {{600, 530, 37}, {201, 170, 160}, {601, 530, 9}}) {
      everyNumberOfThreadsGivesTheSameBits(shape[0], shape[1], shape[2], random);
    }
  }

  private static void everyNumberOfThreadsGivesTheSameBits(
      int m, int n, int k, RandomGenerator random) {
    try (Engine engine = Engine.builder().backend(BackendRequest.VECTOR).threads(1).open();
        Parallelism two = Parallelism.threads(2);
        Parallelism five = Parallelism.threads(5)) {
      for (Transpose transposeA : Transpose.values()) {
        for (Transpose transposeB : Transpose.values()) {
          FloatMatrix a = transposeA == Transpose.NO ? random(m, k, random) : random(k, m, random);
          FloatMatrix b = transposeB == Transpose.NO ? random(k, n, random) : random(n, k, random);
          FloatMatrix c = random(m, n, random);
          FloatMatrix whole = c.copy();
          EngineKernels.of(engine).gemm(transposeA, transposeB, 2, a, b, -1, whole);
          FloatMatrix serial = c.copy();
          ParallelGemm.gemm(
              EngineKernels.of(engine),
              Parallelism.serial(),
              transposeA,
              transposeB,
              2,
              a,
              b,
              -1,
              serial);
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              assertThat(serial.get(i, j)).isCloseTo(whole.get(i, j), within(1e-3f));
            }
          }
          for (Parallelism parallelism : new Parallelism[] {two, five}) {
            FloatMatrix parallel = c.copy();
            ParallelGemm.gemm(
                EngineKernels.of(engine),
                parallelism,
                transposeA,
                transposeB,
                2,
                a,
                b,
                -1,
                parallel);
            assertThat(parallel.toArray()).isEqualTo(serial.toArray());
          }
        }
      }
    }
  }

  /** One block, several of little work, sides that are a whole number of blocks, and halves. */
  @Test
  void whatIsNotWorthSharingOutIsMultipliedAllTheSame() {
    RandomGenerator random = KernelContract.random(2);
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(2).open()) {
      for (int[] shape :
          new int[][] {{3, 5, 7}, {300, 2, 3}, {2, 600, 3}, {512, 1024, 3}, {167, 170, 160}}) {
        FloatMatrix a = random(shape[0], shape[2], random);
        FloatMatrix b = random(shape[2], shape[1], random);
        FloatMatrix c = random(shape[0], shape[1], random);
        FloatMatrix expected = c.copy();
        EngineKernels.of(engine).gemm(Transpose.NO, Transpose.NO, 2, a, b, -1, expected);
        ParallelGemm.gemm(
            EngineKernels.of(engine),
            engine.parallelism(),
            Transpose.NO,
            Transpose.NO,
            2,
            a,
            b,
            -1,
            c);
        // The specification adds in one order, whatever the block.
        assertThat(c.toArray()).isEqualTo(expected.toArray());
      }
    }
  }

  /** Notes the shapes of C, and multiplies nothing. */
  private static final class Shown extends ForwardingKernels {
    final List<String> blocks = new ArrayList<>();

    Shown() {
      super(new ScalarKernels());
    }

    @Override
    public String name() {
      return "shown";
    }

    @Override
    public void gemm(
        Transpose transposeA,
        Transpose transposeB,
        float alpha,
        FloatMatrix a,
        FloatMatrix b,
        float beta,
        FloatMatrix c) {
      blocks.add(c.shape());
    }
  }

  private static List<String> blocks(int m, int n, int k) {
    Shown shown = new Shown();
    ParallelGemm.gemm(
        shown,
        Parallelism.serial(),
        Transpose.NO,
        Transpose.NO,
        1,
        FloatMatrix.zeros(m, k),
        FloatMatrix.zeros(k, n),
        0,
        FloatMatrix.zeros(m, n));
    return shown.blocks;
  }

  @Test
  void twoThreadsHaveAsMuchToDoEachWhereThatPays() {
    assertThat(blocks(1_024, 1_024, 1)).containsExactly("1024 x 1024");
    assertThat(blocks(128, 128, 127)).containsExactly("128 x 128");
    assertThat(blocks(128, 128, 128)).containsExactly("64 x 128", "64 x 128");
    assertThat(blocks(100, 1_000, 30)).containsExactly("100 x 512", "100 x 488");
    assertThat(blocks(1_030, 100, 15)).containsExactly("344 x 100", "344 x 100", "342 x 100");
    assertThat(blocks(1_030, 100, 30))
        .containsExactly("258 x 100", "258 x 100", "258 x 100", "256 x 100");
    assertThat(blocks(1_024, 1_025, 16)).containsExactly("512 x 1025", "512 x 1025");
    assertThat(blocks(300, 4_097, 3)).containsExactly("300 x 4096", "300 x 1");
    assertThat(blocks(1_024, 1_025, 17))
        .containsExactly("512 x 512", "512 x 512", "512 x 1", "512 x 512", "512 x 512", "512 x 1");
  }

  private static org.assertj.core.data.Offset<Float> within(float difference) {
    return org.assertj.core.data.Offset.offset(difference);
  }

  @Test
  void emptyAndWrongShapes() {
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(2).open()) {
      FloatMatrix empty = FloatMatrix.zeros(0, 5);
      ParallelGemm.gemm(
          EngineKernels.of(engine),
          engine.parallelism(),
          Transpose.NO,
          Transpose.NO,
          1,
          FloatMatrix.zeros(0, 3),
          FloatMatrix.zeros(3, 5),
          0,
          empty);
      assertThat(empty.toArray()).isEmpty();
      assertThatThrownBy(
              () ->
                  ParallelGemm.gemm(
                      EngineKernels.of(engine),
                      engine.parallelism(),
                      Transpose.NO,
                      Transpose.NO,
                      1,
                      FloatMatrix.zeros(1, 2),
                      FloatMatrix.zeros(3, 5),
                      0,
                      empty))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("1 x 2", "3 x 5", "0 x 5");
    }
  }
}
