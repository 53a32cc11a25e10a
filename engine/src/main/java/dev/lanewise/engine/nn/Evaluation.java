package dev.lanewise.engine.nn;

/** How a network did on a set of examples: accuracy, and the measures that were asked for. */
public final class Evaluation {

  private final int rows;
  private final int correct;
  private final double[] sums;

  Evaluation(int rows, int correct, double[] sums) {
    this.rows = rows;
    this.correct = correct;
    this.sums = sums;
  }

  /** The number of examples. */
  public int rows() {
    return rows;
  }

  /** How many were given their class. */
  public int correct() {
    return correct;
  }

  /** The share that was given its class, 0..1. */
  public double accuracy() {
    return (double) correct / rows;
  }

  /** The mean of the first measure over the examples. */
  public double loss() {
    return loss(0);
  }

  /**
   * The mean of a measure over the examples.
   *
   * @param measure its position among the measures asked for
   * @throws IndexOutOfBoundsException if there is no such measure
   */
  public double loss(int measure) {
    return sums[measure] / rows;
  }

  /**
   * The sum of the first measure over the examples: doubles, added row by row within 512 rows, then
   * those sums in order.
   */
  public double lossSum() {
    return lossSum(0);
  }

  /**
   * As {@link #lossSum()}, of any measure.
   *
   * @throws IndexOutOfBoundsException if there is no such measure
   */
  public double lossSum(int measure) {
    return sums[measure];
  }

  @Override
  public String toString() {
    return "Evaluation[rows=" + rows + ", correct=" + correct + ", loss=" + loss() + "]";
  }
}
