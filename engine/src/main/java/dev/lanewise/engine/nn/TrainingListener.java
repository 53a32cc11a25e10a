package dev.lanewise.engine.nn;

/**
 * Follows a training, on the thread that called it; what it throws ends the training and is thrown
 * there. One listener may follow several trainings at once only if it is thread-safe.
 */
public interface TrainingListener {

  /**
   * After every update.
   *
   * @param update counted from 0 from the start of training
   * @param rows the size of the batch
   * @param lossSum the first measure, before the update, summed over the batch
   */
  default Decision onUpdate(long update, int rows, double lossSum) {
    return Decision.CONTINUE;
  }

  /** After every epoch. */
  default Decision onEpoch(EpochReport report) {
    return Decision.CONTINUE;
  }
}
