package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products whose rows are no longer than a vector of 512 bits, such as logits of ten classes: a row
 * of C is one vector, of which only a part may be written, and eight rows share what is loaded of
 * B, whose rows are copied to whole vectors first. A is read where it is.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmThin {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Eight sums cover the latency of a fused multiply-add in both of its units. */
  private static final int ROWS = 8;

  /**
   * The depth up to which this is faster than to copy an operand, where more than two tiles share
   * B: 128 x 8 x 128 takes 0.6 of the time, 16 x 10 x 400 0.7, but 128 x 10 x 784 1.25.
   */
  private static final int DEEP = 192;

  /** The same where A is transposed: 300 x 10 x 8 takes 0.66 of the time, 784 x 10 x 128 1.6. */
  private static final int DEEP_TRANSPOSED = 16;

  /**
   * Rows of C up to which a transposed A may be as deep as one block, where the other way leaves
   * tiles half empty: 16 x 10 x 800 takes 0.7 of the time.
   */
  private static final int FEW_TRANSPOSED = 16;

  private VectorGemmThin() {}

  /** Whether an m x n x k product is one of these, and wastes less than half of a vector. */
  static boolean suits(boolean plainA, int m, int n, int k) {
    return LENGTH == 16
        && n >= LENGTH / 2
        && n <= LENGTH
        && (m == 1 || m >= ROWS)
        && (long) k * LENGTH <= VectorGemmWorkspace.B
        && (plainA
            ? k < DEEP || m <= 2 * ROWS
            : k <= DEEP_TRANSPOSED || (m <= FEW_TRANSPOSED && k <= VectorGemmWorkspace.DEPTH));
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
    wholeRows(n, k, b, 4 * bAt, 4 * bStep, workspace.memory, 4 * workspace.b);
    for (int row = 0; row < m; row += ROWS) {
      // The last tile ends where C does, rows that the one before had are not looked at; a single
      // row is all eight.
      int i = Math.clamp(row, 0, Math.max(0, m - ROWS));
      tile(
          k,
          a,
          4 * (aAt + i * aRow),
          m == 1 ? 0 : 4 * aRow,
          4 * aStep,
          workspace.memory,
          4 * workspace.b,
          4 * workspace.tile);
      write(
          n,
          Math.min(ROWS, m - row),
          alpha,
          workspace.memory,
          4 * workspace.tile + (row - i) * V,
          beta,
          c,
          4 * (cAt + row * cRow),
          4 * cRow);
    }
  }

  /**
   * Copies each row of B to a vector. What follows a row fills it, but after the last one, where
   * the memory may end. Rows under a mask would be checked lane by lane by every tile, which took
   * three times as long wherever C2 laid the checks out badly.
   */
  private static void wholeRows(
      int n, int k, MemorySegment b, long bAt, long bStep, MemorySegment to, long t) {
    b = Memory.known(b);
    to = Memory.known(to);
    long from = bAt;
    long at = t;
    for (int p = 1; p < k; p++, from += bStep, at += V) {
      Lanes.load(b, from).intoMemorySegment(to, at, NATIVE);
    }
    for (int j = 0; j < n; j++) {
      to.set(FLOAT, at + 4L * j, b.get(FLOAT, from + 4L * j));
    }
  }

  /** Eight rows of A B, with B in rows of a vector; positions and strides in bytes. */
  private static void tile(
      int k,
      MemorySegment a,
      long aAt,
      long aRow,
      long aStep,
      MemorySegment memory,
      long b,
      long tile) {
    a = Memory.known(a);
    memory = Memory.known(memory);
    FloatVector c0 = FloatVector.zero(F);
    FloatVector c1 = c0;
    FloatVector c2 = c0;
    FloatVector c3 = c0;
    FloatVector c4 = c0;
    FloatVector c5 = c0;
    FloatVector c6 = c0;
    FloatVector c7 = c0;
    long at = b;
    aRow = Memory.distance(aRow);
    for (int p = 0; p < k; p++, at += V) {
      FloatVector x = Lanes.load(memory, at);
      long r = Memory.position(aAt + p * aStep);
      c0 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r)), c0);
      c1 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + aRow)), c1);
      c2 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + 2 * aRow)), c2);
      c3 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + 3 * aRow)), c3);
      c4 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + 4 * aRow)), c4);
      c5 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + 5 * aRow)), c5);
      c6 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + 6 * aRow)), c6);
      c7 = Lanes.multiplyAdd(x, Lanes.broadcast(a.get(FLOAT, r + 7 * aRow)), c7);
    }
    ((FloatVector) c0.check(F)).intoMemorySegment(memory, tile, NATIVE);
    ((FloatVector) c1.check(F)).intoMemorySegment(memory, tile + V, NATIVE);
    ((FloatVector) c2.check(F)).intoMemorySegment(memory, tile + 2 * V, NATIVE);
    ((FloatVector) c3.check(F)).intoMemorySegment(memory, tile + 3 * V, NATIVE);
    ((FloatVector) c4.check(F)).intoMemorySegment(memory, tile + 4 * V, NATIVE);
    ((FloatVector) c5.check(F)).intoMemorySegment(memory, tile + 5 * V, NATIVE);
    ((FloatVector) c6.check(F)).intoMemorySegment(memory, tile + 6 * V, NATIVE);
    ((FloatVector) c7.check(F)).intoMemorySegment(memory, tile + 7 * V, NATIVE);
  }

  /** C = alpha tile + beta C. */
  private static void write(
      int n,
      int rows,
      float alpha,
      MemorySegment tile,
      long tileAt,
      float beta,
      MemorySegment c,
      long cAt,
      long cRow) {
    tile = Memory.known(tile);
    c = Memory.known(c);
    VectorMask<Float> mask = F.indexInRange(0, n);
    FloatVector factor = Lanes.broadcast(alpha);
    FloatVector before = Lanes.broadcast(beta);
    long from = tileAt;
    long to = cAt;
    for (int r = 0; r < rows; r++, from += V, to += cRow) {
      FloatVector x = factor.mul(FloatVector.fromMemorySegment(F, tile, from, NATIVE));
      if (beta != 0) {
        // Not by the shorter method, which C2 leaves alone where it has seldom been called.
        x = before.mul(FloatVector.fromMemorySegment(F, c, to, NATIVE, mask)).add(x);
      }
      x.intoMemorySegment(c, to, NATIVE, mask);
    }
  }
}
