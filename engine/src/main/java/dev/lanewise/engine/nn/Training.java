package dev.lanewise.engine.nn;

/**
 * The outcome of a training.
 *
 * @param model the network: after the last update, or of the best epoch if that was asked for
 * @param epochs epochs begun
 * @param updates updates made
 * @param bestEpoch the epoch of the last record, counted from 0; -1 if there was none or scores
 *     were not kept
 * @param bestScore its score; NaN if there is none
 * @param reason why training ended
 */
public record Training(
    Mlp model, int epochs, long updates, int bestEpoch, double bestScore, Reason reason) {

  /** Why a training ended. */
  public enum Reason {
    /** It made all the epochs or updates it was given. */
    COMPLETED,
    /** Its patience was exhausted. */
    OUT_OF_PATIENCE,
    /** A listener said so. */
    STOPPED_BY_LISTENER
  }
}
