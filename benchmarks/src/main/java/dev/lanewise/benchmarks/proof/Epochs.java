package dev.lanewise.benchmarks.proof;

/**
 * Epochs of one run of a training, ours or a peer's, of which a row's epoch is a part. What is done
 * once a training, such as leaving out zeros, counts here for a fraction and in the write-ups' 20
 * to 200 epochs for less. {@code peers/worker.py} has the same numbers.
 */
public final class Epochs {

  /** Of mlp-mnist. */
  public static final int MLP = 3;

  /** Of softmax-sgd. */
  public static final int SOFTMAX = 10;

  /** Of notmnist-mlp. */
  public static final int NOT_MNIST = 4;

  private Epochs() {}
}
