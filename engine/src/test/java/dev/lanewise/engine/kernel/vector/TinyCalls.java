package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;

/**
 * A program for {@link CompilationTest}: calls each kernel so often with so little work that its
 * first compilation is due while the compilers are busiest, then a little longer.
 */
final class TinyCalls {

  private static final int CALLS = 2_000;

  private static final FloatMatrix WIDE = FloatMatrix.zeros(2, 105);
  private static final FloatMatrix NARROW = FloatMatrix.zeros(2, 3);

  private TinyCalls() {}

  public static void main(String[] args) {
    Kernels kernels = new VectorKernels();
    int[][] shapes = {
      {20, 40, 4}, {4, 40, 20}, {4, 10, 20}, {60, 40, 4}, {4, 105, 15}, {4, 105, 2}, {4, 105, 1}
    };
    for (int call = 0; call < CALLS; call++) {
      for (int[] shape : shapes) {
        for (Transpose a : Transpose.values()) {
          for (Transpose b : Transpose.values()) {
            multiply(kernels, a, b, shape[0], shape[1], shape[2]);
          }
        }
      }
      FloatMatrix x = FloatMatrix.zeros(2, 40);
      FloatMatrix row = FloatMatrix.zeros(1, 40);
      kernels.softmaxRows(x, x);
      kernels.inverseProbabilities(x, x, new int[40], new float[40]);
      kernels.addRow(row, x);
      kernels.columnSums(x, row);
      kernels.axpy(1, x, x);
      SparseRows sparse = SparseRows.of(x);
      kernels.sparseGemm(Transpose.NO, 1, sparse, FloatMatrix.zeros(40, 105), 1, WIDE);
      kernels.sparseGemm(Transpose.NO, 1, sparse, FloatMatrix.zeros(40, 3), 1, NARROW);
      kernels.sparseGemm(Transpose.YES, 1, sparse, WIDE, 0, FloatMatrix.zeros(40, 105));
      int[] hits = new int[40];
      if (kernels.atMost(x, 0, -1, hits) + kernels.atMost(IntMatrix.zeros(1, 40), 0, -1, hits)
          != 0) {
        throw new AssertionError("a hit among zeros");
      }
    }
    System.out.println("calls done");
  }

  private static void multiply(Kernels kernels, Transpose a, Transpose b, int m, int n, int k) {
    kernels.gemm(
        a,
        b,
        1,
        a == Transpose.NO ? FloatMatrix.zeros(m, k) : FloatMatrix.zeros(k, m),
        b == Transpose.NO ? FloatMatrix.zeros(k, n) : FloatMatrix.zeros(n, k),
        0,
        FloatMatrix.zeros(m, n));
  }
}
