package dev.lanewise.engine.nn;

/** Training left the finite numbers. The message says when, where and what to try. */
public final class DivergenceException extends ArithmeticException {

  private static final long serialVersionUID = 1;

  private final int epoch;
  private final long update;

  DivergenceException(String what, int epoch, long update) {
    super(
        what
            + " (epoch "
            + epoch
            + ", update "
            + update
            + ", both counted from 0): lower the learning rate, scale the inputs, start from"
            + " smaller weights, or tell the trainer to keep going");
    this.epoch = epoch;
    this.update = update;
  }

  /** The epoch, counted from 0. */
  public int epoch() {
    return epoch;
  }

  /** The update, counted from 0 from the start of training. */
  public long update() {
    return update;
  }
}
