package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageSetTest {
  private static final ByteMatrix IMAGES =
      ByteMatrix.copyOf(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 3, 4);

  @Test
  void refusesLabelsThatDoNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> set(2, 0, 1))
        .withMessage("3 images cannot have 2 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> set(2, 0, 2, 1))
        .withMessage("label 2 of row 1 is not in 0..1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> set(2, 0, 1, -1))
        .withMessageContaining("label -1 of row 2");
  }

  @Test
  void refusesRowsThatAreNotSquare() {
    for (int side : new int[] {-2, 0, 1, 3, 4}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> set(side, 0, 1, 0))
          .withMessageContaining("rows of 4 pixels");
    }
  }

  @Test
  void anImageMayBeASinglePixel() {
    ByteMatrix pixels = ByteMatrix.zeros(2, 1);
    ImageSet set = new ImageSet("dots", pixels, new int[] {0, 0}, 1, List.of("dot"), "by hand");
    assertThat(set.size()).isEqualTo(2);
  }

  @Test
  void choosesRows() {
    ImageSet set = set(2, 0, 1, 0);
    assertThat(set.size()).isEqualTo(3);
    ImageSet gathered = set.gather(2, 1, 2);
    assertThat(gathered.labels()).containsExactly(0, 1, 0);
    assertThat(gathered.images().toArray())
        .containsExactly(9, 10, 11, 12, 5, 6, 7, 8, 9, 10, 11, 12);
    ImageSet rows = set.rows(1, 3);
    assertThat(rows.labels()).containsExactly(1, 0);
    assertThat(rows.images().toArray()).containsExactly(5, 6, 7, 8, 9, 10, 11, 12);
    assertThat(rows.source()).isEqualTo(set.source());
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> set.gather(3));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> set.rows(1, 4));
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> set.rows(-1, 2));
  }

  private static ImageSet set(int side, int... labels) {
    return new ImageSet("letters", IMAGES, labels, side, List.of("A", "B"), "made by hand");
  }
}
