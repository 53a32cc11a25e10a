package dev.lanewise.engine.neighbors;

/**
 * The k smallest (distance, row) pairs seen, for several queries at once. A distance is a
 * non-negative long: an integer distance, or the bits of a non-negative double, which order as the
 * double does. Not thread-safe.
 *
 * <p>Each query has a binary heap with the largest pair on top, because k may be as large as the
 * number of rows.
 */
final class TopK {

  private int k;
  private long[] distances = new long[0];
  private int[] rows = new int[0];
  private int[] sizes = new int[0];

  /** Starts anew. Allocates only when there was never room for as many. */
  void reset(int queries, int k) {
    this.k = k;
    int needed = Math.multiplyExact(queries, k);
    if (distances.length < needed) {
      distances = new long[needed];
      rows = new int[needed];
    }
    if (sizes.length < queries) {
      sizes = new int[queries];
    }
    java.util.Arrays.fill(sizes, 0, queries, 0);
  }

  /** The largest distance that can still enter: the k-th smallest, {@code ifFewer} before k. */
  long limit(int query, long ifFewer) {
    return sizes[query] < k ? ifFewer : distances[query * k];
  }

  /** Takes a pair in if it is among the k smallest so far. */
  void offer(int query, long distance, int row) {
    int base = query * k;
    if (sizes[query] < k) {
      up(base, sizes[query]++, distance, row);
    } else if (less(distance, row, distances[base], rows[base])) {
      down(base, k, distance, row);
    }
  }

  private static boolean less(long distanceA, int rowA, long distanceB, int rowB) {
    return distanceA < distanceB || (distanceA == distanceB && rowA < rowB);
  }

  private void up(int base, int at, long distance, int row) {
    while (at > 0) {
      int parent = (at - 1) >> 1;
      if (less(distance, row, distances[base + parent], rows[base + parent])) {
        break;
      }
      move(base + parent, base + at);
      at = parent;
    }
    set(base + at, distance, row);
  }

  private void down(int base, int size, long distance, int row) {
    int at = 0;
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size
          && less(
              distances[base + child],
              rows[base + child],
              distances[base + child + 1],
              rows[base + child + 1])) {
        child++;
      }
      if (less(distances[base + child], rows[base + child], distance, row)) {
        break;
      }
      move(base + child, base + at);
      at = child;
    }
    set(base + at, distance, row);
  }

  private void move(int from, int to) {
    distances[to] = distances[from];
    rows[to] = rows[from];
  }

  private void set(int at, long distance, int row) {
    distances[at] = distance;
    rows[at] = row;
  }

  /**
   * Sorts a query's pairs, ascending; afterwards only {@link #distance} and {@link #row} work.
   *
   * @throws IllegalStateException if there are fewer than expected: rows and bounds of an index
   *     from a file contradict each other
   */
  void sort(int query, int expected) {
    if (sizes[query] < expected) {
      throw new IllegalStateException(
          "found "
              + sizes[query]
              + " of "
              + expected
              + " neighbours: the file that the index was opened from is damaged; verify() says"
              + " where");
    }
    int base = query * k;
    for (int size = sizes[query]; size > 1; size--) {
      long distance = distances[base + size - 1];
      int row = rows[base + size - 1];
      move(base, base + size - 1);
      down(base, size - 1, distance, row);
    }
  }

  long distance(int query, int rank) {
    return distances[query * k + rank];
  }

  int row(int query, int rank) {
    return rows[query * k + rank];
  }
}
