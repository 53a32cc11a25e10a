package dev.lanewise.engine.linear;

/**
 * How a probabilistic classifier did on a labelled set.
 *
 * @param rows how many rows were judged, at least 1
 * @param correct how many of them got their label
 * @param meanLoss the mean cross-entropy in nats, -log of the probability given to the label
 */
public record Evaluation(int rows, int correct, double meanLoss) {

  /** The share that got its label, 0 .. 1. */
  public double accuracy() {
    return (double) correct / rows;
  }
}
