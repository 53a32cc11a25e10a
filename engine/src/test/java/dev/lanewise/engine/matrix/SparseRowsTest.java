package dev.lanewise.engine.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
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

  private static FloatMatrix transposed(FloatMatrix x) {
    FloatMatrix turned = FloatMatrix.zeros(x.columns(), x.rows());
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        turned.set(j, i, x.get(i, j));
      }
    }
    return turned;
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
  void storesAllButZerosOfEitherSignInAscendingColumns() {
    float[] odd = {Float.NaN, Float.NEGATIVE_INFINITY, Float.MIN_VALUE, -1, -0f, 0};
    Random random = new Random(4);
    for (int columns = 1; columns <= 33; columns++) {
      FloatMatrix x = FloatMatrix.zeros(3, columns);
      // The middle row keeps its zeros; in the others long runs of them are interrupted.
      for (int j = 0; j < columns; j++) {
        x.set(0, j, random.nextInt(6) == 0 ? odd[random.nextInt(odd.length)] : -0f);
        x.set(2, j, odd[random.nextInt(odd.length)]);
      }
      SparseRows rows = SparseRows.of(x);
      int stored = 0;
      for (int i = 0; i < 3; i++) {
        assertThat(rows.start(i)).isEqualTo(stored);
        for (int j = 0; j < columns; j++) {
          if (x.get(i, j) != 0) {
            assertThat(rows.columnArray()[stored]).isEqualTo(j);
            assertThat(rows.valueArray()[stored]).isEqualTo(Float.valueOf(x.get(i, j)));
            stored++;
          }
        }
        assertThat(rows.end(i)).isEqualTo(stored);
      }
    }
  }

  @Test
  void isMadeWhereAtMostAShareIsNotZero() {
    FloatMatrix x = FloatMatrix.zeros(2, 10);
    for (int j = 0; j < 5; j++) {
      x.set(1, 2 * j, 1);
    }
    assertThat(SparseRows.ifSparse(x, 4))
        .hasValueSatisfying(rows -> assertThat(dense(rows)).isEqualTo(x.toArray()));
    assertThat(SparseRows.ifSparse(x, 5)).isEmpty();
    x.set(0, 9, 1);
    assertThat(SparseRows.ifSparse(x, 4)).isEmpty();
    assertThat(SparseRows.ifSparse(x, 1)).isPresent();
    assertThatThrownBy(() -> SparseRows.ifSparse(x, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share must be at least 1, not 0");
  }

  /** Cut into tasks, whose elements are apart by one that does not count. */
  @Test
  void isTheSameWhoeverMakesIt() {
    for (int rows : new int[] {1, 511, 512, 513, 1300}) {
      FloatMatrix x = mostlyZeros(rows, 9, new Random(rows));
      List<Integer> tasks = new ArrayList<>();
      SparseRows backwards =
          SparseRows.ifSparse(
                  x,
                  1,
                  (count, task) -> {
                    for (int i = count - 1; i >= 0; i--) {
                      task.accept(i);
                    }
                    tasks.add(count);
                  })
              .orElseThrow();
      assertThat(tasks).containsExactly((rows + 511) / 512, (rows + 511) / 512);
      assertThat(dense(backwards)).isEqualTo(x.toArray());
      SparseRows alone = SparseRows.of(x);
      assertThat(alone.columnArray()).isEqualTo(backwards.columnArray());
      assertThat(alone.valueArray()).isEqualTo(backwards.valueArray());
      float[] all = x.toArray();
      long elements = IntStream.range(0, all.length).filter(i -> all[i] != 0).count();
      assertThat(alone.elements()).isEqualTo(elements);
      assertThat(alone.gather(new int[] {0, 0}, 0, 2).elements())
          .isEqualTo(2L * (alone.end(0) - alone.start(0)));
    }
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
      assertThat(dense(turned)).isEqualTo(transposed(x).toArray());
    }
  }

  @Test
  void transposedOfAPartHasThatPartOnly() {
    FloatMatrix x = mostlyZeros(12, 7, new Random(2));
    SparseRows part = SparseRows.of(x).rows(3, 9);
    assertThat(part.transposed().columns()).isEqualTo(6);
    assertThat(dense(part.transposed())).isEqualTo(transposed(x.rows(3, 9)).toArray());
    SparseRows gathered = SparseRows.of(x).gather(new int[] {4, 4, 0}, 0, 3);
    assertThat(dense(gathered.transposed())).isEqualTo(transposed(x.gather(4, 4, 0)).toArray());
    SparseRows some = SparseRows.of(x).gather(new int[] {9, 4, 0, 1}, 1, 3);
    assertThat(some.shape()).isEqualTo("2 x 7");
    assertThat(dense(some)).isEqualTo(x.gather(4, 0).toArray());
  }

  @Test
  void rowsWithoutElementsAreGatheredToo() {
    FloatMatrix x = mostlyZeros(6, 9, new Random(5));
    for (int j = 0; j < 9; j++) {
      x.set(2, j, 0);
      x.set(5, j, 0);
    }
    SparseRows gathered = SparseRows.of(x).gather(new int[] {5, 2, 1}, 0, 3);
    assertThat(dense(gathered)).isEqualTo(x.gather(5, 2, 1).toArray());
    // Its last row ends with its arrays, which have no room to spare if they were turned.
    SparseRows turned = SparseRows.of(transposed(x)).transposed();
    assertThat(turned.columnArray()).hasSize(turned.end(5));
    assertThat(dense(turned.gather(new int[] {5, 2, 1}, 0, 3)))
        .isEqualTo(x.gather(5, 2, 1).toArray());
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
    // Of 4,097 rows every other one counts.
    FloatMatrix many = FloatMatrix.zeros(4_097, 4);
    for (int i = 0; i < many.rows(); i++) {
      many.set(i, i % 2 == 0 ? i / 2 % 2 : 3, 1);
    }
    assertThat(SparseRows.of(many).columnCuts(2)).containsExactly(0, 1, 4);
    assertThat(SparseRows.of(many).rows(0, 4_096).columnCuts(2)).containsExactly(0, 2, 4);
    assertThatThrownBy(() -> SparseRows.of(x).columnCuts(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least one part");
    assertThatThrownBy(() -> SparseRows.of(x).onlyColumns(3, 11))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void panelsHoldGroupsOfEightRowsAndTheColumnsOfAny() {
    Random random = new Random(6);
    for (int rows : new int[] {0, 7, 8, 15, 16, 41}) {
      FloatMatrix x = FloatMatrix.zeros(rows, 21);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < 21; j++) {
          // Rows 8 to 15 are empty, the last column is full, column 3 is empty.
          boolean stored = i / 8 != 1 && j != 3 && (j == 20 || random.nextInt(9) == 0);
          x.set(i, j, stored ? random.nextFloat(1, 2) : 0);
        }
      }
      SparsePanels panels = SparseRows.of(x).panels();
      assertThat(panels.groups()).isEqualTo(rows / 8);
      for (int g = 0; g < panels.groups(); g++) {
        int at = panels.start(g);
        int stored = 0;
        for (int j = 0; j < 21; j++) {
          float[] column = new float[8];
          int any = 0;
          for (int r = 0; r < 8; r++) {
            column[r] = x.get(8 * g + r, j);
            any += column[r] == 0 ? 0 : 1;
          }
          if (any > 0) {
            assertThat(panels.columnArray()[at]).isEqualTo(j);
            assertThat(Arrays.copyOfRange(panels.valueArray(), 8 * at, 8 * at + 8))
                .isEqualTo(column);
            at++;
            stored += any;
          }
        }
        assertThat(panels.end(g)).isEqualTo(at);
        if (stored > 0) {
          assertThat(panels.density(g)).isEqualTo((double) stored / (at - panels.start(g)));
        }
      }
    }
  }

  @Test
  void otherFormsAreMadeOnceAndPanelsForTheSecondWhoAsks() {
    SparseRows rows = SparseRows.of(FloatMatrix.copyOf(new float[][] {{0, 1}, {2, 0}}));
    assertThat(rows.transposed()).isSameAs(rows.transposed());
    assertThat(rows.transposed().transposed()).isSameAs(rows);
    assertThat(rows.panelsRepay()).isFalse();
    assertThat(rows.panelsRepay()).isTrue();
    assertThat(rows.panels()).isSameAs(rows.panels());
    SparseRows others = rows.rows(1, 2);
    assertThat(others.panelsRepay()).isFalse();
    SparseRows made = rows.rows(1, 2);
    assertThat(made.panels().groups()).isZero();
    assertThat(made.panelsRepay()).isTrue();
  }

  @Test
  void rowsThatBeginWithAGroupShareItsPanels() {
    Random random = new Random(7);
    FloatMatrix x = FloatMatrix.zeros(83, 30);
    for (int i = 0; i < 83; i++) {
      for (int j = 0; j < 30; j++) {
        x.set(i, j, random.nextInt(4) == 0 ? random.nextFloat(1, 2) : 0);
      }
    }
    SparseRows all = SparseRows.of(x);
    SparseRows early = all.rows(16, 40);
    assertThat(all.rows(8, 16).panelsRepay()).isFalse();
    assertThat(early.rows(8, 24).panels().valueArray()).isSameAs(all.panels().valueArray());
    assertThat(all.rows(8, 16).panelsRepay()).isTrue();
    assertThat(all.rows(9, 17).panelsRepay()).isFalse();
    for (int[] part : new int[][] {{0, 83}, {8, 80}, {16, 39}, {9, 33}, {80, 83}, {24, 24}}) {
      SparseRows rows = all.rows(part[0], part[1]);
      assertSamePanels(rows.panels(), SparseRows.of(x.rows(part[0], part[1])).panels());
      assertThat(rows.panels()).isSameAs(rows.panels());
      int middle = rows.rows() / 2 / 8 * 8;
      assertSamePanels(
          rows.rows(middle, rows.rows()).panels(),
          SparseRows.of(x.rows(part[0] + middle, part[1])).panels());
    }
  }

  private static void assertSamePanels(SparsePanels actual, SparsePanels expected) {
    assertThat(actual.groups()).isEqualTo(expected.groups());
    for (int g = 0; g < expected.groups(); g++) {
      assertThat(Arrays.copyOfRange(actual.columnArray(), actual.start(g), actual.end(g)))
          .isEqualTo(
              Arrays.copyOfRange(expected.columnArray(), expected.start(g), expected.end(g)));
      assertThat(Arrays.copyOfRange(actual.valueArray(), 8 * actual.start(g), 8 * actual.end(g)))
          .isEqualTo(
              Arrays.copyOfRange(
                  expected.valueArray(), 8 * expected.start(g), 8 * expected.end(g)));
      assertThat(actual.density(g)).isEqualTo(expected.density(g));
    }
  }
}
