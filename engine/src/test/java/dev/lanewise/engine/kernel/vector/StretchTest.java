package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StretchTest {

  private static final int LANES = Lanes.FLOAT.length();

  @Test
  void isShortAtFirstAndLongForGood() {
    Stretch stretch = new Stretch();
    assertThat(stretch.next(Long.MAX_VALUE)).isEqualTo(16 * LANES);
    for (int call = 0; call < 10_000; call++) {
      stretch.next(Long.MAX_VALUE);
    }
    assertThat(stretch.next(Long.MAX_VALUE)).isEqualTo(256 * LANES);
  }

  /** Else elements would be left out, or done by another operation in the middle of a row. */
  @Test
  void takesAllInWholeVectorsButTheLast() {
    Stretch stretch = new Stretch();
    for (long length : new long[] {1, 7, 16L * LANES, 16L * LANES + 1, 1_000_003}) {
      long left = length;
      while (left > 0) {
        int n = stretch.next(left);
        assertThat(n).isPositive();
        assertThat((long) n).isLessThanOrEqualTo(left);
        left -= n;
        assertThat(left == 0 || n % LANES == 0).isTrue();
      }
    }
  }
}
