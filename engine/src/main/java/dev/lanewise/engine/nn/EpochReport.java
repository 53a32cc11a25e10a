package dev.lanewise.engine.nn;

import java.util.Map;
import java.util.function.Supplier;

/** What a {@link TrainingListener} is told after an epoch. */
public final class EpochReport {

  private final int epoch;
  private final long updates;
  private final Evaluation batches;
  private final Map<String, Evaluation> watched;
  private final boolean record;
  private final Supplier<Mlp> model;

  EpochReport(
      int epoch,
      long updates,
      Evaluation batches,
      Map<String, Evaluation> watched,
      boolean record,
      Supplier<Mlp> model) {
    this.epoch = epoch;
    this.updates = updates;
    this.batches = batches;
    this.watched = watched;
    this.record = record;
    this.model = model;
  }

  /** The epoch, counted from 0. */
  public int epoch() {
    return epoch;
  }

  /** Updates made so far. */
  public long updates() {
    return updates;
  }

  /** The epoch's batches, each as it was before its own update. */
  public Evaluation batches() {
    return batches;
  }

  /**
   * A set that the training watches.
   *
   * @throws IllegalArgumentException if it watches none of that name
   */
  public Evaluation watched(String name) {
    Evaluation evaluation = watched.get(name);
    if (evaluation == null) {
      throw new IllegalArgumentException(
          "no set '" + name + "' is watched; there are " + watched.keySet());
    }
    return evaluation;
  }

  /** Whether the epoch's score beat all before it; always false unless scores are kept. */
  public boolean isRecord() {
    return record;
  }

  /**
   * A copy of the network as it is now, made at each call. Only while the listener is being called.
   */
  public Mlp model() {
    return model.get();
  }
}
