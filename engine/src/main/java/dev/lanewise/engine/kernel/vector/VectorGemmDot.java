package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of rows of A with rows of B, for results of few columns or few rows: nothing has
 * to be packed and no lane is wasted on columns that C does not have.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmDot {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private VectorGemmDot() {}

  /** C = alpha A B^T + beta C, with A m x k and B n x k, both by rows. */
  static void multiply(
      VectorGemmWorkspace workspace,
      int m,
      int n,
      int k,
      float alpha,
      MemorySegment a,
      long aAt,
      long aRow,
      MemorySegment b,
      long bAt,
      long bRow,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    a = Memory.known(a);
    b = Memory.known(b);
    c = Memory.known(c);
    MemorySegment memory = Memory.known(workspace.memory);
    for (int i = 0; i < m; i += 4) {
      int rows = Math.min(4, m - i);
      long first = aAt + i * aRow;
      for (int j = 0; j < n; j += 2) {
        int columns = Math.min(2, n - j);
        long other = bAt + j * bRow;
        // Rows that do not exist are the last one again: computed and not looked at.
        tile(
            k,
            a,
            4 * first,
            4 * (first + Math.min(1, rows - 1) * aRow),
            4 * (first + Math.min(2, rows - 1) * aRow),
            4 * (first + (rows - 1) * aRow),
            b,
            4 * other,
            4 * (other + (columns - 1) * bRow),
            workspace.memory,
            4 * workspace.tile);
        for (int r = 0; r < rows; r++) {
          for (int s = 0; s < columns; s++) {
            float sum = Lanes.sum(Lanes.load(memory, 4 * workspace.tile + (2 * r + s) * V));
            for (int p = k / LENGTH * LENGTH; p < k; p++) {
              sum =
                  Lanes.multiplyAdd(
                      a.get(FLOAT, 4 * (first + r * aRow + p)),
                      b.get(FLOAT, 4 * (other + s * bRow + p)),
                      sum);
            }
            long to = 4 * (cAt + (i + r) * cRow + j + s);
            c.set(FLOAT, to, beta == 0 ? alpha * sum : alpha * sum + beta * c.get(FLOAT, to));
          }
        }
      }
    }
  }

  /** The lane-wise sums of 4 rows by 2: 8 vectors hide the latency and 6 loads serve 8 products. */
  private static void tile(
      int k,
      MemorySegment a,
      long a0,
      long a1,
      long a2,
      long a3,
      MemorySegment b,
      long b0,
      long b1,
      MemorySegment tile,
      long t) {
    a = Memory.known(a);
    b = Memory.known(b);
    tile = Memory.known(tile);
    FloatVector c00 = FloatVector.zero(F);
    FloatVector c01 = FloatVector.zero(F);
    FloatVector c10 = FloatVector.zero(F);
    FloatVector c11 = FloatVector.zero(F);
    FloatVector c20 = FloatVector.zero(F);
    FloatVector c21 = FloatVector.zero(F);
    FloatVector c30 = FloatVector.zero(F);
    FloatVector c31 = FloatVector.zero(F);
    for (int p = 0; p <= k - LENGTH; p += LENGTH) {
      FloatVector x = Lanes.load(b, b0 + 4L * p);
      FloatVector y = Lanes.load(b, b1 + 4L * p);
      FloatVector r0 = Lanes.load(a, a0 + 4L * p);
      c00 = Lanes.multiplyAdd(r0, x, c00);
      c01 = Lanes.multiplyAdd(r0, y, c01);
      FloatVector r1 = Lanes.load(a, a1 + 4L * p);
      c10 = Lanes.multiplyAdd(r1, x, c10);
      c11 = Lanes.multiplyAdd(r1, y, c11);
      FloatVector r2 = Lanes.load(a, a2 + 4L * p);
      c20 = Lanes.multiplyAdd(r2, x, c20);
      c21 = Lanes.multiplyAdd(r2, y, c21);
      FloatVector r3 = Lanes.load(a, a3 + 4L * p);
      c30 = Lanes.multiplyAdd(r3, x, c30);
      c31 = Lanes.multiplyAdd(r3, y, c31);
    }
    ((FloatVector) c00.check(F)).intoMemorySegment(tile, t, NATIVE);
    ((FloatVector) c01.check(F)).intoMemorySegment(tile, t + V, NATIVE);
    ((FloatVector) c10.check(F)).intoMemorySegment(tile, t + 2 * V, NATIVE);
    ((FloatVector) c11.check(F)).intoMemorySegment(tile, t + 3 * V, NATIVE);
    ((FloatVector) c20.check(F)).intoMemorySegment(tile, t + 4 * V, NATIVE);
    ((FloatVector) c21.check(F)).intoMemorySegment(tile, t + 5 * V, NATIVE);
    ((FloatVector) c30.check(F)).intoMemorySegment(tile, t + 6 * V, NATIVE);
    ((FloatVector) c31.check(F)).intoMemorySegment(tile, t + 7 * V, NATIVE);
  }
}
