package dev.lanewise.engine.matrix;

import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a float matrix that are not 0, row by row with ascending columns (the CSR form).
 * Rows may be picked in any order without copying elements: every row is a range of two arrays that
 * all selections share.
 *
 * <p>The arrays are on the heap, unlike those of {@link Matrix}: no native library reads them, and
 * loops over an array are freed of range checks that those over native memory keep.
 *
 * <p>Thread-safety: immutable.
 */
public final class SparseRows {

  /** Columns that are looked at together: in the margin of an image all of them are 0. */
  private static final int GROUP = 8;

  /** Rows that a task takes when they are made: some hundred microseconds of images. */
  private static final int TASK_ROWS = 512;

  /** The most elements that an array can hold. */
  private static final int MOST = Integer.MAX_VALUE - 8;

  /** Rows that are looked at, at most, to cut columns evenly. */
  private static final int SAMPLE = 4_096;

  /** Elements of one array on a cache line. */
  private static final int LINE = FloatMatrix.ALIGNMENT / Float.BYTES;

  /** What {@link #gather} read last: without it, the reading would be left out. */
  @SuppressWarnings("UnusedVariable")
  private static int read;

  private final int columns;
  private final int[] starts;
  private final int[] ends;
  private final int[] columnOf;
  private final float[] values;

  // These are its rows from some row on, if that is where one of its groups begins.
  private final @Nullable SparseRows whole;
  private final int first;

  // Made when first asked for. Two threads may both make one, and either will do.
  private @Nullable SparseRows transposed;
  private @Nullable SparsePanels panels;
  private boolean used;

  private SparseRows(int columns, int[] starts, int[] ends, int[] columnOf, float[] values) {
    this(columns, starts, ends, columnOf, values, null, 0);
  }

  private SparseRows(
      int columns,
      int[] starts,
      int[] ends,
      int[] columnOf,
      float[] values,
      @Nullable SparseRows whole,
      int first) {
    this.columns = columns;
    this.starts = starts;
    this.ends = ends;
    this.columnOf = columnOf;
    this.values = values;
    this.whole = whole;
    this.first = first;
  }

  /**
   * Runs tasks from 0 on, in any order and on any threads. What they wrote is seen by the caller
   * afterwards.
   */
  @FunctionalInterface
  public interface Loop {
    /** Runs {@code task.accept(0)} .. {@code task.accept(tasks - 1)}. */
    void forEach(int tasks, IntConsumer task);
  }

  /**
   * The elements of a matrix but its zeros, of either sign. NaN and infinities are kept.
   *
   * @throws ArithmeticException if there are more than an array can hold
   */
  public static SparseRows of(FloatMatrix dense) {
    return ifSparse(dense, 1)
        .orElseThrow(() -> new ArithmeticException("too many elements for an array"));
  }

  /** As {@link #ifSparse(FloatMatrix, int, Loop)}, on the calling thread. */
  public static Optional<SparseRows> ifSparse(FloatMatrix dense, int share) {
    return ifSparse(
        dense,
        share,
        (tasks, task) -> {
          for (int i = 0; i < tasks; i++) {
            task.accept(i);
          }
        });
  }

  /**
   * As {@link #of(FloatMatrix)}, or nothing if more than a {@code share}-th of the elements are not
   * 0, or more than an array can hold.
   *
   * @param loop shares the work; the rows are the same whatever it does
   * @throws IllegalArgumentException if {@code share} is not positive
   */
  public static Optional<SparseRows> ifSparse(FloatMatrix dense, int share, Loop loop) {
    if (share < 1) {
      throw new IllegalArgumentException("share must be at least 1, not " + share);
    }
    int tasks = Math.ceilDiv(dense.rows(), TASK_ROWS);
    long[] counts = new long[tasks];
    loop.forEach(tasks, task -> counts[task] = nonZeros(dense, task));
    long stored = Arrays.stream(counts).sum();
    long most = Math.min(MOST, (long) dense.rows() * dense.columns() / share);
    // After each task's elements one more: zeros are written too, to be overwritten by what comes
    // next, which must not be another task's.
    if (stored > most || stored + tasks > MOST) {
      return Optional.empty();
    }
    int[] starts = new int[dense.rows()];
    int[] ends = new int[dense.rows()];
    int[] columnOf = new int[(int) stored + tasks];
    float[] values = new float[columnOf.length];
    int[] firsts = new int[tasks];
    for (int task = 1; task < tasks; task++) {
      firsts[task] = firsts[task - 1] + (int) counts[task - 1] + 1;
    }
    loop.forEach(tasks, task -> fill(dense, task, firsts[task], starts, ends, columnOf, values));
    return Optional.of(new SparseRows(dense.columns(), starts, ends, columnOf, values));
  }

  /** The elements of a task's rows. */
  private static void fill(
      FloatMatrix dense,
      int task,
      int first,
      int[] starts,
      int[] ends,
      int[] columnOf,
      float[] values) {
    // Filled up with zeros to a whole number of groups.
    int[] bits = new int[Math.ceilDiv(dense.columns(), GROUP) * GROUP];
    int at = first;
    for (int i = task * TASK_ROWS; i < lastRow(dense, task); i++) {
      starts[i] = at;
      dense.bits(i, bits);
      for (int group = 0; group < bits.length; group += GROUP) {
        if (isZero(bits, group)) {
          continue;
        }
        for (int j = group; j < group + GROUP; j++) {
          columnOf[at] = j;
          values[at] = Float.intBitsToFloat(bits[j]);
          at += isNonZero(bits[j]);
        }
      }
      ends[i] = at;
    }
  }

  private static int lastRow(FloatMatrix dense, int task) {
    return Math.min(dense.rows(), (task + 1) * TASK_ROWS);
  }

  /** Whether a group holds zeros only, of either sign. */
  private static boolean isZero(int[] bits, int group) {
    int any = 0;
    for (int j = group; j < group + GROUP; j++) {
      any |= bits[j];
    }
    return any << 1 == 0;
  }

  /** How many elements of a task's rows are not 0. */
  private static long nonZeros(FloatMatrix dense, int task) {
    int[] bits = new int[dense.columns()];
    long count = 0;
    for (int i = task * TASK_ROWS; i < lastRow(dense, task); i++) {
      dense.bits(i, bits);
      int inRow = 0;
      for (int value : bits) {
        inRow += isNonZero(value);
      }
      count += inRow;
    }
    return count;
  }

  /** 1, or 0 for the bits of a zero of either sign. No branch: which it is, nobody can foretell. */
  private static int isNonZero(int bits) {
    int magnitude = bits << 1;
    return (magnitude | -magnitude) >>> 31;
  }

  /** The number of rows. */
  public int rows() {
    return starts.length;
  }

  /** The number of columns, stored or not. */
  public int columns() {
    return columns;
  }

  /**
   * The rows from {@code from}, inclusive, to {@code to}, exclusive.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   */
  public SparseRows rows(int from, int to) {
    Objects.checkFromToIndex(from, to, rows());
    boolean shares = from % SparsePanels.ROWS == 0 && SparsePanels.fit(values.length);
    return new SparseRows(
        columns,
        Arrays.copyOfRange(starts, from, to),
        Arrays.copyOfRange(ends, from, to),
        columnOf,
        values,
        shares ? (whole == null ? this : whole) : null,
        shares ? first + from : 0);
  }

  /**
   * The rows that a part of an array names, in its order; a row may occur more than once. They are
   * fetched into the caches: from all over memory, many cache lines at a time, where a product that
   * needs them one by one would wait for each.
   *
   * @throws IndexOutOfBoundsException if there is no such part or row
   */
  public SparseRows gather(int[] rowIndices, int from, int to) {
    Objects.checkFromToIndex(from, to, rowIndices.length);
    int[] someStarts = new int[to - from];
    int[] someEnds = new int[to - from];
    int sum = 0;
    for (int i = from; i < to; i++) {
      int start = starts[rowIndices[i]];
      int end = ends[rowIndices[i]];
      someStarts[i - from] = start;
      someEnds[i - from] = end;
      for (int k = start; k < end; k += LINE) {
        sum += columnOf[k] + Float.floatToRawIntBits(values[k]);
      }
    }
    read = sum;
    return new SparseRows(columns, someStarts, someEnds, columnOf, values);
  }

  /**
   * The elements in the columns from {@code from}, inclusive, to {@code to}, exclusive. There are
   * as many columns as before: the others have no elements.
   *
   * @throws IndexOutOfBoundsException if there are no such columns
   */
  public SparseRows onlyColumns(int from, int to) {
    Objects.checkFromToIndex(from, to, columns);
    int[] someStarts = new int[rows()];
    int[] someEnds = new int[rows()];
    for (int i = 0; i < rows(); i++) {
      someStarts[i] = firstAtLeast(from, i);
      someEnds[i] = firstAtLeast(to, i);
    }
    return new SparseRows(columns, someStarts, someEnds, columnOf, values);
  }

  private int firstAtLeast(int column, int row) {
    if (column == 0 || column == columns) {
      return column == 0 ? starts[row] : ends[row];
    }
    int at = Arrays.binarySearch(columnOf, starts[row], ends[row], column);
    return at < 0 ? -at - 1 : at;
  }

  /**
   * Cuts the columns into parts that hold nearly equal shares of the elements, going by every row
   * of a few thousand, or by as many of more rows, evenly chosen.
   *
   * @return where each part begins, and last the number of columns
   * @throws IllegalArgumentException if there is not at least one part
   */
  public int[] columnCuts(int parts) {
    if (parts < 1) {
      throw new IllegalArgumentException("there must be at least one part, not " + parts);
    }
    long[] upTo = new long[columns + 1];
    for (int i = 0; i < rows(); i += Math.ceilDiv(rows(), SAMPLE)) {
      for (int k = starts[i]; k < ends[i]; k++) {
        upTo[columnOf[k] + 1]++;
      }
    }
    Arrays.parallelPrefix(upTo, Long::sum);
    int[] cuts = new int[parts + 1];
    for (int p = 1; p < parts; p++) {
      cuts[p] = cuts[p - 1];
      while (upTo[cuts[p]] * parts < upTo[columns] * p) {
        cuts[p]++;
      }
    }
    cuts[parts] = columns;
    return cuts;
  }

  /**
   * The transposed matrix: columns x rows, in arrays of its own. Made once, and kept with these.
   */
  public SparseRows transposed() {
    SparseRows made = transposed;
    if (made == null) {
      made = transpose();
      made.transposed = this;
      transposed = made;
    }
    return made;
  }

  /**
   * The rows in groups, for kernels. Made once, and kept with these; for {@link #rows} that begin
   * with a group, with those that they are of, and for all of them.
   */
  public SparsePanels panels() {
    SparsePanels made = panels;
    if (made == null) {
      made = whole == null ? ownPanels() : whole.panels().part(first / SparsePanels.ROWS, rows());
      panels = made;
    }
    return made;
  }

  /** One thread makes them: of many rows they are large. */
  private synchronized SparsePanels ownPanels() {
    SparsePanels made = panels;
    if (made == null) {
      made = SparsePanels.of(this);
      panels = made;
    }
    return made;
  }

  /**
   * Whether {@link #panels} are there, or this is not the first time that somebody asks: to make
   * them takes a third of the time of a product by 300 columns, which is what they save.
   */
  public boolean panelsRepay() {
    boolean repay = used || panels != null || (whole != null && whole.panels != null);
    used = true;
    return repay;
  }

  private SparseRows transpose() {
    int[] from = new int[columns];
    int[] to = new int[columns];
    for (int i = 0; i < rows(); i++) {
      for (int k = starts[i]; k < ends[i]; k++) {
        to[columnOf[k]]++;
      }
    }
    int stored = 0;
    for (int j = 0; j < columns; j++) {
      from[j] = stored;
      stored += to[j];
      to[j] = from[j];
    }
    int[] rowOf = new int[stored];
    float[] turned = new float[stored];
    for (int i = 0; i < rows(); i++) {
      for (int k = starts[i]; k < ends[i]; k++) {
        int at = to[columnOf[k]]++;
        rowOf[at] = i;
        turned[at] = values[k];
      }
    }
    return new SparseRows(rows(), from, to, rowOf, turned);
  }

  /** How many elements all rows have. */
  public long elements() {
    long sum = 0;
    for (int i = 0; i < rows(); i++) {
      sum += ends[i] - starts[i];
    }
    return sum;
  }

  /** Where a row begins in {@link #columnArray()} and {@link #valueArray()}. */
  public int start(int row) {
    return starts[row];
  }

  /** Where a row ends, exclusive. */
  public int end(int row) {
    return ends[row];
  }

  /** The columns of all stored elements: for kernels, not to be written to. */
  public int[] columnArray() {
    return columnOf;
  }

  /** All stored elements: for kernels, not to be written to. */
  public float[] valueArray() {
    return values;
  }

  /** As {@code "3 x 4"}. */
  public String shape() {
    return rows() + " x " + columns;
  }
}
