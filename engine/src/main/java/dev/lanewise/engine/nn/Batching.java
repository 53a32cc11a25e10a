package dev.lanewise.engine.nn;

/** Which examples make an update. */
public sealed interface Batching {

  /** All of them: an epoch is one update. */
  static Batching full() {
    return new Full();
  }

  /**
   * Consecutive rows, in the order they are stored, the same in every epoch; the last batch of an
   * epoch may be shorter.
   *
   * @throws IllegalArgumentException if {@code size} is less than 1
   */
  static Batching inOrder(int size) {
    return new InOrder(size);
  }

  /**
   * Consecutive rows of a new permutation for every epoch; the last batch of an epoch may be
   * shorter.
   *
   * @throws IllegalArgumentException if {@code size} is less than 1
   */
  static Batching shuffled(int size) {
    return new Shuffled(size);
  }

  /**
   * For every update, from each class in ascending order, the first {@code perClass} rows of a new
   * permutation of the class's rows. Updates draw independently, so an epoch is one update.
   *
   * @throws IllegalArgumentException if {@code perClass} is less than 1
   */
  static Batching stratified(int perClass) {
    return new Stratified(perClass);
  }

  /** See {@link #full}. */
  record Full() implements Batching {}

  /** See {@link #inOrder}. */
  record InOrder(int size) implements Batching {
    public InOrder {
      positive(size);
    }
  }

  /** See {@link #shuffled}. */
  record Shuffled(int size) implements Batching {
    public Shuffled {
      positive(size);
    }
  }

  /** See {@link #stratified}. */
  record Stratified(int perClass) implements Batching {
    public Stratified {
      positive(perClass);
    }
  }

  private static void positive(int size) {
    if (size < 1) {
      throw new IllegalArgumentException("a batch must have at least one row, not " + size);
    }
  }
}
