package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The multiplication for shapes large enough to repay packing: the five loops around a micro-kernel
 * of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008), in the form
 * of Van Zee and van de Geijn, "BLIS" (2015).
 */
final class VectorGemmBlocked {

  private static final int MR = VectorGemmTile.ROWS;
  private static final int NR = VectorGemmTile.COLUMNS;
  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private VectorGemmBlocked() {}

  static void multiply(
      Transpose transposeA,
      Transpose transposeB,
      int k,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c) {
    long aRow = transposeA == Transpose.NO ? a.stride() : 1;
    long aStep = transposeA == Transpose.NO ? 1 : a.stride();
    long bColumn = transposeB == Transpose.NO ? 1 : b.stride();
    long bStep = transposeB == Transpose.NO ? b.stride() : 1;
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    for (int j = 0; j < c.columns(); j += VectorGemmWorkspace.COLUMNS) {
      int columns = Math.min(VectorGemmWorkspace.COLUMNS, c.columns() - j);
      for (int p = 0; p < k; p += VectorGemmWorkspace.DEPTH) {
        int depth = Math.min(VectorGemmWorkspace.DEPTH, k - p);
        VectorGemmPacking.pack(
            b.segment(),
            b.offset() + j * bColumn + p * bStep,
            bColumn,
            bStep,
            columns,
            depth,
            NR,
            workspace.b);
        for (int i = 0; i < c.rows(); i += VectorGemmWorkspace.ROWS) {
          int rows = Math.min(VectorGemmWorkspace.ROWS, c.rows() - i);
          VectorGemmPacking.pack(
              a.segment(),
              a.offset() + i * aRow + p * aStep,
              aRow,
              aStep,
              rows,
              depth,
              MR,
              MemorySegment.ofArray(workspace.a));
          long at = 4 * (c.offset() + (long) i * c.stride() + j);
          block(
              workspace,
              rows,
              columns,
              depth,
              alpha,
              p == 0 ? beta : 1,
              c.segment(),
              at,
              4L * c.stride());
        }
      }
    }
    workspace.giveBack();
  }

  private static void block(
      VectorGemmWorkspace workspace,
      int rows,
      int columns,
      int depth,
      float alpha,
      float beta,
      MemorySegment c,
      long at,
      long stride) {
    for (int j = 0; j < columns; j += NR) {
      long b = 4L * j * depth;
      for (int i = 0; i < rows; i += MR) {
        int a = i * depth;
        long tile = at + i * stride + 4L * j;
        VectorGemmTile.run(depth, workspace.a, a, workspace.b, b, workspace.tile);
        int tileRows = Math.min(MR, rows - i);
        int tileColumns = Math.min(NR, columns - j);
        if (tileColumns == NR) {
          for (int r = 0; r < tileRows; r++) {
            whole(alpha, workspace.tile, 4L * r * NR, beta, c, tile + r * stride);
          }
        } else {
          for (int r = 0; r < tileRows; r++) {
            part(tileColumns, alpha, workspace.tile, 4L * r * NR, beta, c, tile + r * stride);
          }
        }
      }
    }
  }

  /** C = alpha tile + beta C for a row of a tile that lies inside C. */
  private static void whole(
      float alpha, MemorySegment tile, long from, float beta, MemorySegment c, long to) {
    if (beta == 0) {
      for (int j = 0; j < 4 * NR; j += V) {
        FloatVector.fromMemorySegment(F, tile, from + j, NATIVE)
            .mul(alpha)
            .intoMemorySegment(c, to + j, NATIVE);
      }
    } else {
      for (int j = 0; j < 4 * NR; j += V) {
        FloatVector.fromMemorySegment(F, tile, from + j, NATIVE)
            .mul(alpha)
            .add(FloatVector.fromMemorySegment(F, c, to + j, NATIVE).mul(beta))
            .intoMemorySegment(c, to + j, NATIVE);
      }
    }
  }

  /** As {@link #whole} for a row that ends in C after {@code columns}: the same operations. */
  private static void part(
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
