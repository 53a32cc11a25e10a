package dev.lanewise.engine.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class DesignTest {

  /** One element of five is not 0, or one of two. */
  private static FloatMatrix rows(int oneOf) {
    SplittableRandom random = new SplittableRandom(1);
    FloatMatrix x = FloatMatrix.zeros(40, 30);
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 30; j++) {
        x.set(i, j, random.nextInt(oneOf) == 0 ? (float) random.nextGaussian() : 0);
      }
    }
    return x;
  }

  @Test
  void manyZerosMakeItSparseAndFewLeaveItDense() {
    assertThat(Design.of(rows(6), Parallelism.serial()).isDense()).isFalse();
    assertThat(Design.of(rows(2), Parallelism.serial()).isDense()).isTrue();
  }

  @Test
  void longRowsAreCutByColumns() {
    int[] parts = {1, 1, 2, 2, 3, 4, 4};
    int[] elements = {10, 127, 128, 191, 192, 256, 900};
    for (int i = 0; i < parts.length; i++) {
      FloatMatrix x = FloatMatrix.zeros(3, 4000);
      for (int j = 0; j < elements[i]; j++) {
        x.set(0, j, 1);
        x.set(1, 3 * j, 2);
        x.set(2, 3999 - j, 3);
      }
      assertThat(Design.of(x, Parallelism.serial()).columnParts(4)).hasSize(parts[i]);
    }
    assertThat(Design.of(rows(2), Parallelism.serial()).columnParts(4)).hasSize(1);
  }

  @Test
  void eitherFormMultipliesPickedRows() {
    int[] order = {7, 39, 0, 12, 12};
    try (Engine engine = Engine.builder().threads(1).open()) {
      for (int oneOf : new int[] {2, 6}) {
        FloatMatrix x = rows(oneOf);
        Design picked =
            Design.of(x, Parallelism.serial()).gather(order, 1, 4, FloatMatrix.zeros(3, 30));
        FloatMatrix w = Data.gaussian(30, 10, 2);
        FloatMatrix z = FloatMatrix.zeros(3, 10);
        picked.multiply(EngineKernels.of(engine), Transpose.NO, 1, w, 0, z);
        FloatMatrix gradient = Data.gaussian(30, 10, 3);
        FloatMatrix expected = gradient.copy();
        picked.multiply(EngineKernels.of(engine), Transpose.YES, 2, z, .5f, gradient);
        FloatMatrix chosen = x.gather(39, 0, 12);
        FloatMatrix product = FloatMatrix.zeros(3, 10);
        EngineKernels.of(engine).gemm(Transpose.NO, Transpose.NO, 1, chosen, w, 0, product);
        EngineKernels.of(engine)
            .gemm(Transpose.YES, Transpose.NO, 2, chosen, product, .5f, expected);
        for (int j = 0; j < 10; j++) {
          for (int i = 0; i < 3; i++) {
            assertThat(z.get(i, j)).isCloseTo(product.get(i, j), within(1e-4f));
          }
          for (int i = 0; i < 30; i++) {
            assertThat(gradient.get(i, j)).isCloseTo(expected.get(i, j), within(1e-3f));
          }
        }
      }
    }
  }
}
