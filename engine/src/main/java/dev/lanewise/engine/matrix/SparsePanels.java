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

  private final int[] starts;
  private final int[] stored;
  private final int[] columnOf;
  private final float[] values;

  private SparsePanels(int[] starts, int[] stored, int[] columnOf, float[] values) {
    this.starts = starts;
    this.stored = stored;
    this.columnOf = columnOf;
    this.values = values;
  }

  static SparsePanels of(SparseRows rows) {
    int groups = rows.rows() / ROWS;
    int[] starts = new int[groups + 1];
    int[] stored = new int[groups];
    // One more than there are: columns that are not there are written too, to be overwritten.
    int[] columnOf = new int[rows.columns() + 1];
    float[] values = {};
    byte[] there = new byte[rows.columns()];
    int[] place = new int[rows.columns()];
    int[] column = rows.columnArray();
    float[] value = rows.valueArray();
    int count = 0;
    for (int g = 0; g < groups; g++) {
      Arrays.fill(there, (byte) 0);
      for (int r = 0; r < ROWS; r++) {
        int end = rows.end(g * ROWS + r);
        for (int k = rows.start(g * ROWS + r); k < end; k++) {
          there[column[k]] = 1;
        }
        stored[g] += end - rows.start(g * ROWS + r);
      }
      if (columnOf.length - count <= there.length) {
        columnOf = Arrays.copyOf(columnOf, grown(columnOf.length, there.length));
      }
      for (int j = 0; j < there.length; j++) {
        columnOf[count] = j;
        place[j] = count;
        count += there[j];
      }
      starts[g + 1] = count;
      if (values.length / ROWS < count) {
        values = Arrays.copyOf(values, ROWS * grown(values.length / ROWS, count));
      }
      for (int r = 0; r < ROWS; r++) {
        int end = rows.end(g * ROWS + r);
        for (int k = rows.start(g * ROWS + r); k < end; k++) {
          values[ROWS * place[column[k]] + r] = value[k];
        }
      }
    }
    return new SparsePanels(
        starts, stored, Arrays.copyOf(columnOf, count), Arrays.copyOf(values, ROWS * count));
  }

  private static int grown(int length, int atLeast) {
    return Math.addExact(length, Math.max(length / 2, atLeast));
  }

  /** How many groups there are. */
  public int groups() {
    return stored.length;
  }

  /** Where a group begins in {@link #columnArray()}, and in {@link #valueArray()} times 8. */
  public int start(int group) {
    return starts[group];
  }

  /** Where a group ends, exclusive. */
  public int end(int group) {
    return starts[group + 1];
  }

  /** The elements of a group that its rows store, to one of its columns: 1 to {@value #ROWS}. */
  public double density(int group) {
    return (double) stored[group] / (end(group) - start(group));
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
