package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

/** Rows begin on a cache line, and nothing else shows. */
class AlignedRowsTest {

  @Test
  void longRowsBeginEverySixteenFloats() {
    for (int columns : new int[] {17, 31, 32, 33, 300, 1000}) {
      FloatMatrix x = AlignedRows.zeros(Arena.ofAuto(), 3, columns);
      assertThat(x.shape()).isEqualTo("3 x " + columns);
      assertThat(x.stride() % 16).isZero();
      assertThat(x.stride()).isLessThan(columns + 16);
      assertThat(x.toArray()).hasSize(3 * columns).containsOnly(0f);
    }
  }

  @Test
  void shortRowsAreNotSpreadOut() {
    for (int columns : new int[] {0, 1, 10, 16}) {
      assertThat(AlignedRows.zeros(Arena.ofAuto(), 3, columns).isContiguous()).isTrue();
    }
  }

  @Test
  void wholeRowsAreTheSameMemoryToTheEndOfTheirLines() {
    for (int columns : new int[] {1, 10, 16, 17, 32, 300}) {
      FloatMatrix x = AlignedRows.zeros(Arena.ofAuto(), 3, columns);
      FloatMatrix whole = AlignedRows.whole(x);
      assertThat(whole.shape()).isEqualTo("3 x " + x.stride());
      assertThat(whole.isContiguous()).isTrue();
      whole.set(2, columns - 1, 7);
      assertThat(x.get(2, columns - 1)).isEqualTo(7);
      x.set(1, 0, 5);
      assertThat(whole.get(1, 0)).isEqualTo(5);
    }
  }
}
