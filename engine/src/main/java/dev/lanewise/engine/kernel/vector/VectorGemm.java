package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Chooses how to multiply by the shape alone, so that one call always takes one way. */
final class VectorGemm {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /**
   * A side up to here is thin. It covers the 10 classes, for which a tile would waste a third of
   * its lanes.
   */
  private static final int FEW = 16;

  /**
   * Inner products shorter than this lose more in adding up their lanes than thin tiles waste: with
   * 8 lanes and n = 10, products of 150 ran at 6 against a tile's 8 billion multiply-adds a second,
   * of 200 at 11 against 8, of 16 at 1 against 3.
   */
  private static final int DEEP = 192;

  /**
   * Up to this depth thin products with A transposed take longer to pack than to multiply where A
   * is: with k = 8 and n = 10, 15 against 12 billion operations a second, with k = 32 25 against
   * 33.
   */
  private static final int SHALLOW = 16;

  /** Rows of A for which B, if small and transposed, is transposed back. */
  private static final int MANY = 64;

  /** Where it is put: behind what those products need of the block of B. */
  private static final long TURNED = VectorGemmWorkspace.B / 2;

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
    int m = c.rows();
    int n = c.columns();
    if (m == 0 || n == 0) {
      return;
    }
    if (alpha == 0 || k == 0) {
      VectorSparse.scaleRows(beta, c);
      return;
    }
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    boolean plainA = transposeA == Transpose.NO;
    boolean turn = plainA && transposeB == Transpose.YES && turns(m, n, k);
    boolean plainB = turn || transposeB == Transpose.NO;
    MemorySegment from = Memory.of(b);
    long bAt = Memory.start(b);
    long bRow = b.stride();
    if (turn) {
      long turned = workspace.b + TURNED;
      VectorTranspose.transpose(n, k, from, bAt, bRow, workspace.memory, turned, n);
      from = workspace.memory;
      bAt = turned;
      bRow = n;
    }
    if (plainA && plainB && alpha == 1 && beta == 0 && VectorGemmUnpacked.suits(m, n, k)) {
      VectorGemmUnpacked.multiply(workspace, k, a, from, bAt, bRow, c);
    } else {
      choose(
          workspace,
          k,
          alpha,
          Memory.of(a),
          Memory.start(a),
          plainA ? a.stride() : 1,
          plainA ? 1 : a.stride(),
          from,
          bAt,
          plainB ? 1 : bRow,
          plainB ? bRow : 1,
          beta,
          c,
          plainA,
          plainB);
    }
    workspace.giveBack();
  }

  /**
   * Whether to transpose B first takes less time than kernels for rows of B save. They are for a
   * small B, which stays in the first-level cache.
   */
  private static boolean turns(int m, int n, int k) {
    return VectorGemmTile.LARGE
        && m >= MANY
        && k < DEEP
        && (VectorGemmUnpacked.suits(m, n, k) || VectorGemmThin.suits(true, m, n, k));
  }

  private static void choose(
      VectorGemmWorkspace workspace,
      int k,
      float alpha,
      MemorySegment a,
      long aAt,
      long aRow,
      long aStep,
      MemorySegment b,
      long bAt,
      long bColumn,
      long bStep,
      float beta,
      FloatMatrix c,
      boolean plainA,
      boolean plainB) {
    int m = c.rows();
    int n = c.columns();
    MemorySegment out = Memory.of(c);
    long cAt = Memory.start(c);
    long cRow = c.stride();
    if (!plainA && plainB && VectorGemmThinRank8.suits(m, n, k)) {
      VectorGemmThinRank8.multiply(
          workspace, m, n, k, alpha, a, aAt, aStep, b, bAt, bStep, beta, out, cAt, cRow);
    } else if (plainB && VectorGemmThin.suits(plainA, m, n, k)) {
      VectorGemmThin.multiply(
          workspace, m, n, k, alpha, a, aAt, aRow, aStep, b, bAt, bStep, beta, out, cAt, cRow);
    } else if ((plainA || k <= SHALLOW) && plainB && VectorGemmNarrow.suits(n)) {
      VectorGemmNarrow.multiply(
          workspace, m, n, k, alpha, a, aAt, aRow, aStep, b, bAt, bStep, beta, out, cAt, cRow);
    } else if (k >= DEEP && plainA && !plainB && (m <= FEW || n <= FEW)) {
      if (m == 1) {
        // A column as long as the row: then none of the four rows of a tile is a copy.
        VectorGemmDot.multiply(
            workspace, n, 1, k, alpha, b, bAt, bColumn, a, aAt, aRow, beta, out, cAt, 1);
      } else {
        VectorGemmDot.multiply(
            workspace, m, n, k, alpha, a, aAt, aRow, b, bAt, bColumn, beta, out, cAt, cRow);
      }
    } else if (k >= DEEP
        && plainA
        && plainB
        && n <= FEW
        && m >= 4
        && (long) n * k <= VectorGemmWorkspace.B) {
      VectorTranspose.transpose(k, n, b, bAt, bStep, workspace.memory, workspace.b, k);
      VectorGemmDot.multiply(
          workspace,
          m,
          n,
          k,
          alpha,
          a,
          aAt,
          aRow,
          workspace.memory,
          workspace.b,
          k,
          beta,
          out,
          cAt,
          cRow);
    } else if (!plainA && n <= FEW && (long) m * n <= VectorGemmWorkspace.TRANSPOSED) {
      // C^T = op(B)^T A, whose long rows fill whole vectors.
      VectorGemmBlocked.multiply(
          workspace,
          n,
          m,
          k,
          alpha,
          b,
          bAt,
          bColumn,
          bStep,
          a,
          aAt,
          1,
          aStep,
          0,
          workspace.memory,
          workspace.transposed,
          m);
      for (int j = 0; j < n; j++) {
        column(m, workspace.memory, workspace.transposed + (long) j * m, beta, out, cAt + j, cRow);
      }
    } else {
      VectorGemmBlocked.multiply(
          workspace, m, n, k, alpha, a, aAt, aRow, aStep, b, bAt, bColumn, bStep, beta, out, cAt,
          cRow);
    }
  }

  /** A column of C becomes {@code from} + beta times itself. */
  private static void column(
      int rows, MemorySegment from, long at, float beta, MemorySegment c, long t, long stride) {
    from = Memory.known(from);
    c = Memory.known(c);
    for (int i = 0; i < rows; i++) {
      float sum = from.get(FLOAT, 4 * (at + i));
      long to = 4 * (t + i * stride);
      c.set(FLOAT, to, beta == 0 ? sum : sum + beta * c.get(FLOAT, to));
    }
  }
}
