package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The five loops around a micro-kernel of Goto and van de Geijn, "Anatomy of high-performance
 * matrix multiplication" (2008), in the form of Van Zee and van de Geijn, "BLIS" (2015). Where C
 * has so few rows that packing B would cost more than it saves, whole panels of B are read where
 * they are.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmBlocked {

  private static final int MR = VectorGemmTile.ROWS;
  private static final int NR = VectorGemmTile.COLUMNS;
  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Up to this many rows, a panel of B is used too seldom to repay its copy. */
  private static final int FEW_ROWS = 8 * MR;

  private VectorGemmBlocked() {}

  /** C = alpha op(A) op(B) + beta C, with op(A) m x k and op(B) k x n given by their strides. */
  static void multiply(
      VectorGemmWorkspace workspace,
      int m,
      int n,
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
      MemorySegment c,
      long cAt,
      long cRow) {
    int deepest = evenly(k, VectorGemmWorkspace.DEPTH, 1);
    int highest = evenly(m, VectorGemmWorkspace.ROWS, MR);
    boolean inPlace = m <= FEW_ROWS && bColumn == 1;
    for (int j = 0; j < n; j += VectorGemmWorkspace.COLUMNS) {
      int columns = Math.min(VectorGemmWorkspace.COLUMNS, n - j);
      int whole = inPlace ? columns / NR * NR : 0;
      for (int p = 0; p < k; p += deepest) {
        int depth = Math.min(deepest, k - p);
        float factor = p == 0 ? beta : 1;
        long bBlock = bAt + j * bColumn + p * bStep;
        VectorGemmPacking.packB(
            b, bBlock + whole * bColumn, bColumn, bStep, columns - whole, depth, workspace.b);
        for (int i = 0; i < m; i += highest) {
          int rows = Math.min(highest, m - i);
          VectorGemmPacking.packA(
              a, aAt + i * aRow + p * aStep, aRow, aStep, rows, depth, workspace.a);
          long cBlock = cAt + i * cRow + j;
          block(
              workspace, rows, whole, depth, alpha, b, bBlock, NR, bStep, factor, c, cBlock, cRow);
          block(
              workspace,
              rows,
              columns - whole,
              depth,
              alpha,
              workspace.b,
              0,
              (long) NR * depth,
              NR,
              factor,
              c,
              cBlock + whole,
              cRow);
        }
      }
    }
  }

  /**
   * The size of parts, no larger than {@code most} and a multiple of {@code unit}, that leaves no
   * small rest of a length: a thin last block costs as much memory traffic as a full one.
   */
  private static int evenly(int length, int most, int unit) {
    int parts = Math.ceilDiv(length, most);
    return Math.ceilDiv(Math.ceilDiv(length, parts), unit) * unit;
  }

  /** One packed block of A by a block of B whose panels are {@code bPanel} elements apart. */
  private static void block(
      VectorGemmWorkspace workspace,
      int rows,
      int columns,
      int depth,
      float alpha,
      MemorySegment b,
      long bAt,
      long bPanel,
      long bStep,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    long panel = bAt;
    for (int j = 0; j < columns; j += NR, panel += bPanel) {
      for (int i = 0; i < rows; i += MR) {
        VectorGemmTile.run(depth, workspace.a, i * depth, b, 4 * panel, 4 * bStep, workspace.tile);
        int tileRows = Math.min(MR, rows - i);
        int tileColumns = Math.min(NR, columns - j);
        long to = cAt + i * cRow + j;
        if (tileColumns == NR) {
          wholeRows(tileRows, alpha, workspace.tile, beta, c, 4 * to, 4 * cRow);
        } else {
          for (int r = 0; r < tileRows; r++, to += cRow) {
            partRow(tileColumns, alpha, workspace.tile, 4L * r * NR, beta, c, 4 * to);
          }
        }
      }
    }
  }

  /** C = alpha tile + beta C for rows of a tile that lie inside C. */
  private static void wholeRows(
      int rows, float alpha, MemorySegment tile, float beta, MemorySegment c, long to, long row) {
    long from = 0;
    long target = to;
    for (int r = 0; r < rows; r++, from += 4L * NR, target += row) {
      for (int j = 0; j < NR; j += LENGTH) {
        FloatVector sum = FloatVector.fromMemorySegment(F, tile, from + 4L * j, NATIVE).mul(alpha);
        if (beta != 0) {
          sum = FloatVector.fromMemorySegment(F, c, target + 4L * j, NATIVE).mul(beta).add(sum);
        }
        sum.intoMemorySegment(c, target + 4L * j, NATIVE);
      }
    }
  }

  /** As {@link #wholeRows} for a row that ends in C after {@code columns}: the same operations. */
  private static void partRow(
      int columns,
      float alpha,
      MemorySegment tile,
      long from,
      float beta,
      MemorySegment c,
      long to) {
    for (int j = 0; j < columns; j++) {
      float sum = alpha * tile.get(FLOAT, from + 4L * j);
      c.set(FLOAT, to + 4L * j, beta == 0 ? sum : sum + beta * c.get(FLOAT, to + 4L * j));
    }
  }
}
