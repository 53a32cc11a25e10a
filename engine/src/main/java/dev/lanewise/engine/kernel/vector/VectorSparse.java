package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sparse rows times a dense matrix. Wide rows of the result are left to {@link VectorSparseRow}. A
 * narrower one is cut into pairs of vectors that are kept in registers while the row's stored
 * elements pass by. What is left at the end, one to two vectors, is done as two that overlap; both
 * are read before either is written, so an element that both hold gets the same value twice. Of
 * matrices narrower than a vector, those of eight columns and more go to {@link VectorSparseHalf};
 * the others need a mask.
 */
final class VectorSparse {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /**
   * From here on a pass over whole rows is faster than sums held in registers: it is long enough
   * for what a pass costs before its first vector. Passes multiply and add at once, or not at all.
   */
  static final int WIDE = Lanes.FUSED ? 6 * LENGTH : Integer.MAX_VALUE;

  private VectorSparse() {}

  static void gemm(
      Transpose transposeA, float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c) {
    Shapes.sparseGemm(transposeA, a, b, c);
    if (transposeA == Transpose.NO) {
      if (alpha == 1 && beta == 0 && VectorSparsePanels.suits(c.rows(), c.columns())) {
        VectorSparsePanels.multiply(a, b, c);
      } else {
        multiplyRows(alpha, a, b, beta, c, 0, c.rows());
      }
      return;
    }
    scaleRows(beta, c);
    if (alpha != 0) {
      multiplyTransposed(alpha, a, b, c);
    }
  }

  /** C += alpha A' B. Of wide rows of C, each is read and written once for all that it gets. */
  private static void multiplyTransposed(float alpha, SparseRows a, FloatMatrix b, FloatMatrix c) {
    int n = c.columns();
    if (n < WIDE) {
      scatter(alpha, a, b, c);
    } else if (VectorGemmRank8.suits(c.rows(), n, b.rows())
        && VectorActivations.firstNonFinite(b) < 0) {
      VectorGemmRank8.add(alpha, a.panels(), b, c);
    } else {
      multiplyRows(alpha, a.transposed(), b, 1, c, 0, c.rows());
    }
  }

  /** C times beta; with beta 0 nothing is read. */
  static void scaleRows(float beta, FloatMatrix c) {
    for (int i = 0; i < c.rows(); i++) {
      scaleRow(c.columns(), beta, Memory.of(c), Memory.at(c, i));
    }
  }

  /** A row of C times beta; with beta 0 nothing is read. */
  static void scaleRow(int n, float beta, MemorySegment c, long at) {
    if (beta == 0) {
      zeroRow(n, c, at);
    } else if (beta != 1) {
      multiplyRow(n, beta, c, at);
    }
  }

  private static void zeroRow(int n, MemorySegment c, long at) {
    c = Memory.known(c);
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      FloatVector.zero(F).intoMemorySegment(c, at + 4L * j, NATIVE);
    }
    for (; j < n; j++) {
      c.set(FLOAT, at + 4L * j, 0);
    }
  }

  private static void multiplyRow(int n, float beta, MemorySegment c, long at) {
    c = Memory.known(c);
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      Lanes.load(c, at + 4L * j).mul(beta).intoMemorySegment(c, at + 4L * j, NATIVE);
    }
    for (; j < n; j++) {
      c.set(FLOAT, at + 4L * j, beta * c.get(FLOAT, at + 4L * j));
    }
  }

  /** C = alpha A B + beta C, some rows of C, one at a time. */
  static void multiplyRows(
      float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c, int first, int last) {
    int n = c.columns();
    int[] columns = a.columnArray();
    float[] values = a.valueArray();
    MemorySegment from = Memory.of(b);
    MemorySegment to = Memory.of(c);
    long bAt = Memory.at(b, 0);
    long step = 4L * b.stride();
    for (int i = first; i < last; i++) {
      int start = a.start(i);
      int end = a.end(i);
      long cAt = Memory.at(c, i);
      scaleRow(n, beta, to, cAt);
      if (alpha == 0 || start == end) {
        continue;
      }
      if (n >= WIDE) {
        VectorSparseRow.add(n, alpha, start, end, columns, values, from, bAt, step, to, cAt);
        continue;
      }
      int j = 0;
      for (; n - j >= 3 * LENGTH; j += 2 * LENGTH) {
        pair(alpha, start, end, columns, values, from, bAt + 4L * j, step, to, cAt + 4L * j, V);
      }
      if (n - j > 2 * LENGTH || n - j == LENGTH) {
        single(alpha, start, end, columns, values, from, bAt + 4L * j, step, to, cAt + 4L * j);
        j += LENGTH;
      }
      if (n - j > LENGTH) {
        long apart = 4L * (n - LENGTH - j);
        pair(alpha, start, end, columns, values, from, bAt + 4L * j, step, to, cAt + 4L * j, apart);
      } else if (VectorSparseHalf.suits(n)) {
        VectorSparseHalf.multiply(n, alpha, start, end, columns, values, from, bAt, step, to, cAt);
      } else if (n - j > 0) {
        narrow(n, alpha, start, end, columns, values, from, bAt, step, to, cAt);
      }
    }
  }

  /**
   * Two vectors, {@code apart} bytes from each other. Two stored elements at a time go to sums of
   * their own: four chains cover the latency of an FMA.
   */
  private static void pair(
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      long step,
      MemorySegment c,
      long cAt,
      long apart) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector even0 = FloatVector.zero(F);
    FloatVector even1 = FloatVector.zero(F);
    FloatVector odd0 = FloatVector.zero(F);
    FloatVector odd1 = FloatVector.zero(F);
    int k = start;
    for (; k < end - 1; k += 2) {
      long at = bAt + step * columns[k];
      FloatVector x = Lanes.broadcast(values[k]);
      even0 = Lanes.multiplyAdd(x, Lanes.load(b, at), even0);
      even1 = Lanes.multiplyAdd(x, Lanes.load(b, at + apart), even1);
      long next = bAt + step * columns[k + 1];
      FloatVector y = Lanes.broadcast(values[k + 1]);
      odd0 = Lanes.multiplyAdd(y, Lanes.load(b, next), odd0);
      odd1 = Lanes.multiplyAdd(y, Lanes.load(b, next + apart), odd1);
    }
    if (k < end) {
      long at = bAt + step * columns[k];
      FloatVector x = Lanes.broadcast(values[k]);
      even0 = Lanes.multiplyAdd(x, Lanes.load(b, at), even0);
      even1 = Lanes.multiplyAdd(x, Lanes.load(b, at + apart), even1);
    }
    FloatVector factor = Lanes.broadcast(alpha);
    FloatVector before0 = Lanes.load(c, cAt);
    FloatVector before1 = Lanes.load(c, cAt + apart);
    Lanes.multiplyAdd(even0.add(odd0), factor, before0).intoMemorySegment(c, cAt, NATIVE);
    Lanes.multiplyAdd(even1.add(odd1), factor, before1).intoMemorySegment(c, cAt + apart, NATIVE);
  }

  /**
   * One vector, and four chains again: as a pair of which both are the same, 16 columns took 29 us
   * for 12.
   */
  private static void single(
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      long step,
      MemorySegment c,
      long cAt) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = FloatVector.zero(F);
    FloatVector sum2 = FloatVector.zero(F);
    FloatVector sum3 = FloatVector.zero(F);
    int k = start;
    for (; k < end - 3; k += 4) {
      long at0 = bAt + step * columns[k];
      FloatVector x0 = Lanes.broadcast(values[k]);
      sum0 = Lanes.multiplyAdd(x0, Lanes.load(b, at0), sum0);
      long at1 = bAt + step * columns[k + 1];
      FloatVector x1 = Lanes.broadcast(values[k + 1]);
      sum1 = Lanes.multiplyAdd(x1, Lanes.load(b, at1), sum1);
      long at2 = bAt + step * columns[k + 2];
      FloatVector x2 = Lanes.broadcast(values[k + 2]);
      sum2 = Lanes.multiplyAdd(x2, Lanes.load(b, at2), sum2);
      long at3 = bAt + step * columns[k + 3];
      FloatVector x3 = Lanes.broadcast(values[k + 3]);
      sum3 = Lanes.multiplyAdd(x3, Lanes.load(b, at3), sum3);
    }
    for (; k < end; k++) {
      long at = bAt + step * columns[k];
      FloatVector x = Lanes.broadcast(values[k]);
      sum0 = Lanes.multiplyAdd(x, Lanes.load(b, at), sum0);
    }
    FloatVector factor = Lanes.broadcast(alpha);
    FloatVector sum = Lanes.load(c, cAt);
    sum = Lanes.multiplyAdd(factor, sum0, sum);
    sum = Lanes.multiplyAdd(factor, sum1, sum);
    sum = Lanes.multiplyAdd(factor, sum2, sum);
    sum = Lanes.multiplyAdd(factor, sum3, sum);
    sum.intoMemorySegment(c, cAt, NATIVE);
  }

  /** Fewer columns than a vector has lanes. */
  private static void narrow(
      int n,
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      long step,
      MemorySegment c,
      long cAt) {
    b = Memory.known(b);
    c = Memory.known(c);
    VectorMask<Float> mask = F.indexInRange(0, n);
    FloatVector sum = FloatVector.zero(F);
    for (int k = start; k < end; k++) {
      FloatVector row =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(F, b, bAt + step * columns[k], NATIVE, mask));
      sum = Lanes.multiplyAdd(Lanes.broadcast(values[k]), row, sum);
    }
    FloatVector before =
        (FloatVector) Lanes.FLOATS.cast(FloatVector.fromMemorySegment(F, c, cAt, NATIVE, mask));
    Lanes.multiplyAdd(Lanes.broadcast(alpha), sum, before).intoMemorySegment(c, cAt, NATIVE, mask);
  }

  /** C += alpha A' B: every stored element adds a multiple of a row of B to a row of C. */
  private static void scatter(float alpha, SparseRows a, FloatMatrix b, FloatMatrix c) {
    int n = c.columns();
    int[] columns = a.columnArray();
    float[] values = a.valueArray();
    MemorySegment from = Memory.of(b);
    MemorySegment to = Memory.of(c);
    long cAt = Memory.at(c, 0);
    long step = 4L * c.stride();
    for (int i = 0; i < b.rows(); i++) {
      int start = a.start(i);
      int end = a.end(i);
      long bAt = Memory.at(b, i);
      int j = 0;
      for (; n - j >= 3 * LENGTH; j += 2 * LENGTH) {
        long at = cAt + 4L * j;
        scatterPair(alpha, start, end, columns, values, from, bAt + 4L * j, to, at, step, V);
      }
      if (n - j > 2 * LENGTH || n - j == LENGTH) {
        long at = cAt + 4L * j;
        scatterSingle(alpha, start, end, columns, values, from, bAt + 4L * j, to, at, step);
        j += LENGTH;
      }
      if (n - j > LENGTH) {
        long at = cAt + 4L * j;
        long apart = 4L * (n - LENGTH - j);
        scatterPair(alpha, start, end, columns, values, from, bAt + 4L * j, to, at, step, apart);
      } else if (VectorSparseHalf.suits(n)) {
        VectorSparseHalf.scatter(n, alpha, start, end, columns, values, from, bAt, to, cAt, step);
      } else if (n - j > 0) {
        scatterNarrow(n, alpha, start, end, columns, values, from, bAt, to, cAt, step);
      }
    }
  }

  private static void scatterPair(
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      MemorySegment c,
      long cAt,
      long step,
      long apart) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector b0 = Lanes.load(b, bAt).mul(alpha);
    FloatVector b1 = Lanes.load(b, bAt + apart).mul(alpha);
    for (int k = start; k < end; k++) {
      long at = cAt + step * columns[k];
      FloatVector x = Lanes.broadcast(values[k]);
      FloatVector before0 = Lanes.load(c, at);
      FloatVector before1 = Lanes.load(c, at + apart);
      Lanes.multiplyAdd(x, b0, before0).intoMemorySegment(c, at, NATIVE);
      Lanes.multiplyAdd(x, b1, before1).intoMemorySegment(c, at + apart, NATIVE);
    }
  }

  private static void scatterSingle(
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      MemorySegment c,
      long cAt,
      long step) {
    b = Memory.known(b);
    c = Memory.known(c);
    FloatVector row = Lanes.load(b, bAt).mul(alpha);
    for (int k = start; k < end; k++) {
      long at = cAt + step * columns[k];
      FloatVector before = Lanes.load(c, at);
      Lanes.multiplyAdd(Lanes.broadcast(values[k]), row, before).intoMemorySegment(c, at, NATIVE);
    }
  }

  private static void scatterNarrow(
      int n,
      float alpha,
      int start,
      int end,
      int[] columns,
      float[] values,
      MemorySegment b,
      long bAt,
      MemorySegment c,
      long cAt,
      long step) {
    b = Memory.known(b);
    c = Memory.known(c);
    VectorMask<Float> mask = F.indexInRange(0, n);
    FloatVector row =
        ((FloatVector) Lanes.FLOATS.cast(FloatVector.fromMemorySegment(F, b, bAt, NATIVE, mask)))
            .mul(alpha);
    for (int k = start; k < end; k++) {
      long at = cAt + step * columns[k];
      FloatVector before =
          (FloatVector) Lanes.FLOATS.cast(FloatVector.fromMemorySegment(F, c, at, NATIVE, mask));
      Lanes.multiplyAdd(Lanes.broadcast(values[k]), row, before)
          .intoMemorySegment(c, at, NATIVE, mask);
    }
  }
}
