package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products whose rows are one to two vectors long, such as logits of ten classes: a row of C is two
 * vectors, the second of which ends where the row does, and B is read where it is. Four rows share
 * what is loaded of B. Nothing is packed or transposed, which takes longer than the multiplication
 * where A has few rows.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmNarrow {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Eight sums cover the latency of a fused multiply-add, and leave registers to load into. */
  private static final int ROWS = 4;

  private VectorGemmNarrow() {}

  /** Whether rows of n elements are one to two vectors. */
  static boolean suits(int n) {
    return n >= LENGTH && n <= 2 * LENGTH;
  }

  /** C = alpha A B + beta C, with A m x k given by its strides and B k x n by rows. */
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
      long bStep,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    long apart = 4L * (n - LENGTH);
    for (int i = 0; i < m; i += ROWS) {
      int rows = Math.min(ROWS, m - i);
      long first = aAt + i * aRow;
      long to = 4 * (cAt + i * cRow);
      boolean direct = rows == ROWS && alpha == 1 && beta == 0;
      // Rows that do not exist are the last one again: computed and not looked at.
      tile(
          k,
          a,
          4 * first,
          4 * (first + Math.min(1, rows - 1) * aRow),
          4 * (first + Math.min(2, rows - 1) * aRow),
          4 * (first + (rows - 1) * aRow),
          4 * aStep,
          b,
          4 * bAt,
          4 * bStep,
          apart,
          direct ? c : workspace.memory,
          direct ? to : 4 * workspace.tile,
          direct ? 4 * cRow : 2 * V,
          direct ? apart : V);
      if (!direct) {
        write(rows, alpha, workspace.memory, 4 * workspace.tile, beta, c, to, 4 * cRow, apart);
      }
    }
  }

  /** Four rows of A B, two vectors each, which may overlap where they go. */
  private static void tile(
      int k,
      MemorySegment a,
      long a0,
      long a1,
      long a2,
      long a3,
      long aStep,
      MemorySegment b,
      long bAt,
      long bStep,
      long apart,
      MemorySegment to,
      long t,
      long row,
      long second) {
    a = Memory.known(a);
    b = Memory.known(b);
    to = Memory.known(to);
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    long at = bAt;
    a0 = Memory.position(a0);
    a1 = Memory.position(a1);
    a2 = Memory.position(a2);
    a3 = Memory.position(a3);
    for (int p = 0; p < k; p++, at += bStep) {
      long step = Memory.position(p * aStep);
      FloatVector x = Lanes.load(b, at);
      FloatVector y = Lanes.load(b, at + apart);
      FloatVector r0 = Lanes.broadcast(a.get(FLOAT, a0 + step));
      c00 = Lanes.multiplyAdd(r0, x, c00);
      c01 = Lanes.multiplyAdd(r0, y, c01);
      FloatVector r1 = Lanes.broadcast(a.get(FLOAT, a1 + step));
      c10 = Lanes.multiplyAdd(r1, x, c10);
      c11 = Lanes.multiplyAdd(r1, y, c11);
      FloatVector r2 = Lanes.broadcast(a.get(FLOAT, a2 + step));
      c20 = Lanes.multiplyAdd(r2, x, c20);
      c21 = Lanes.multiplyAdd(r2, y, c21);
      FloatVector r3 = Lanes.broadcast(a.get(FLOAT, a3 + step));
      c30 = Lanes.multiplyAdd(r3, x, c30);
      c31 = Lanes.multiplyAdd(r3, y, c31);
    }
    ((FloatVector) c00.check(F)).intoMemorySegment(to, t, NATIVE);
    ((FloatVector) c01.check(F)).intoMemorySegment(to, t + second, NATIVE);
    ((FloatVector) c10.check(F)).intoMemorySegment(to, t + row, NATIVE);
    ((FloatVector) c11.check(F)).intoMemorySegment(to, t + row + second, NATIVE);
    ((FloatVector) c20.check(F)).intoMemorySegment(to, t + 2 * row, NATIVE);
    ((FloatVector) c21.check(F)).intoMemorySegment(to, t + 2 * row + second, NATIVE);
    ((FloatVector) c30.check(F)).intoMemorySegment(to, t + 3 * row, NATIVE);
    ((FloatVector) c31.check(F)).intoMemorySegment(to, t + 3 * row + second, NATIVE);
  }

  /**
   * C = alpha tile + beta C. Both vectors of a row are read before either is written, so elements
   * that both hold get the same value twice.
   */
  private static void write(
      int rows,
      float alpha,
      MemorySegment tile,
      long t,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow,
      long apart) {
    tile = Memory.known(tile);
    c = Memory.known(c);
    long from = t;
    long to = cAt;
    for (int r = 0; r < rows; r++, from += 2 * V, to += cRow) {
      FloatVector x = Lanes.load(tile, from).mul(alpha);
      FloatVector y = Lanes.load(tile, from + V).mul(alpha);
      if (beta != 0) {
        x = Lanes.load(c, to).mul(beta).add(x);
        y = Lanes.load(c, to + apart).mul(beta).add(y);
      }
      x.intoMemorySegment(c, to, NATIVE);
      y.intoMemorySegment(c, to + apart, NATIVE);
    }
  }
}
