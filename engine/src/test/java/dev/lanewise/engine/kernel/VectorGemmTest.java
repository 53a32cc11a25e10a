package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class VectorGemmTest extends GemmContract {
  VectorGemmTest() {
    super(BackendRequest.VECTOR);
  }

  /** A row and a column of C keep their bits wherever in C they are, which OpenBLAS' need not. */
  @Test
  void bitsDoNotDependOnWhereARowIs() {
    RandomGenerator random = random(14);
    for (int[] shape : new int[][] {{70, 300, 8}, {70, 300, 10}, {80, 4_100, 7}, {400, 10, 8}}) {
      int m = affordable(shape[0]);
      int n = affordable(shape[1]);
      int k = shape[2];
      FloatMatrix a = GuardedMatrix.filled(k, m, random, random::nextGaussian).view();
      FloatMatrix b = GuardedMatrix.filled(k, n, random, random::nextGaussian).view();
      FloatMatrix whole = FloatMatrix.zeros(m, n);
      kernels().gemm(Transpose.YES, Transpose.NO, 1, a, b, 0, whole);
      int first = m / 2 - 1;
      FloatMatrix part = FloatMatrix.zeros(m - first, n);
      kernels().gemm(Transpose.YES, Transpose.NO, 1, a.block(0, k, first, m), b, 0, part);
      assertThat(part.toArray())
          .as("%d x %d x %d", m, n, k)
          .isEqualTo(whole.rows(first, m).copy().toArray());
    }
  }

  /** Scratch memory is used again, and a zero that fills up does not undo NaN. */
  @Test
  void whatAProductLeavesBehindIsNotRead() {
    RandomGenerator random = random(15);
    for (int n : new int[] {10, 64}) {
      for (int k = 5; k < 10; k++) {
        FloatMatrix a = GuardedMatrix.filled(k, 40, random, random::nextGaussian).view();
        FloatMatrix b = GuardedMatrix.filled(k, n, random, random::nextGaussian).view();
        FloatMatrix first = FloatMatrix.zeros(40, n);
        kernels().gemm(Transpose.YES, Transpose.NO, 1, a, b, 0, first);
        for (int deep : new int[] {8, 10}) {
          FloatMatrix nan = GuardedMatrix.filled(deep, 64, random, () -> Double.NaN).view();
          kernels()
              .gemm(
                  Transpose.YES,
                  Transpose.NO,
                  1,
                  nan.block(0, deep, 0, 40),
                  nan.block(0, deep, 0, n),
                  0,
                  FloatMatrix.zeros(40, n));
        }
        for (float finite : first.toArray()) {
          assertThat(finite).as("%d columns, depth %d", n, k).isFinite();
        }
        FloatMatrix again = FloatMatrix.zeros(40, n);
        kernels().gemm(Transpose.YES, Transpose.NO, 1, a, b, 0, again);
        assertThat(again.toArray()).as("%d columns, depth %d", n, k).isEqualTo(first.toArray());
      }
    }
  }
}
