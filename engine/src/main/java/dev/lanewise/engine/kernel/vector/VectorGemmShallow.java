package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * Products of little depth and long rows, such as the update of ten rows of weights from a batch of
 * eight: a row of C takes multiples of a few rows of B, and nothing is packed.
 */
final class VectorGemmShallow {

  /** Two passes over a row; deeper, blocks of C held in registers pay for packing. */
  private static final int DEPTH = 16;

  private static final int[] ROWS = new int[DEPTH];

  static {
    for (int p = 0; p < DEPTH; p++) {
      ROWS[p] = p;
    }
  }

  private VectorGemmShallow() {}

  /** Whether C, n wide, is such a product. */
  static boolean suits(Transpose transposeB, FloatMatrix b, int n) {
    return transposeB == Transpose.NO && b.rows() <= DEPTH && n >= VectorSparse.WIDE;
  }

  static void gemm(
      Transpose transposeA, float alpha, FloatMatrix a, FloatMatrix b, float beta, FloatMatrix c) {
    int k = Shapes.gemm(transposeA, Transpose.NO, a, b, c);
    int depth = alpha == 0 ? 0 : k;
    if (VectorGemmRank8.suits(c.rows(), c.columns(), depth)) {
      VectorSparse.scaleRows(beta, c);
      boolean plainA = transposeA == Transpose.NO;
      VectorGemmRank8.add(
          alpha,
          Memory.of(a),
          Memory.start(a),
          plainA ? a.stride() : 1,
          plainA ? 1 : a.stride(),
          b,
          c);
      return;
    }
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    float[] factors = workspace.a;
    for (int i = 0; i < c.rows(); i++) {
      for (int p = 0; p < depth; p++) {
        factors[p] = transposeA == Transpose.NO ? a.get(i, p) : a.get(p, i);
      }
      // A row at a time, so that it is still in cache when products are added to it.
      VectorSparse.scaleRow(c.columns(), beta, Memory.of(c), Memory.at(c, i));
      VectorSparseRow.add(
          c.columns(),
          alpha,
          0,
          depth,
          ROWS,
          factors,
          Memory.of(b),
          Memory.at(b, 0),
          4L * b.stride(),
          Memory.of(c),
          Memory.at(c, i));
    }
    workspace.giveBack();
  }
}
