package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;

/**
 * Examples and their classes. Neither is copied: leave both alone while they are in use.
 *
 * @param rows n x features, one example a row
 * @param labels n classes, from 0
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Samples(FloatMatrix rows, int[] labels) {

  /**
   * Checks the number of labels.
   *
   * @throws IllegalArgumentException if there is not one label a row, or one is negative
   */
  public Samples {
    if (labels.length != rows.rows()) {
      throw new IllegalArgumentException(
          labels.length + " labels for " + rows.rows() + " rows: there must be one a row");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0) {
        throw new IllegalArgumentException("the label of row " + i + " is " + labels[i]);
      }
    }
  }

  /** The number of examples. */
  public int size() {
    return labels.length;
  }

  /** The given examples, in the order given, copied. */
  public Samples gather(int... indices) {
    int[] chosen = new int[indices.length];
    for (int i = 0; i < indices.length; i++) {
      chosen[i] = labels[indices[i]];
    }
    return new Samples(rows.gather(indices), chosen);
  }
}
