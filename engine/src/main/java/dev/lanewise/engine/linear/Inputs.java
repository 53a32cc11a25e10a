package dev.lanewise.engine.linear;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The checks that all learners here make on what they are given, with one wording. */
final class Inputs {

  private static final int INFINITY = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);

  private Inputs() {}

  /** Refuses NaN and infinity, an empty set, and a wrong number of columns. */
  static void rows(String what, FloatMatrix x, int columns) {
    if (x.columns() != columns) {
      throw new IllegalArgumentException(
          what + ": " + x.columns() + " columns, the model has " + columns + " features");
    }
    rows(what, x);
  }

  /** Refuses NaN and infinity, and an empty set. */
  static void rows(String what, FloatMatrix x) {
    if (x.rows() == 0 || x.columns() == 0) {
      throw new IllegalArgumentException(what + ": the set is empty (" + x.shape() + ")");
    }
    finite(what, x);
  }

  /** Refuses NaN and infinity. */
  static void finite(String what, FloatMatrix x) {
    int[] bits = new int[x.columns()];
    for (int i = 0; i < x.rows(); i++) {
      long at = 4 * (x.offset() + (long) i * x.stride());
      MemorySegment.copy(x.segment(), ValueLayout.JAVA_INT, at, bits, 0, bits.length);
      // Without its sign, a float that is not finite is at least infinity's bits. An integer
      // maximum is found a vector at a time, a branch or a sum of floats is not.
      int largest = 0;
      for (int value : bits) {
        largest = Math.max(largest, value & Integer.MAX_VALUE);
      }
      if (largest >= INFINITY) {
        for (int j = 0; j < bits.length; j++) {
          if (!Float.isFinite(x.get(i, j))) {
            throw new IllegalArgumentException(
                what + ": " + x.get(i, j) + " at row " + i + ", column " + j);
          }
        }
      }
    }
  }

  /** Refuses labels that are not one for each row, or not in 0 .. classes - 1. */
  static void labels(String what, int[] labels, int rows, int classes) {
    if (labels.length != rows) {
      throw new IllegalArgumentException(
          what + ": " + labels.length + " labels for " + rows + " rows");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new IllegalArgumentException(
            what + ": label " + labels[i] + " at row " + i + " is not in 0 .. " + (classes - 1));
      }
    }
  }

  /** Refuses fewer classes than two: there would be nothing to tell apart. */
  static int classes(int classes) {
    if (classes < 2) {
      throw new IllegalArgumentException("classes must be at least 2, not " + classes);
    }
    return classes;
  }

  static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  /** Refuses NaN, infinity and negative numbers. */
  static double notNegative(String name, double value) {
    if (!(value >= 0 && value <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(name + " must be finite and at least 0, not " + value);
    }
    return value;
  }

  /** Refuses NaN, infinity, negative numbers and 0. */
  static double positive(String name, double value) {
    if (!(value > 0 && value <= Float.MAX_VALUE)) {
      throw new IllegalArgumentException(name + " must be finite and above 0, not " + value);
    }
    return value;
  }
}
