package dev.lanewise.data.random;

import org.apache.commons.math3.random.MersenneTwister;

/**
 * NumPy's legacy generator {@code numpy.random.RandomState(seed)}, as far as shuffling goes: the
 * same words of MT19937 (seeded with one 32-bit number) turned into the same permutations. NumPy
 * has frozen this stream, so it will not change. Not thread-safe.
 */
public final class NumpyRandomState {
  private final MersenneTwister words;

  /**
   * @param seed 0..2^31-1; NumPy's upper half of seeds is not needed here
   * @throws IllegalArgumentException if the seed is negative
   */
  public NumpyRandomState(int seed) {
    if (seed < 0) {
      throw new IllegalArgumentException("seed " + seed + " is negative");
    }
    words = new MersenneTwister(seed);
  }

  /**
   * The numbers 0..n-1 as {@code shuffle} leaves them; equals {@code permutation(n)}.
   *
   * @throws IllegalArgumentException if n is negative
   */
  public int[] shuffled(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("cannot shuffle " + n + " numbers");
    }
    int[] values = new int[n];
    for (int i = 0; i < n; i++) {
      values[i] = i;
    }
    shuffle(values);
    return values;
  }

  /** Shuffles in place: from the last place down, a swap with a place not above it. */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = interval(i);
      int swapped = values[i];
      values[i] = values[j];
      values[j] = swapped;
    }
  }

  /** {@code random_interval}: 0..max, by masking words and rejecting those above max. */
  private int interval(int max) {
    int mask = -1 >>> Integer.numberOfLeadingZeros(max);
    int value;
    do {
      value = words.nextInt() & mask;
    } while (value > max);
    return value;
  }
}
