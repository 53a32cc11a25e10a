package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Chooses how to multiply by the shape alone, so that one call always takes one way. */
final class VectorGemm {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private VectorGemm() {}

  static void gemm(
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c) {
    int k = Shapes.gemm(transposeA, transposeB, a, b, c);
    if (c.rows() == 0 || c.columns() == 0) {
      return;
    }
    if (alpha == 0 || k == 0) {
      scale(beta, c);
      return;
    }
    VectorGemmBlocked.multiply(transposeA, transposeB, k, alpha, a, b, beta, c);
  }

  private static void scale(float beta, FloatMatrix c) {
    for (int i = 0; i < c.rows(); i++) {
      scaleRow(beta, c.segment(), 4 * (c.offset() + (long) i * c.stride()), c.columns());
    }
  }

  private static void scaleRow(float beta, MemorySegment c, long at, int columns) {
    for (int j = 0; j < columns; j++) {
      c.set(FLOAT, at + 4L * j, beta == 0 ? 0 : beta * c.get(FLOAT, at + 4L * j));
    }
  }
}
