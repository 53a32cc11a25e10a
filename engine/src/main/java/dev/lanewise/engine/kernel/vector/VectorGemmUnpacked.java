package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products so small that to pack their operands would take longer than to read B where it is and A
 * as it is, from an array: its rows are copied and not interleaved. The tiles of {@link
 * VectorGemmTile8x2}; the last ones of a row or column of tiles end where C does, and what they
 * share with the ones before is computed twice, to the same bits.
 */
final class VectorGemmUnpacked {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private static final int ROWS = VectorGemmTile8x2.ROWS;
  private static final int COLUMNS = VectorGemmTile8x2.VECTORS * F.length();

  /**
   * Elements of B up to which this is faster: 64^3 takes 0.9 of the time with panels. 128^3 takes
   * 0.96 where C2 has met native memory alone, and 1.3 in a process that has seen other kinds.
   */
  private static final int SMALL = 8 * 1024;

  /** From one row of A in the array to the next: no multiple of a large power of two. */
  private static final int PITCH = SMALL / COLUMNS + 16;

  private VectorGemmUnpacked() {}

  /** Whether an m x n x k product with B by rows, to which nothing is added, is one of those. */
  static boolean suits(int m, int n, int k) {
    return VectorGemmTile.LARGE && m >= ROWS && n >= COLUMNS && (long) n * k <= SMALL;
  }

  /** C = A B, with A m x k, both by rows; the position and stride of B are in elements. */
  static void multiply(
      VectorGemmWorkspace workspace,
      int k,
      FloatMatrix a,
      MemorySegment b,
      long bAt,
      long bStep,
      FloatMatrix c) {
    int m = c.rows();
    int n = c.columns();
    for (int row = 0; row < m; row += ROWS) {
      int i = Math.min(row, m - ROWS);
      copyRows(k, a, i, workspace.a);
      for (int column = 0; column < n; column += COLUMNS) {
        int j = Math.min(column, n - COLUMNS);
        tile(
            k,
            workspace.a,
            b,
            4 * (bAt + j),
            4 * bStep,
            Memory.of(c),
            Memory.at(c, i) + 4L * j,
            4L * c.stride());
      }
    }
  }

  /** Eight rows of A, each to its place in the array. */
  private static void copyRows(int k, FloatMatrix a, int i, float[] to) {
    if (k >= F.length()) {
      long at = Memory.at(a, i);
      copyRows(k, Memory.of(a), at, 4L * a.stride(), to);
      return;
    }
    for (int r = 0; r < ROWS; r++) {
      MemorySegment.copy(Memory.of(a), FLOAT, Memory.at(a, i + r), to, r * PITCH, k);
    }
  }

  /** As the other for rows of a vector and more; where they are in bytes. */
  private static void copyRows(int k, MemorySegment a, long at, long row, float[] to) {
    a = Memory.known(a);
    for (int p = 0; p < k; p += F.length()) {
      // The last vector overlaps the one before.
      int q = Math.min(p, k - F.length());
      long x = at + 4L * q;
      Lanes.load(a, x).intoArray(to, q);
      Lanes.load(a, x + row).intoArray(to, q + PITCH);
      Lanes.load(a, x + 2 * row).intoArray(to, q + 2 * PITCH);
      Lanes.load(a, x + 3 * row).intoArray(to, q + 3 * PITCH);
      Lanes.load(a, x + 4 * row).intoArray(to, q + 4 * PITCH);
      Lanes.load(a, x + 5 * row).intoArray(to, q + 5 * PITCH);
      Lanes.load(a, x + 6 * row).intoArray(to, q + 6 * PITCH);
      Lanes.load(a, x + 7 * row).intoArray(to, q + 7 * PITCH);
    }
  }

  /** Positions and strides in bytes. */
  private static void tile(
      int k, float[] a, MemorySegment b, long bAt, long bStep, MemorySegment c, long t, long row) {
    b = Memory.known(b);
    c = Memory.known(c);
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
    long at = bAt;
    for (int p = 0; p < k; p++, at += bStep) {
      FloatVector b0 = Lanes.load(b, at);
      FloatVector b1 = Lanes.load(b, at + V);
      FloatVector a0 = Lanes.broadcast(a[p]);
      c00 = Lanes.multiplyAdd(b0, a0, c00);
      c01 = Lanes.multiplyAdd(b1, a0, c01);
      FloatVector a1 = Lanes.broadcast(a[p + PITCH]);
      c10 = Lanes.multiplyAdd(b0, a1, c10);
      c11 = Lanes.multiplyAdd(b1, a1, c11);
      FloatVector a2 = Lanes.broadcast(a[p + 2 * PITCH]);
      c20 = Lanes.multiplyAdd(b0, a2, c20);
      c21 = Lanes.multiplyAdd(b1, a2, c21);
      FloatVector a3 = Lanes.broadcast(a[p + 3 * PITCH]);
      c30 = Lanes.multiplyAdd(b0, a3, c30);
      c31 = Lanes.multiplyAdd(b1, a3, c31);
      FloatVector a4 = Lanes.broadcast(a[p + 4 * PITCH]);
      c40 = Lanes.multiplyAdd(b0, a4, c40);
      c41 = Lanes.multiplyAdd(b1, a4, c41);
      FloatVector a5 = Lanes.broadcast(a[p + 5 * PITCH]);
      c50 = Lanes.multiplyAdd(b0, a5, c50);
      c51 = Lanes.multiplyAdd(b1, a5, c51);
      FloatVector a6 = Lanes.broadcast(a[p + 6 * PITCH]);
      c60 = Lanes.multiplyAdd(b0, a6, c60);
      c61 = Lanes.multiplyAdd(b1, a6, c61);
      FloatVector a7 = Lanes.broadcast(a[p + 7 * PITCH]);
      c70 = Lanes.multiplyAdd(b0, a7, c70);
      c71 = Lanes.multiplyAdd(b1, a7, c71);
    }
    ((FloatVector) c00.check(F)).intoMemorySegment(c, t, NATIVE);
    ((FloatVector) c01.check(F)).intoMemorySegment(c, t + V, NATIVE);
    ((FloatVector) c10.check(F)).intoMemorySegment(c, t + row, NATIVE);
    ((FloatVector) c11.check(F)).intoMemorySegment(c, t + row + V, NATIVE);
    ((FloatVector) c20.check(F)).intoMemorySegment(c, t + 2 * row, NATIVE);
    ((FloatVector) c21.check(F)).intoMemorySegment(c, t + 2 * row + V, NATIVE);
    ((FloatVector) c30.check(F)).intoMemorySegment(c, t + 3 * row, NATIVE);
    ((FloatVector) c31.check(F)).intoMemorySegment(c, t + 3 * row + V, NATIVE);
    ((FloatVector) c40.check(F)).intoMemorySegment(c, t + 4 * row, NATIVE);
    ((FloatVector) c41.check(F)).intoMemorySegment(c, t + 4 * row + V, NATIVE);
    ((FloatVector) c50.check(F)).intoMemorySegment(c, t + 5 * row, NATIVE);
    ((FloatVector) c51.check(F)).intoMemorySegment(c, t + 5 * row + V, NATIVE);
    ((FloatVector) c60.check(F)).intoMemorySegment(c, t + 6 * row, NATIVE);
    ((FloatVector) c61.check(F)).intoMemorySegment(c, t + 6 * row + V, NATIVE);
    ((FloatVector) c70.check(F)).intoMemorySegment(c, t + 7 * row, NATIVE);
    ((FloatVector) c71.check(F)).intoMemorySegment(c, t + 7 * row + V, NATIVE);
  }
}
