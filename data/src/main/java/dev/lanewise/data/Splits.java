package dev.lanewise.data;

import dev.lanewise.data.random.NumpyRandomState;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** The divisions of the data sets that the experiments use, as the write-ups make them. */
public final class Splits {
  private static final int DIGITS = 10;
  private static final int IMAGES_PER_DIGIT = 100;
  private static final int TRAIN_PER_DIGIT = 80;
  private static final int HELD_OUT_PER_DIGIT = 10;

  /** The division of the 18,724 images that the write-up had. */
  private static final int NOT_MNIST_IMAGES = 18_724;

  private static final int NOT_MNIST_TRAIN = 15_000;
  private static final int NOT_MNIST_VALIDATION = 1_000;

  /** The seed in the write-up. */
  private static final int NOT_MNIST_SEED = 521;

  private Splits() {}

  /**
   * Divides mini-MNIST: digit after digit, a fresh permutation of its 100 images; the first 80 of
   * it train, the next 10 are for validation, and the last 10 for testing.
   *
   * @param labels the label of each row, 0..9, 100 of each
   * @param random draws the ten permutations, digit 0 first
   * @return 800, 100, 100 and 100 row indices
   * @throws IllegalArgumentException if there are not 100 rows of each digit
   */
  public static MiniMnistSplit miniMnist(int[] labels, RandomGenerator random) {
    int[] train = new int[DIGITS * TRAIN_PER_DIGIT];
    int[] validation = new int[DIGITS * HELD_OUT_PER_DIGIT];
    int[] publishedTest = new int[DIGITS * HELD_OUT_PER_DIGIT];
    int[] correctedTest = new int[DIGITS * HELD_OUT_PER_DIGIT];
    int heldOut = IMAGES_PER_DIGIT - HELD_OUT_PER_DIGIT;
    for (int digit = 0; digit < DIGITS; digit++) {
      int[] rows = rowsOf(digit, labels);
      int to = digit * HELD_OUT_PER_DIGIT;
      System.arraycopy(rows, heldOut, publishedTest, to, HELD_OUT_PER_DIGIT);
      shuffle(rows, random);
      System.arraycopy(rows, 0, train, digit * TRAIN_PER_DIGIT, TRAIN_PER_DIGIT);
      System.arraycopy(rows, TRAIN_PER_DIGIT, validation, to, HELD_OUT_PER_DIGIT);
      System.arraycopy(rows, heldOut, correctedTest, to, HELD_OUT_PER_DIGIT);
    }
    return new MiniMnistSplit(train, validation, publishedTest, correctedTest);
  }

  /**
   * Divides notMNIST: NumPy's {@code RandomState(521).shuffle} of 0..n-1, then, in that order,
   * training, validation and test rows in the proportion 15,000 : 1,000 : 2,724 of the write-up's
   * 18,724 images; the first two are rounded, the test takes the rest.
   *
   * @param n the number of images
   * @return for n = 10,000: 8,011, 534 and 1,455 row indices
   * @throws IllegalArgumentException if n is negative
   */
  public static Split notMnist(int n) {
    int[] order = new NumpyRandomState(NOT_MNIST_SEED).shuffled(n);
    int train = share(n, NOT_MNIST_TRAIN);
    int validation = share(n, NOT_MNIST_VALIDATION);
    return new Split(
        Arrays.copyOfRange(order, 0, train),
        Arrays.copyOfRange(order, train, train + validation),
        Arrays.copyOfRange(order, train + validation, n));
  }

  /**
   * Where the training images of MNIST are divided when a model has to be chosen: those before this
   * row train, the last twelfth (5,000 of 60,000) is for validation. MNIST comes shuffled.
   *
   * @param n the number of training images
   * @throws IllegalArgumentException if n is negative
   */
  public static int mnistTraining(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("there cannot be " + n + " images");
    }
    return n - n / 12;
  }

  private static int share(int n, int of) {
    return (int) Math.round((double) n * of / NOT_MNIST_IMAGES);
  }

  private static int[] rowsOf(int digit, int[] labels) {
    int[] rows = new int[IMAGES_PER_DIGIT];
    int found = 0;
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] == digit) {
        if (found < IMAGES_PER_DIGIT) {
          rows[found] = row;
        }
        found++;
      }
    }
    if (found != IMAGES_PER_DIGIT || labels.length != DIGITS * IMAGES_PER_DIGIT) {
      throw new IllegalArgumentException(
          "mini-MNIST has 100 images of each digit; here are "
              + labels.length
              + ", of digit "
              + digit
              + " "
              + found);
    }
    return rows;
  }

  /** Fisher and Yates's shuffle. */
  private static void shuffle(int[] values, RandomGenerator random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }
}
