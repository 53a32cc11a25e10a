package dev.lanewise.engine.matrix;

import java.util.Arrays;

/**
 * Sparse rows in groups of {@value #ROWS}, each with the columns at which any row of the group has
 * an element, ascending, and at each of them an element for every row, 0 where a row has none. A
 * kernel that multiplies a group reads what it is multiplied by once and not once a row. Rows that
 * do not fill a group are left out.
 *
 * <p>For images of digits a group has 2.4 times as many elements as its rows: see {@link
 * #density(int)}.
 *
 * <p>Thread-safety: immutable.
 */
public final class SparsePanels {

  /** Rows of a group. */
  public static final int ROWS = 8;

  private final int first;
  private final int groups;
  private final int[] starts;
  private final int[] stored;
  private final int[] columnOf;
  private final float[] values;

  private SparsePanels(
      int first, int groups, int[] starts, int[] stored, int[] columnOf, float[] values) {
    this.first = first;
    this.groups = groups;
    this.starts = starts;
    this.stored = stored;
    this.columnOf = columnOf;
    this.values = values;
  }

  /** Whether all groups of rows with so many elements certainly fit into an array. */
  static boolean fit(int elements) {
    return elements <= (Integer.MAX_VALUE - 8) / ROWS;
  }

  /**
   * Groups of all rows.
   *
   * @throws ArithmeticException if there are more elements than an array can hold
   */
  static SparsePanels of(SparseRows rows) {
    int groups = rows.rows() / ROWS;
    int[] starts = new int[groups + 1];
    int[] stored = new int[groups];
    count(rows, starts, stored);
    // One more than there are: columns that are not there are written too, to be overwritten.
    int[] columnOf = new int[starts[groups] + 1];
    float[] values = new float[Math.multiplyExact(starts[groups], ROWS)];
    byte[] there = new byte[rows.columns()];
    int[] place = new int[rows.columns()];
    int[] column = rows.columnArray();
    float[] value = rows.valueArray();
    for (int g = 0; g < groups; g++) {
      Arrays.fill(there, (byte) 0);
      for (int i = g * ROWS; i < (g + 1) * ROWS; i++) {
        for (int k = rows.start(i); k < rows.end(i); k++) {
          there[column[k]] = 1;
        }
      }
      int next = starts[g];
      for (int j = 0; j < there.length; j++) {
        columnOf[next] = j;
        place[j] = next;
        next += there[j];
      }
      for (int r = 0; r < ROWS; r++) {
        int end = rows.end(g * ROWS + r);
        for (int k = rows.start(g * ROWS + r); k < end; k++) {
          values[ROWS * place[column[k]] + r] = value[k];
        }
      }
    }
    return new SparsePanels(0, groups, starts, stored, columnOf, values);
  }

  /** Where each group begins, by its columns; and how many elements its rows store. */
  private static void count(SparseRows rows, int[] starts, int[] stored) {
    int[] last = new int[rows.columns()];
    Arrays.fill(last, -1);
    int[] column = rows.columnArray();
    int count = 0;
    for (int g = 0; g < stored.length; g++) {
      for (int i = g * ROWS; i < (g + 1) * ROWS; i++) {
        int end = rows.end(i);
        for (int k = rows.start(i); k < end; k++) {
          count += last[column[k]] == g ? 0 : 1;
          last[column[k]] = g;
        }
        stored[g] += end - rows.start(i);
      }
      starts[g + 1] = count;
    }
  }

  /** The groups of so many rows, from one on; they share their arrays with these. */
  SparsePanels part(int fromGroup, int rows) {
    return new SparsePanels(first + fromGroup, rows / ROWS, starts, stored, columnOf, values);
  }

  /** How many groups there are. */
  public int groups() {
    return groups;
  }

  /** Where a group begins in {@link #columnArray()}, and in {@link #valueArray()} times 8. */
  public int start(int group) {
    return starts[first + group];
  }

  /** Where a group ends, exclusive. */
  public int end(int group) {
    return starts[first + group + 1];
  }

  /** The elements of a group that its rows store, to one of its columns: 1 to {@value #ROWS}. */
  public double density(int group) {
    return (double) stored[first + group] / (end(group) - start(group));
  }

  /** The columns of all groups: for kernels, not to be written to. */
  public int[] columnArray() {
    return columnOf;
  }

  /** For each column of a group its {@value #ROWS} elements: for kernels, not to be written to. */
  public float[] valueArray() {
    return values;
  }
}
