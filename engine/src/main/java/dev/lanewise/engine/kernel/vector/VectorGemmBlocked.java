package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
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
  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Up to this many rows, a panel of B is used too seldom to repay its copy. */
  private static final int FEW_ROWS = 8 * MR;

  /** In place of the distance of a step's elements from the next step's: panels are packed. */
  private static final long PACKED = 0;

  /**
   * {@link #tiles}, {@link Apart}: beside what packs there is no room for it in the loops around.
   */
  private static MethodHandle tiles = Apart.method(MethodHandles.lookup(), "tiles");

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
      int whole = inPlace ? wholePanels(columns) : 0;
      for (int p = 0; p < k; p += deepest) {
        int depth = Math.min(deepest, k - p);
        float factor = p == 0 ? beta : 1;
        long bBlock = bAt + j * bColumn + p * bStep;
        VectorGemmPacking.packB(
            b,
            bBlock + whole * bColumn,
            bColumn,
            bStep,
            columns - whole,
            depth,
            workspace.memory,
            workspace.b);
        for (int i = 0; i < m; i += highest) {
          int rows = Math.min(highest, m - i);
          VectorGemmPacking.packA(
              a, aAt + i * aRow + p * aStep, aRow, aStep, rows, depth, workspace.a);
          long cBlock = cAt + i * cRow + j;
          block(workspace, rows, whole, depth, alpha, b, bBlock, bStep, factor, c, cBlock, cRow);
          block(
              workspace,
              rows,
              columns - whole,
              depth,
              alpha,
              workspace.memory,
              workspace.b,
              PACKED,
              factor,
              c,
              cBlock + whole,
              cRow);
        }
      }
    }
  }

  /** The columns of all panels but an incomplete one at the end. */
  private static int wholePanels(int columns) {
    int whole = 0;
    while (columns - whole >= VectorGemmTile.columns(columns - whole)) {
      whole += VectorGemmTile.columns(columns - whole);
    }
    return whole;
  }

  /**
   * The size of parts, no larger than {@code most} and a multiple of {@code unit}, that leaves no
   * small rest of a length: a thin last block costs as much memory traffic as a full one.
   */
  private static int evenly(int length, int most, int unit) {
    int parts = Math.ceilDiv(length, most);
    return Math.ceilDiv(Math.ceilDiv(length, parts), unit) * unit;
  }

  /** One packed block of A by a block of B, packed or with {@code bStep} from step to step. */
  private static void block(
      VectorGemmWorkspace workspace,
      int rows,
      int columns,
      int depth,
      float alpha,
      MemorySegment b,
      long bAt,
      long bStep,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    try {
      tiles.invokeExact(workspace, rows, columns, depth, alpha, b, bAt, bStep, beta, c, cAt, cRow);
    } catch (Throwable e) {
      throw Apart.unchecked(e);
    }
  }

  @SuppressWarnings("UnusedMethod") // By its handle.
  private static void tiles(
      VectorGemmWorkspace workspace,
      int rows,
      int columns,
      int depth,
      float alpha,
      MemorySegment b,
      long bAt,
      long bStep,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    int width;
    for (int j = 0; j < columns; j += width) {
      width = VectorGemmTile.columns(columns - j);
      int tileColumns = Math.min(width, columns - j);
      long panel = bStep == PACKED ? bAt + (long) j * depth : bAt + j;
      long step = bStep == PACKED ? width : bStep;
      for (int i = 0; i < rows; i += MR) {
        int tileRows = Math.min(MR, rows - i);
        long to = 4 * (cAt + i * cRow + j);
        VectorGemmTile.run(
            width, depth, workspace.a, i * depth, b, 4 * panel, 4 * step, workspace.sums);
        write(tileRows, tileColumns, width, alpha, workspace.sums, beta, c, to, 4 * cRow);
      }
    }
  }

  /** C = alpha tile + beta C where the tile lies inside C. */
  private static void write(
      int rows,
      int columns,
      int width,
      float alpha,
      float[] tile,
      float beta,
      MemorySegment c,
      long to,
      long row) {
    if (columns >= LENGTH) {
      wideRows(rows, columns, width, alpha, tile, beta, c, to, row);
    } else {
      for (int r = 0; r < rows; r++) {
        shortRow(columns, alpha, tile, r * width, beta, c, to + r * row);
      }
    }
  }

  /**
   * As {@link #write} for rows of one to three vectors, of which the last, which ends where the row
   * does, may overlap the others. All are read before any is written, so elements that two hold get
   * the same value twice.
   */
  private static void wideRows(
      int rows,
      int columns,
      int width,
      float alpha,
      float[] tile,
      float beta,
      MemorySegment c,
      long to,
      long row) {
    c = Memory.known(c);
    int lastLane = columns - LENGTH;
    int middleLane = Math.min(LENGTH, lastLane);
    long last = 4L * lastLane;
    long middle = 4L * middleLane;
    int from = 0;
    long target = to;
    for (int r = 0; r < rows; r++, from += width, target += row) {
      FloatVector x = Lanes.load(tile, from).mul(alpha);
      FloatVector y = Lanes.load(tile, from + middleLane).mul(alpha);
      FloatVector z = Lanes.load(tile, from + lastLane).mul(alpha);
      if (beta != 0) {
        x = Lanes.load(c, target).mul(beta).add(x);
        y = Lanes.load(c, target + middle).mul(beta).add(y);
        z = Lanes.load(c, target + last).mul(beta).add(z);
      }
      x.intoMemorySegment(c, target, NATIVE);
      y.intoMemorySegment(c, target + middle, NATIVE);
      z.intoMemorySegment(c, target + last, NATIVE);
    }
  }

  /** As {@link #wideRows} for a row shorter than a vector: the same operations. */
  private static void shortRow(
      int columns, float alpha, float[] tile, int from, float beta, MemorySegment c, long to) {
    c = Memory.known(c);
    for (int j = 0; j < columns; j++) {
      float sum = alpha * tile[from + j];
      c.set(FLOAT, to + 4L * j, beta == 0 ? sum : sum + beta * c.get(FLOAT, to + 4L * j));
    }
  }
}
