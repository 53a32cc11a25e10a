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
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;

  /** Rows up to here are added to matrices as one that repeats. */
  private static final int REPEATED = 64;

  /** Vectors of a row that repeats, at least: to begin a loop takes as long as some turns. */
  private static final int PERIOD = 32;

  private static final Stretch INTS_AT_MOST = new Stretch();
  private static final Stretch FLOATS_AT_MOST = new Stretch();

  private VectorElementwise() {}

  static void addRow(FloatMatrix row, FloatMatrix x) {
    Shapes.row("addRow", row, x);
    int n = x.columns();
    if (x.isContiguous() && n > 0 && n <= REPEATED && x.rows() > 1) {
      addRepeated(
          n, Memory.of(row), Memory.at(row, 0), (long) x.rows() * n, Memory.of(x), Memory.at(x, 0));
    } else {
      for (int i = 0; i < x.rows(); i++) {
        add(n, Memory.of(row), Memory.at(row, 0), Memory.of(x), Memory.at(x, i));
      }
    }
  }

  /**
   * A narrow row to every row of a matrix without gaps: to one long row, in whole vectors, of what
   * repeats after 5 vectors of 16 where the row has 10 elements.
   */
  private static void addRepeated(
      int n, MemorySegment row, long rowAt, long length, MemorySegment x, long at) {
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    float[] period = workspace.a;
    int once = n * (LENGTH / Math.min(Integer.lowestOneBit(n), LENGTH));
    int elements = Math.ceilDiv(PERIOD * LENGTH, once) * once;
    MemorySegment.copy(row, FLOAT, rowAt, period, 0, n);
    int filled = n;
    // No more of it than is needed: the copies take longer than the additions of few rows.
    int needed = (int) Math.min(elements, length);
    while (filled < needed) {
      int more = Math.min(filled, needed - filled);
      System.arraycopy(period, 0, period, filled, more);
      filled += more;
    }
    for (long from = 0; from < length; from += elements) {
      addArray((int) Math.min(elements, length - from), period, x, at + 4 * from);
    }
    workspace.giveBack();
  }

  private static void addArray(int n, float[] x, MemorySegment y, long yAt) {
    y = Memory.known(y);
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      Lanes.load(y, yAt + 4L * j).add(Lanes.load(x, j)).intoMemorySegment(y, yAt + 4L * j, NATIVE);
    }
    for (; j < n; j++) {
      y.set(FLOAT, yAt + 4L * j, y.get(FLOAT, yAt + 4L * j) + x[j]);
    }
  }

  /**
   * In registers over all rows, column by column: what a row left in memory would be waited for.
   */
  static void columnSums(FloatMatrix x, FloatMatrix sums) {
    Shapes.row("columnSums", sums, x);
    int n = x.columns();
    long row = 4L * x.stride();
    long from = Memory.at(x, 0);
    long to = Memory.at(sums, 0);
    int j = 0;
    for (; j <= n - 4 * LENGTH; j += 4 * LENGTH) {
      fourVectors(x.rows(), Memory.of(x), from + 4L * j, row, Memory.of(sums), to + 4L * j);
    }
    for (; j <= n - LENGTH; j += LENGTH) {
      oneVector(x.rows(), Memory.of(x), from + 4L * j, row, Memory.of(sums), to + 4L * j);
    }
    if (j < n) {
      if (n >= LENGTH) {
        // Ends where the row does; what it shares with the one before has the same sums.
        int last = n - LENGTH;
        oneVector(x.rows(), Memory.of(x), from + 4L * last, row, Memory.of(sums), to + 4L * last);
      } else {
        shortSums(n, x, sums);
      }
    }
  }

  /**
   * Of rows shorter than a vector. What follows a row fills it and is not looked at: a mask would
   * be checked in the loop. The last rows, where the matrix ends, are added one element at a time.
   */
  private static void shortSums(int n, FloatMatrix x, FloatMatrix sums) {
    MemorySegment segment = Memory.of(x);
    long row = 4L * x.stride();
    long from = Memory.at(x, 0);
    long room = (x.rows() - 1) * row + 4L * (n - LENGTH);
    int whole = room < 0 ? 0 : (int) Math.min(x.rows(), room / row + 1);
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    MemorySegment vector = workspace.memory;
    long v = 4 * workspace.tile;
    oneVector(whole, segment, from, row, vector, v);
    for (int j = 0; j < n; j++) {
      float sum = vector.get(FLOAT, v + 4L * j);
      for (int i = whole; i < x.rows(); i++) {
        sum += segment.get(FLOAT, from + i * row + 4L * j);
      }
      Memory.of(sums).set(FLOAT, Memory.at(sums, 0) + 4L * j, sum);
    }
    workspace.giveBack();
  }

  private static void oneVector(
      int rows, MemorySegment x, long from, long row, MemorySegment sums, long to) {
    x = Memory.known(x);
    sums = Memory.known(sums);
    FloatVector sum = FloatVector.zero(F);
    long at = from;
    for (int i = 0; i < rows; i++, at += row) {
      sum = Lanes.load(x, at).add(sum);
    }
    ((FloatVector) sum.check(F)).intoMemorySegment(sums, to, NATIVE);
  }

  private static void fourVectors(
      int rows, MemorySegment x, long from, long row, MemorySegment sums, long to) {
    x = Memory.known(x);
    sums = Memory.known(sums);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    long at = from;
    for (int i = 0; i < rows; i++, at += row) {
      s0 = Lanes.load(x, at).add(s0);
      s1 = Lanes.load(x, at + V).add(s1);
      s2 = Lanes.load(x, at + 2 * V).add(s2);
      s3 = Lanes.load(x, at + 3 * V).add(s3);
    }
    ((FloatVector) s0.check(F)).intoMemorySegment(sums, to, NATIVE);
    ((FloatVector) s1.check(F)).intoMemorySegment(sums, to + V, NATIVE);
    ((FloatVector) s2.check(F)).intoMemorySegment(sums, to + 2 * V, NATIVE);
    ((FloatVector) s3.check(F)).intoMemorySegment(sums, to + 3 * V, NATIVE);
  }

  /** y += x for a row; the last vector ends where it does, and is read before any is written. */
  private static void add(int n, MemorySegment x, long xAt, MemorySegment y, long yAt) {
    x = Memory.known(x);
    y = Memory.known(y);
    if (n < LENGTH) {
      for (int j = 0; j < n; j++) {
        y.set(FLOAT, yAt + 4L * j, y.get(FLOAT, yAt + 4L * j) + x.get(FLOAT, xAt + 4L * j));
      }
      return;
    }
    long last = 4L * (n - LENGTH);
    FloatVector end = Lanes.load(y, yAt + last).add(Lanes.load(x, xAt + last));
    for (int j = 0; j < n - LENGTH; j += LENGTH) {
      Lanes.load(y, yAt + 4L * j)
          .add(Lanes.load(x, xAt + 4L * j))
          .intoMemorySegment(y, yAt + 4L * j, NATIVE);
    }
    end.intoMemorySegment(y, yAt + last, NATIVE);
  }

  static void axpy(float alpha, FloatMatrix x, FloatMatrix y) {
    Shapes.same("axpy", x, y);
    for (int i = 0; i < x.rows(); i++) {
      axpy(x.columns(), alpha, Memory.of(x), Memory.at(x, i), Memory.of(y), Memory.at(y, i));
    }
  }

  private static void axpy(
      int n, float alpha, MemorySegment x, long xAt, MemorySegment y, long yAt) {
    x = Memory.known(x);
    y = Memory.known(y);
    FloatVector factor = Lanes.broadcast(alpha);
    int j = 0;
    for (; j <= n - LENGTH; j += LENGTH) {
      Lanes.multiplyAdd(Lanes.load(x, xAt + 4L * j), factor, Lanes.load(y, yAt + 4L * j))
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
    long at = Memory.at(values, row);
    int count = 0;
    int to;
    for (int from = 0; from < n; from = to) {
      to = from + INTS_AT_MOST.next(n - from);
      count = atMost(from, to, Memory.of(values), at, limit, count, hits);
    }
    return count;
  }

  /** The bits of the comparison are walked: hits are rare wherever this is worth calling. */
  private static int atMost(
      int from, int n, MemorySegment values, long at, int limit, int found, int[] hits) {
    values = Memory.known(values);
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
      count = atMost(from, to, Memory.of(values), Memory.at(values, row), limit, count, hits);
    }
    return count;
  }

  private static int atMost(
      int from, int n, MemorySegment values, long at, float limit, int found, int[] hits) {
    values = Memory.known(values);
    int count = found;
    int j = from;
    for (; j <= n - LENGTH; j += LENGTH) {
      long bits = Lanes.load(values, at + 4L * j).compare(VectorOperators.LE, limit).toLong();
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
