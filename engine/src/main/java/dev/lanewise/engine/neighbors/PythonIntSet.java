package dev.lanewise.engine.neighbors;

import java.util.Arrays;

/**
 * The order in which CPython (3.7 and later) iterates over {@code set(list)} of small non-negative
 * integers: that of its hash table, an open-addressing one whose hash of an int is the int
 * (Objects/setobject.c, set_add_entry and set_table_resize).
 */
final class PythonIntSet {

  private static final int MIN_SIZE = 8;
  private static final int LINEAR_PROBES = 9;
  private static final int PERTURB_SHIFT = 5;
  private static final int EMPTY = -1;

  private int[] table = empty(MIN_SIZE);
  private int used;

  private PythonIntSet() {}

  /**
   * The distinct values in iteration order, when they are inserted in the order given.
   *
   * @throws IllegalArgumentException if a value is negative
   */
  static int[] order(int[] values) {
    PythonIntSet set = new PythonIntSet();
    for (int value : values) {
      if (value < 0) {
        throw new IllegalArgumentException("label " + value + " is negative");
      }
      set.add(value);
    }
    return Arrays.stream(set.table).filter(value -> value != EMPTY).toArray();
  }

  private void add(int value) {
    int slot = slot(table, value);
    if (table[slot] == value) {
      return;
    }
    table[slot] = value;
    used++;
    if (used * 5 >= (table.length - 1) * 3) {
      int size = MIN_SIZE;
      while (size <= (used > 50_000 ? used * 2 : used * 4)) {
        size *= 2;
      }
      int[] larger = empty(size);
      for (int old : table) {
        if (old != EMPTY) {
          larger[slot(larger, old)] = old;
        }
      }
      table = larger;
    }
  }

  /** Where a value is, or would go: a run of neighbouring slots first, then a jump. */
  private static int slot(int[] table, int value) {
    int mask = table.length - 1;
    int perturb = value;
    int i = value & mask;
    while (true) {
      int last = i + LINEAR_PROBES <= mask ? i + LINEAR_PROBES : i;
      for (int j = i; j <= last; j++) {
        if (table[j] == EMPTY || table[j] == value) {
          return j;
        }
      }
      perturb >>>= PERTURB_SHIFT;
      i = (i * 5 + 1 + perturb) & mask;
    }
  }

  private static int[] empty(int size) {
    int[] table = new int[size];
    Arrays.fill(table, EMPTY);
    return table;
  }
}
