package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * C = op(A) op(B) of little depth and long rows, such as errors led back from ten outputs and the
 * gradient of a batch of eight. Registers hold one vector or two of all rows of B, a stripe, and
 * rows of C pass by, each of which is written and never read.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmStripes {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Rows of B that are held: 10 of 16 registers, or 20 of 32. */
  private static final int DEPTH = 10;

  /** Less deep, more than half of the multiplications would be by zeros. */
  private static final int SHALLOW = 6;

  /** Whether a stripe is of two vectors: those of 16 lanes come with 32 registers. */
  private static final boolean TWO = LENGTH == 16;

  /** Columns of a stripe. */
  private static final int WIDTH = TWO ? 2 * LENGTH : LENGTH;

  /** Columns of B at a time: long rows to write, and all stripes in the second-level cache. */
  private static final int COLUMNS = 128 * WIDTH;

  /** Fewer columns are for thin kernels, 1.3 times as fast for 784 x 16 x 8. */
  private static final int FEWEST_COLUMNS = Math.max(WIDTH, 17);

  /** Fewer rows do not repay the copy of B, and of a transposed B the transposing. */
  private static final int FEWEST_ROWS = 16;

  private static final int FEWEST_ROWS_TRANSPOSED = 8;

  /**
   * Rows of C at a time, of which a stripe leaves parts of lines to the next. With 256 bits, too, 8
   * and 16 are no faster; 64 take 0.9 of the time for a C within the caches, and 1.3 beyond them.
   */
  private static final int ROWS = 32;

  /** Elements of stripes in the array; what is held of A follows them. */
  private static final int B = DEPTH * COLUMNS;

  private VectorGemmStripes() {}

  /** Whether an m x n x k product, to which nothing is added, is one of these. */
  static boolean suits(Transpose transposeB, int m, int n, int k) {
    return Lanes.FUSED
        && k >= SHALLOW
        && k <= DEPTH
        && m >= (transposeB == Transpose.NO ? FEWEST_ROWS : FEWEST_ROWS_TRANSPOSED)
        && n >= FEWEST_COLUMNS;
  }

  /** C = op(A) op(B), with op(A) m x k. */
  static void multiply(
      Transpose transposeA,
      Transpose transposeB,
      int k,
      FloatMatrix a,
      FloatMatrix b,
      FloatMatrix c) {
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    float[] ab = workspace.a;
    int m = c.rows();
    int n = c.columns();
    for (int column = 0; column < n; column += COLUMNS) {
      // The last stripes end where C does; what they share with others gets the same bits twice.
      int j = Math.min(column, n - WIDTH);
      int columns = Math.min(COLUMNS, n - j);
      packB(transposeB, k, b, j, columns, ab);
      for (int i = 0; i < m; i += ROWS) {
        int rows = Math.min(ROWS, m - i);
        packA(transposeA, k, a, i, rows, ab);
        long to = Memory.at(c, i) + 4L * j;
        stripes(rows, columns, ab, Memory.of(c), to, 4L * c.stride());
      }
    }
    workspace.giveBack();
  }

  /** Columns of op(B), stripe by stripe, with zeros for rows that there are not. */
  private static void packB(
      Transpose transposeB, int k, FloatMatrix b, int j, int columns, float[] to) {
    int t = 0;
    for (int column = 0; column < columns; column += WIDTH, t += DEPTH * WIDTH) {
      int first = j + Math.min(column, columns - WIDTH);
      if (transposeB == Transpose.YES) {
        long at = Memory.start(b) + (long) first * b.stride();
        VectorTranspose.transpose(WIDTH, k, Memory.of(b), at, b.stride(), to, t, WIDTH);
      } else {
        copy(k, Memory.of(b), Memory.at(b, 0) + 4L * first, 4L * b.stride(), to, t);
      }
      Arrays.fill(to, t + k * WIDTH, t + DEPTH * WIDTH, 0);
    }
  }

  /** A stripe of B; where it begins, and its rows from each other, in bytes. */
  private static void copy(int k, MemorySegment b, long at, long row, float[] to, int t) {
    b = Memory.known(b);
    for (int p = 0; p < k; p++) {
      for (int j = 0; j < WIDTH; j += LENGTH) {
        Lanes.load(b, at + p * row + 4L * j).intoArray(to, t + p * WIDTH + j);
      }
    }
  }

  /** Rows of op(A), with zeros for columns that there are not. */
  private static void packA(
      Transpose transposeA, int k, FloatMatrix a, int i, int rows, float[] to) {
    if (k < DEPTH) {
      Arrays.fill(to, B, B + rows * DEPTH, 0);
    }
    if (transposeA == Transpose.YES) {
      VectorTranspose.transpose(
          k, rows, Memory.of(a), Memory.start(a) + i, a.stride(), to, B, DEPTH);
    } else {
      long at = Memory.at(a, i);
      if (k == DEPTH && a.stride() == DEPTH) {
        MemorySegment.copy(Memory.of(a), FLOAT, at, to, B, rows * DEPTH);
      } else {
        for (int row = 0; row < rows; row++) {
          MemorySegment.copy(
              Memory.of(a), FLOAT, at + 4L * row * a.stride(), to, B + row * DEPTH, k);
        }
      }
    }
  }

  /** Some rows of C; where they go in bytes. */
  private static void stripes(
      int rows, int columns, float[] ab, MemorySegment to, long at, long row) {
    int held = 0;
    for (int column = 0; column < columns; column += WIDTH, held += DEPTH * WIDTH) {
      long stripe = at + 4L * Math.min(column, columns - WIDTH);
      if (TWO) {
        two(rows, ab, held, to, stripe, row);
      } else {
        one(rows, ab, held, to, stripe, row);
      }
    }
  }

  /** A vector of each row. */
  private static void one(int rows, float[] ab, int held, MemorySegment to, long at, long row) {
    to = Memory.known(to);
    FloatVector x0 = Lanes.load(ab, held);
    FloatVector x1 = Lanes.load(ab, held + LENGTH);
    FloatVector x2 = Lanes.load(ab, held + 2 * LENGTH);
    FloatVector x3 = Lanes.load(ab, held + 3 * LENGTH);
    FloatVector x4 = Lanes.load(ab, held + 4 * LENGTH);
    FloatVector x5 = Lanes.load(ab, held + 5 * LENGTH);
    FloatVector x6 = Lanes.load(ab, held + 6 * LENGTH);
    FloatVector x7 = Lanes.load(ab, held + 7 * LENGTH);
    FloatVector x8 = Lanes.load(ab, held + 8 * LENGTH);
    FloatVector x9 = Lanes.load(ab, held + 9 * LENGTH);
    long target = at;
    for (int i = 0; i < rows; i++, target += row) {
      int r = B + i * DEPTH;
      FloatVector a0 = Lanes.broadcast(ab[r]);
      FloatVector s = x0.mul(a0);
      FloatVector a1 = Lanes.broadcast(ab[r + 1]);
      s = x1.fma(a1, s);
      FloatVector a2 = Lanes.broadcast(ab[r + 2]);
      s = x2.fma(a2, s);
      FloatVector a3 = Lanes.broadcast(ab[r + 3]);
      s = x3.fma(a3, s);
      FloatVector a4 = Lanes.broadcast(ab[r + 4]);
      s = x4.fma(a4, s);
      FloatVector a5 = Lanes.broadcast(ab[r + 5]);
      s = x5.fma(a5, s);
      FloatVector a6 = Lanes.broadcast(ab[r + 6]);
      s = x6.fma(a6, s);
      FloatVector a7 = Lanes.broadcast(ab[r + 7]);
      s = x7.fma(a7, s);
      FloatVector a8 = Lanes.broadcast(ab[r + 8]);
      s = x8.fma(a8, s);
      FloatVector a9 = Lanes.broadcast(ab[r + 9]);
      s = x9.fma(a9, s);
      ((FloatVector) s.check(F)).intoMemorySegment(to, target, NATIVE);
    }
  }

  /** Two vectors of each row. */
  private static void two(int rows, float[] ab, int held, MemorySegment to, long at, long row) {
    to = Memory.known(to);
    FloatVector x0 = Lanes.load(ab, held);
    FloatVector y0 = Lanes.load(ab, held + LENGTH);
    FloatVector x1 = Lanes.load(ab, held + 2 * LENGTH);
    FloatVector y1 = Lanes.load(ab, held + 3 * LENGTH);
    FloatVector x2 = Lanes.load(ab, held + 4 * LENGTH);
    FloatVector y2 = Lanes.load(ab, held + 5 * LENGTH);
    FloatVector x3 = Lanes.load(ab, held + 6 * LENGTH);
    FloatVector y3 = Lanes.load(ab, held + 7 * LENGTH);
    FloatVector x4 = Lanes.load(ab, held + 8 * LENGTH);
    FloatVector y4 = Lanes.load(ab, held + 9 * LENGTH);
    FloatVector x5 = Lanes.load(ab, held + 10 * LENGTH);
    FloatVector y5 = Lanes.load(ab, held + 11 * LENGTH);
    FloatVector x6 = Lanes.load(ab, held + 12 * LENGTH);
    FloatVector y6 = Lanes.load(ab, held + 13 * LENGTH);
    FloatVector x7 = Lanes.load(ab, held + 14 * LENGTH);
    FloatVector y7 = Lanes.load(ab, held + 15 * LENGTH);
    FloatVector x8 = Lanes.load(ab, held + 16 * LENGTH);
    FloatVector y8 = Lanes.load(ab, held + 17 * LENGTH);
    FloatVector x9 = Lanes.load(ab, held + 18 * LENGTH);
    FloatVector y9 = Lanes.load(ab, held + 19 * LENGTH);
    long target = at;
    for (int i = 0; i < rows; i++, target += row) {
      int r = B + i * DEPTH;
      FloatVector a0 = Lanes.broadcast(ab[r]);
      FloatVector s = x0.mul(a0);
      FloatVector t = y0.mul(a0);
      FloatVector a1 = Lanes.broadcast(ab[r + 1]);
      s = x1.fma(a1, s);
      t = y1.fma(a1, t);
      FloatVector a2 = Lanes.broadcast(ab[r + 2]);
      s = x2.fma(a2, s);
      t = y2.fma(a2, t);
      FloatVector a3 = Lanes.broadcast(ab[r + 3]);
      s = x3.fma(a3, s);
      t = y3.fma(a3, t);
      FloatVector a4 = Lanes.broadcast(ab[r + 4]);
      s = x4.fma(a4, s);
      t = y4.fma(a4, t);
      FloatVector a5 = Lanes.broadcast(ab[r + 5]);
      s = x5.fma(a5, s);
      t = y5.fma(a5, t);
      FloatVector a6 = Lanes.broadcast(ab[r + 6]);
      s = x6.fma(a6, s);
      t = y6.fma(a6, t);
      FloatVector a7 = Lanes.broadcast(ab[r + 7]);
      s = x7.fma(a7, s);
      t = y7.fma(a7, t);
      FloatVector a8 = Lanes.broadcast(ab[r + 8]);
      s = x8.fma(a8, s);
      t = y8.fma(a8, t);
      FloatVector a9 = Lanes.broadcast(ab[r + 9]);
      s = x9.fma(a9, s);
      t = y9.fma(a9, t);
      ((FloatVector) s.check(F)).intoMemorySegment(to, target, NATIVE);
      ((FloatVector) t.check(F)).intoMemorySegment(to, target + V, NATIVE);
    }
  }
}
