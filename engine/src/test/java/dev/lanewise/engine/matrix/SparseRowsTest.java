package dev.lanewise.engine.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The forms that are made of other forms. */
class SparseRowsTest {

  private static FloatMatrix mostlyZeros(int rows, int columns, Random random) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextInt(3) == 0 ? random.nextFloat() : 0);
      }
    }
    return x;
  }

  private static float[] dense(SparseRows x) {
    float[] elements = new float[x.rows() * x.columns()];
    for (int i = 0; i < x.rows(); i++) {
      for (int k = x.start(i); k < x.end(i); k++) {
        elements[i * x.columns() + x.columnArray()[k]] = x.valueArray()[k];
      }
    }
    return elements;
  }

  @Test
  void zerosOfEitherSignAreLeftOutAndNothingElse() {
    float[] kept = {
      Float.MIN_VALUE, -Float.MIN_VALUE, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
    };
    FloatMatrix x = FloatMatrix.zeros(1, 2 * kept.length);
    for (int i = 0; i < kept.length; i++) {
      x.set(0, 2 * i, i % 2 == 0 ? -0f : 0f);
      x.set(0, 2 * i + 1, kept[i]);
    }
    assertThat(SparseRows.nonZeros(x)).isEqualTo(kept.length);
    SparseRows rows = SparseRows.of(x);
    assertThat(Arrays.copyOfRange(rows.valueArray(), rows.start(0), rows.end(0)))
        .containsExactly(kept);
    assertThat(Arrays.copyOfRange(rows.columnArray(), rows.start(0), rows.end(0)))
        .containsExactly(1, 3, 5, 7, 9);
  }

  @Test
  void transposedHasRowsForColumnsInAscendingOrder() {
    Random random = new Random(1);
    for (int[] shape : new int[][] {{0, 3}, {3, 0}, {1, 1}, {5, 9}, {9, 5}}) {
      FloatMatrix x = mostlyZeros(shape[0], shape[1], random);
      SparseRows turned = SparseRows.of(x).transposed();
      assertThat(turned.rows()).isEqualTo(shape[1]);
      assertThat(turned.columns()).isEqualTo(shape[0]);
      for (int j = 0; j < turned.rows(); j++) {
        for (int k = turned.start(j) + 1; k < turned.end(j); k++) {
          assertThat(turned.columnArray()[k]).isGreaterThan(turned.columnArray()[k - 1]);
        }
      }
      assertThat(dense(turned.transposed())).isEqualTo(x.toArray());
    }
  }

  @Test
  void transposedOfAPartHasThatPartOnly() {
    FloatMatrix x = mostlyZeros(12, 7, new Random(2));
    SparseRows part = SparseRows.of(x).rows(3, 9);
    assertThat(part.transposed().columns()).isEqualTo(6);
    assertThat(dense(part.transposed().transposed())).isEqualTo(x.rows(3, 9).copy().toArray());
    SparseRows gathered = SparseRows.of(x).gather(new int[] {4, 4, 0}, 0, 3);
    assertThat(dense(gathered.transposed().transposed())).isEqualTo(x.gather(4, 4, 0).toArray());
    SparseRows some = SparseRows.of(x).gather(new int[] {9, 4, 0, 1}, 1, 3);
    assertThat(some.shape()).isEqualTo("2 x 7");
    assertThat(dense(some)).isEqualTo(x.gather(4, 0).toArray());
  }

  @Test
  void someColumnsAreThoseAndNoOthers() {
    Random random = new Random(3);
    for (int[] shape : new int[][] {{0, 3}, {1, 1}, {5, 9}, {9, 40}}) {
      FloatMatrix x = mostlyZeros(shape[0], shape[1], random);
      if (shape[0] > 0) {
        x.set(0, 0, 1); // The first stored element is where the first part begins.
      }
      SparseRows rows = SparseRows.of(x);
      for (int parts = 1; parts <= 4; parts++) {
        int[] cuts = rows.columnCuts(parts);
        assertThat(cuts).hasSize(parts + 1).isSorted().startsWith(0).endsWith(shape[1]);
        for (int p = 0; p < parts; p++) {
          float[] expected = x.toArray();
          for (int at = 0; at < expected.length; at++) {
            int column = at % shape[1];
            expected[at] = column >= cuts[p] && column < cuts[p + 1] ? expected[at] : 0;
          }
          assertThat(dense(rows.onlyColumns(cuts[p], cuts[p + 1]))).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void cutsShareOutTheElements() {
    FloatMatrix x = FloatMatrix.zeros(4, 10);
    for (int i = 0; i < 4; i++) {
      for (int j = 4; j < 8; j++) {
        x.set(i, j, 1);
      }
    }
    assertThat(SparseRows.of(x).columnCuts(2)).containsExactly(0, 6, 10);
    assertThat(SparseRows.of(x).columnCuts(4)).containsExactly(0, 5, 6, 7, 10);
    FloatMatrix halves = FloatMatrix.copyOf(new float[][] {{0, 0, 1, 1}, {1, 1, 0, 0}});
    assertThat(SparseRows.of(halves).rows(0, 1).columnCuts(3)).containsExactly(0, 3, 4, 4);
    assertThatThrownBy(() -> SparseRows.of(x).columnCuts(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one part");
    assertThatThrownBy(() -> SparseRows.of(x).onlyColumns(3, 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
