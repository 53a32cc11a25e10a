package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PatienceTest {

  /** How many epochs a script of scores lasts; -1 if to its end. */
  private static int epochs(Patience patience, double... scores) {
    Patience.Counter counter = patience.counter();
    for (int i = 0; i < scores.length; i++) {
      counter.record(scores[i]);
      if (counter.exhausted()) {
        return i + 1;
      }
    }
    return -1;
  }

  @Test
  void trainingEndsTriesMinusOneEpochsAfterTheLastRecord() {
    assertThat(epochs(new Patience(3, 0), .1, .2, .2, .2, .2)).isEqualTo(2 + 3 - 1);
    assertThat(epochs(new Patience(3, 0), .1, .1, .3, .2, .1, .9)).isEqualTo(3 + 3 - 1);
    assertThat(epochs(new Patience(3, 0), .1, .2, .3, .4)).isEqualTo(-1);
    assertThat(epochs(new Patience(1, 0), .5, .6, .7)).isEqualTo(1);
  }

  @Test
  void itNeverEndsBeforeItsTries() {
    assertThat(epochs(new Patience(3, 0), 0, 0, 0, 0)).isEqualTo(3);
    assertThat(epochs(new Patience(3, 0), .5, .4, .3, .2)).isEqualTo(3);
    assertThat(epochs(new Patience(20, 0), new double[30])).isEqualTo(20);
  }

  @Test
  void aRecordIsStrictlyGreaterAndNeverNan() {
    Patience.Counter counter = new Patience(5).counter();
    assertThat(counter.record(-7)).isTrue();
    assertThat(counter.tried()).isEqualTo(1);
    assertThat(counter.record(-7)).isFalse();
    assertThat(counter.tried()).isEqualTo(2);
    assertThat(counter.record(Double.NaN)).isFalse();
    assertThat(counter.record(-6.5)).isTrue();
    assertThat(counter.tried()).isEqualTo(1);
    assertThat(new Patience(5, 0).counter().record(0)).isFalse();
  }

  @Test
  void impossibleValuesAreRefused() {
    assertThatThrownBy(() -> new Patience(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
    assertThatThrownBy(() -> new Patience(1, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
