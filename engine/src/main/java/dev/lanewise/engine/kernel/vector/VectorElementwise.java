package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The element-wise primitives: each is a loop over rows around one method a row, whose last few
 * elements are done one by one with the same operations.
 */
final class VectorElementwise {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final VectorSpecies<Integer> I = Lanes.INT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  private static final Stretch INTS_AT_MOST = new Stretch();
  private static final Stretch FLOATS_AT_MOST = new Stretch();

  private VectorElementwise() {}

  private static long at(FloatMatrix x, int row) {
    return 4 * (x.offset() + (long) row * x.stride());
  }

  static void addRow(FloatMatrix row, FloatMatrix x) {
    Shapes.row("addRow", row, x);
    for (int i = 0; i < x.rows(); i++) {
      add(x.columns(), row.segment(), at(row, 0), x.segment(), at(x, i));
    }
  }

  static void columnSums(FloatMatrix x, FloatMatrix sums) {
    Shapes.row("columnSums", sums, x);
    long to = at(sums, 0);
    sums.segment().asSlice(to, 4L * x.columns()).fill((byte) 0);
    for (int i = 0; i < x.rows(); i++) {
      add(x.columns(), x.segment(), at(x, i), sums.segment(), to);
    }
  }

  private static void add(int n, MemorySegment x, long xAt, MemorySegment y, long yAt) {
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      FloatVector.fromMemorySegment(F, y, yAt + 4L * j, NATIVE)
          .add(FloatVector.fromMemorySegment(F, x, xAt + 4L * j, NATIVE))
          .intoMemorySegment(y, yAt + 4L * j, NATIVE);
    }
    for (; j < n; j++) {
      y.set(FLOAT, yAt + 4L * j, y.get(FLOAT, yAt + 4L * j) + x.get(FLOAT, xAt + 4L * j));
    }
  }

  static void axpy(float alpha, FloatMatrix x, FloatMatrix y) {
    Shapes.same("axpy", x, y);
    for (int i = 0; i < x.rows(); i++) {
      axpy(x.columns(), alpha, x.segment(), at(x, i), y.segment(), at(y, i));
    }
  }

  private static void axpy(
      int n, float alpha, MemorySegment x, long xAt, MemorySegment y, long yAt) {
    FloatVector factor = FloatVector.broadcast(F, alpha);
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      Lanes.multiplyAdd(
              FloatVector.fromMemorySegment(F, x, xAt + 4L * j, NATIVE),
              factor,
              FloatVector.fromMemorySegment(F, y, yAt + 4L * j, NATIVE))
          .intoMemorySegment(y, yAt + 4L * j, NATIVE);
    }
    for (; j < n; j++) {
      y.set(
          FLOAT,
          yAt + 4L * j,
          Lanes.multiplyAdd(alpha, x.get(FLOAT, xAt + 4L * j), y.get(FLOAT, yAt + 4L * j)));
    }
  }

  static int atMost(IntMatrix values, int row, int limit, int[] hits) {
    Shapes.hits(values, hits);
    Objects.checkIndex(row, values.rows());
    int n = values.columns();
    long at = 4 * (values.offset() + (long) row * values.stride());
    int count = 0;
    int to;
    for (int from = 0; from < n; from = to) {
      to = from + INTS_AT_MOST.next(n - from);
      count = atMost(from, to, values.segment(), at, limit, count, hits);
    }
    return count;
  }

  /** The bits of the comparison are walked: hits are rare wherever this is worth calling. */
  private static int atMost(
      int from, int n, MemorySegment values, long at, int limit, int found, int[] hits) {
    int count = found;
    int j = from;
    for (; j <= n - LENGTH; j += LENGTH) {
      long bits =
          IntVector.fromMemorySegment(I, values, at + 4L * j, NATIVE)
              .compare(VectorOperators.LE, limit)
              .toLong();
      for (; bits != 0; bits &= bits - 1) {
        hits[count++] = j + Long.numberOfTrailingZeros(bits);
      }
    }
    for (; j < n; j++) {
      if (values.get(INT, at + 4L * j) <= limit) {
        hits[count++] = j;
      }
    }
    return count;
  }

  static int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    Shapes.hits(values, hits);
    Objects.checkIndex(row, values.rows());
    int n = values.columns();
    int count = 0;
    int to;
    for (int from = 0; from < n; from = to) {
      to = from + FLOATS_AT_MOST.next(n - from);
      count = atMost(from, to, values.segment(), at(values, row), limit, count, hits);
    }
    return count;
  }

  private static int atMost(
      int from, int n, MemorySegment values, long at, float limit, int found, int[] hits) {
    int count = found;
    int j = from;
    for (; j <= n - LENGTH; j += LENGTH) {
      long bits =
          FloatVector.fromMemorySegment(F, values, at + 4L * j, NATIVE)
              .compare(VectorOperators.LE, limit)
              .toLong();
      for (; bits != 0; bits &= bits - 1) {
        hits[count++] = j + Long.numberOfTrailingZeros(bits);
      }
    }
    for (; j < n; j++) {
      if (values.get(FLOAT, at + 4L * j) <= limit) {
        hits[count++] = j;
      }
    }
    return count;
  }
}
