package dev.lanewise.engine.linear;

import java.util.ArrayList;
import java.util.List;

/** How two-class machines, which answer +1 or -1, make a classifier of many classes. */
public enum ClassScheme {

  /**
   * A machine for each class: +1 for it, -1 for all others. The prediction is the class of the
   * machine with the largest score; the smallest of several.
   */
  ONE_VS_REST,

  /**
   * A machine for each pair of classes a &lt; b: +1 for a, -1 for b; rows of other classes are
   * skipped. The prediction is the class with the most machines on its side; the smallest of
   * several.
   */
  ONE_VS_ONE,

  /**
   * As {@link #ONE_VS_ONE}, but with machines for both (a, b) and (b, a), in ascending order of a,
   * then b. The two differ in nothing but the answer to a score of exactly 0.
   */
  ONE_VS_ONE_ORDERED;

  /** The other side of a one-vs-rest machine. */
  static final int REST = -1;

  /** One machine: the class that it answers +1 for, and the one (or the rest) for -1. */
  record Machine(int positive, int negative) {

    /** +1, -1, or 0 if a row with this label does not concern the machine. */
    int truth(int label) {
      if (label == positive) {
        return 1;
      }
      return negative == REST || negative == label ? -1 : 0;
    }
  }

  List<Machine> machines(int classes) {
    List<Machine> machines = new ArrayList<>();
    for (int a = 0; a < classes; a++) {
      switch (this) {
        case ONE_VS_REST -> machines.add(new Machine(a, REST));
        case ONE_VS_ONE -> {
          for (int b = a + 1; b < classes; b++) {
            machines.add(new Machine(a, b));
          }
        }
        case ONE_VS_ONE_ORDERED -> {
          for (int b = 0; b < classes; b++) {
            if (b != a) {
              machines.add(new Machine(a, b));
            }
          }
        }
      }
    }
    return machines;
  }

  /** The class that the machines' scores of one row elect. */
  int decide(List<Machine> machines, double[] scores, int classes) {
    double[] standing = scores;
    if (this != ONE_VS_REST) {
      standing = new double[classes];
      for (int m = 0; m < scores.length; m++) {
        Machine machine = machines.get(m);
        standing[scores[m] < 0 ? machine.negative() : machine.positive()]++;
      }
    }
    int best = 0;
    for (int c = 1; c < classes; c++) {
      if (standing[c] > standing[best]) {
        best = c;
      }
    }
    return best;
  }
}
