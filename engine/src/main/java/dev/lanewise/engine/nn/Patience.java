package dev.lanewise.engine.nn;

/**
 * When to give up: after {@code tries} epochs from the last record on. A record is a score strictly
 * greater than all before; it sets the counter to 0, and then the epoch is counted, record or not,
 * so that a record is the first of its own tries. Training therefore ends after (1-based epoch of
 * the last record) + tries - 1 epochs, and never before {@code tries}.
 *
 * @param tries at least 1
 * @param initialBest what the first record must beat; 0 makes an accuracy of 0 no record
 */
public record Patience(int tries, double initialBest) {

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if {@code tries} is less than 1 or {@code initialBest} is NaN
   */
  public Patience {
    if (tries < 1) {
      throw new IllegalArgumentException("patience needs at least one try, not " + tries);
    }
    if (Double.isNaN(initialBest)) {
      throw new IllegalArgumentException("the best score to begin with is NaN");
    }
  }

  /** The first score is a record whatever it is. */
  public Patience(int tries) {
    this(tries, Double.NEGATIVE_INFINITY);
  }

  /** Counts for one training. */
  Counter counter() {
    return new Counter(this);
  }

  /** The state of one training's patience. */
  static final class Counter {
    private final int tries;
    private double best;
    private int tried;

    private Counter(Patience patience) {
      this.tries = patience.tries;
      this.best = patience.initialBest;
    }

    /** Counts an epoch; whether its score is a record. NaN never is. */
    boolean record(double score) {
      boolean improved = score > best;
      if (improved) {
        best = score;
        tried = 0;
      }
      tried++;
      return improved;
    }

    boolean exhausted() {
      return tried >= tries;
    }

    int tried() {
      return tried;
    }
  }
}
