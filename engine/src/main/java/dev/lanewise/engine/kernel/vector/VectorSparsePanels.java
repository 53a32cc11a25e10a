package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparsePanels;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of eight sparse rows at a time: the micro-kernel of dense products, over the rows of B
 * that any of the eight has an element for. It multiplies by zeros, but at the rate of its units,
 * where a row by itself ({@link VectorSparseRow}) waits for the second-level cache.
 *
 * <p>Sums are made in the order of the columns, one multiply-add at a time, as there: a row has the
 * same bits whichever way it is multiplied, so that rows over, and groups that share few columns,
 * can go that way. So do groups whose result is not finite, because a zero times an element that a
 * row must not read may be why.
 */
final class VectorSparsePanels {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int L = F.length();
  private static final long V = F.vectorByteSize();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private static final int ROWS = SparsePanels.ROWS;

  /** Elements that a group has to store for each of its columns. */
  private static final double DENSITY = 2;

  private VectorSparsePanels() {}

  /** Whether a product of so many rows and columns is one for this class. */
  static boolean suits(int m, int n) {
    return VectorGemmRank8.REGISTERS && m >= ROWS && n >= VectorSparse.WIDE;
  }

  /** C = A B. */
  static void multiply(SparseRows a, FloatMatrix b, FloatMatrix c) {
    if (!a.panelsRepay()) {
      VectorSparse.multiplyRows(1, a, b, 0, c, 0, c.rows());
      return;
    }
    SparsePanels panels = a.panels();
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    for (int group = 0; group < panels.groups(); group++) {
      int first = ROWS * group;
      if (panels.density(group) < DENSITY
          || !multiply(panels, group, b, c, first, workspace.sums)) {
        VectorSparse.multiplyRows(1, a, b, 0, c, first, first + ROWS);
      }
    }
    workspace.giveBack();
    VectorSparse.multiplyRows(1, a, b, 0, c, ROWS * panels.groups(), c.rows());
  }

  /** Eight rows of C; whether they are finite. */
  private static boolean multiply(
      SparsePanels panels, int group, FloatMatrix b, FloatMatrix c, int first, float[] sums) {
    int[] rows = panels.columnArray();
    float[] a = panels.valueArray();
    int start = panels.start(group);
    int end = panels.end(group);
    int n = c.columns();
    long step = 4L * b.stride();
    int columns;
    for (int j = 0; j < n; j += columns) {
      columns = VectorGemmTile.columns(n - j);
      // The last tile overlaps the one before, and computes what they share to the same bits.
      int from = Math.min(j, n - columns);
      long bAt = Memory.at(b, 0) + 4L * from;
      if (columns == 2 * L) {
        two(start, end - start, rows, a, Memory.of(b), bAt, step, sums);
      } else {
        three(start, end - start, rows, a, Memory.of(b), bAt, step, sums);
      }
      for (int r = 0; r < ROWS; r++) {
        long to = Memory.at(c, first + r) + 4L * from;
        MemorySegment.copy(sums, r * columns, Memory.of(c), FLOAT, to, columns);
      }
    }
    for (int r = 0; r < ROWS; r++) {
      if (!VectorActivations.allFinite(Memory.of(c), Memory.at(c, first + r), n)) {
        return false;
      }
    }
    return true;
  }

  /** As {@link VectorGemmTile8x3}, over some rows of B. */
  private static void three(
      int start,
      int k,
      int[] rows,
      float[] a,
      MemorySegment b,
      long bAt,
      long bStep,
      float[] sums) {
    b = Memory.known(b);
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = c00;
    FloatVector c02 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c12 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c22 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c32 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c42 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    FloatVector c52 = c00;
    FloatVector c60 = c00;
    FloatVector c61 = c00;
    FloatVector c62 = c00;
    FloatVector c70 = c00;
    FloatVector c71 = c00;
    FloatVector c72 = c00;
    for (int p = start; p < start + k; p++) {
      int r = p * 8;
      long at = bAt + bStep * rows[p];
      FloatVector b0 = Lanes.load(b, at);
      FloatVector b1 = Lanes.load(b, at + V);
      FloatVector b2 = Lanes.load(b, at + 2 * V);
      FloatVector a0 = Lanes.broadcast(a[r]);
      c00 = b0.fma(a0, c00);
      c01 = b1.fma(a0, c01);
      c02 = b2.fma(a0, c02);
      FloatVector a1 = Lanes.broadcast(a[r + 1]);
      c10 = b0.fma(a1, c10);
      c11 = b1.fma(a1, c11);
      c12 = b2.fma(a1, c12);
      FloatVector a2 = Lanes.broadcast(a[r + 2]);
      c20 = b0.fma(a2, c20);
      c21 = b1.fma(a2, c21);
      c22 = b2.fma(a2, c22);
      FloatVector a3 = Lanes.broadcast(a[r + 3]);
      c30 = b0.fma(a3, c30);
      c31 = b1.fma(a3, c31);
      c32 = b2.fma(a3, c32);
      FloatVector a4 = Lanes.broadcast(a[r + 4]);
      c40 = b0.fma(a4, c40);
      c41 = b1.fma(a4, c41);
      c42 = b2.fma(a4, c42);
      FloatVector a5 = Lanes.broadcast(a[r + 5]);
      c50 = b0.fma(a5, c50);
      c51 = b1.fma(a5, c51);
      c52 = b2.fma(a5, c52);
      FloatVector a6 = Lanes.broadcast(a[r + 6]);
      c60 = b0.fma(a6, c60);
      c61 = b1.fma(a6, c61);
      c62 = b2.fma(a6, c62);
      FloatVector a7 = Lanes.broadcast(a[r + 7]);
      c70 = b0.fma(a7, c70);
      c71 = b1.fma(a7, c71);
      c72 = b2.fma(a7, c72);
    }
    ((FloatVector) c00.check(F)).intoArray(sums, 0);
    ((FloatVector) c01.check(F)).intoArray(sums, L);
    ((FloatVector) c02.check(F)).intoArray(sums, 2 * L);
    ((FloatVector) c10.check(F)).intoArray(sums, 3 * L);
    ((FloatVector) c11.check(F)).intoArray(sums, 4 * L);
    ((FloatVector) c12.check(F)).intoArray(sums, 5 * L);
    ((FloatVector) c20.check(F)).intoArray(sums, 6 * L);
    ((FloatVector) c21.check(F)).intoArray(sums, 7 * L);
    ((FloatVector) c22.check(F)).intoArray(sums, 8 * L);
    ((FloatVector) c30.check(F)).intoArray(sums, 9 * L);
    ((FloatVector) c31.check(F)).intoArray(sums, 10 * L);
    ((FloatVector) c32.check(F)).intoArray(sums, 11 * L);
    ((FloatVector) c40.check(F)).intoArray(sums, 12 * L);
    ((FloatVector) c41.check(F)).intoArray(sums, 13 * L);
    ((FloatVector) c42.check(F)).intoArray(sums, 14 * L);
    ((FloatVector) c50.check(F)).intoArray(sums, 15 * L);
    ((FloatVector) c51.check(F)).intoArray(sums, 16 * L);
    ((FloatVector) c52.check(F)).intoArray(sums, 17 * L);
    ((FloatVector) c60.check(F)).intoArray(sums, 18 * L);
    ((FloatVector) c61.check(F)).intoArray(sums, 19 * L);
    ((FloatVector) c62.check(F)).intoArray(sums, 20 * L);
    ((FloatVector) c70.check(F)).intoArray(sums, 21 * L);
    ((FloatVector) c71.check(F)).intoArray(sums, 22 * L);
    ((FloatVector) c72.check(F)).intoArray(sums, 23 * L);
  }

  /** As {@link VectorGemmTile8x2}, over some rows of B. */
  private static void two(
      int start,
      int k,
      int[] rows,
      float[] a,
      MemorySegment b,
      long bAt,
      long bStep,
      float[] sums) {
    b = Memory.known(b);
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = c00;
    FloatVector c10 = c00;
    FloatVector c11 = c00;
    FloatVector c20 = c00;
    FloatVector c21 = c00;
    FloatVector c30 = c00;
    FloatVector c31 = c00;
    FloatVector c40 = c00;
    FloatVector c41 = c00;
    FloatVector c50 = c00;
    FloatVector c51 = c00;
    FloatVector c60 = c00;
    FloatVector c61 = c00;
    FloatVector c70 = c00;
    FloatVector c71 = c00;
    for (int p = start; p < start + k; p++) {
      int r = p * 8;
      long at = bAt + bStep * rows[p];
      FloatVector b0 = Lanes.load(b, at);
      FloatVector b1 = Lanes.load(b, at + V);
      FloatVector a0 = Lanes.broadcast(a[r]);
      c00 = b0.fma(a0, c00);
      c01 = b1.fma(a0, c01);
      FloatVector a1 = Lanes.broadcast(a[r + 1]);
      c10 = b0.fma(a1, c10);
      c11 = b1.fma(a1, c11);
      FloatVector a2 = Lanes.broadcast(a[r + 2]);
      c20 = b0.fma(a2, c20);
      c21 = b1.fma(a2, c21);
      FloatVector a3 = Lanes.broadcast(a[r + 3]);
      c30 = b0.fma(a3, c30);
      c31 = b1.fma(a3, c31);
      FloatVector a4 = Lanes.broadcast(a[r + 4]);
      c40 = b0.fma(a4, c40);
      c41 = b1.fma(a4, c41);
      FloatVector a5 = Lanes.broadcast(a[r + 5]);
      c50 = b0.fma(a5, c50);
      c51 = b1.fma(a5, c51);
      FloatVector a6 = Lanes.broadcast(a[r + 6]);
      c60 = b0.fma(a6, c60);
      c61 = b1.fma(a6, c61);
      FloatVector a7 = Lanes.broadcast(a[r + 7]);
      c70 = b0.fma(a7, c70);
      c71 = b1.fma(a7, c71);
    }
    ((FloatVector) c00.check(F)).intoArray(sums, 0);
    ((FloatVector) c01.check(F)).intoArray(sums, L);
    ((FloatVector) c10.check(F)).intoArray(sums, 2 * L);
    ((FloatVector) c11.check(F)).intoArray(sums, 3 * L);
    ((FloatVector) c20.check(F)).intoArray(sums, 4 * L);
    ((FloatVector) c21.check(F)).intoArray(sums, 5 * L);
    ((FloatVector) c30.check(F)).intoArray(sums, 6 * L);
    ((FloatVector) c31.check(F)).intoArray(sums, 7 * L);
    ((FloatVector) c40.check(F)).intoArray(sums, 8 * L);
    ((FloatVector) c41.check(F)).intoArray(sums, 9 * L);
    ((FloatVector) c50.check(F)).intoArray(sums, 10 * L);
    ((FloatVector) c51.check(F)).intoArray(sums, 11 * L);
    ((FloatVector) c60.check(F)).intoArray(sums, 12 * L);
    ((FloatVector) c61.check(F)).intoArray(sums, 13 * L);
    ((FloatVector) c70.check(F)).intoArray(sums, 14 * L);
    ((FloatVector) c71.check(F)).intoArray(sums, 15 * L);
  }
}
