package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageTransformsTest {

  private static final int SIDE = 28;

  private static ByteMatrix bar(double slope) {
    ByteMatrix image = ByteMatrix.zeros(1, SIDE * SIDE);
    for (int y = 4; y < 20; y++) {
      int x = (int) Math.round(9 + slope * (y - 4));
      for (int width = 0; width < 3; width++) {
        image.set(0, y * SIDE + x + width, 200);
      }
    }
    return image;
  }

  /** Mass, centre and covariance of an image: m, x, y, cov(x, y). */
  private static double[] moments(ByteMatrix image, int row) {
    double mass = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
      mass += image.get(row, i);
      x += image.get(row, i) * (double) (i % SIDE);
      y += image.get(row, i) * (double) Math.floorDiv(i, SIDE);
    }
    x /= mass;
    y /= mass;
    double covariance = 0;
    for (int i = 0; i < SIDE * SIDE; i++) {
      covariance += image.get(row, i) * (i % SIDE - x) * (Math.floorDiv(i, SIDE) - y);
    }
    return new double[] {mass, x, y, covariance / mass};
  }

  @Test
  void deskewedImagesStandUprightInTheMiddle() {
    for (double slope : new double[] {-.4, 0, .25, .6}) {
      double[] before = moments(bar(slope), 0);
      double[] after = moments(ImageTransforms.deskewed(bar(slope), SIDE), 0);
      assertThat(after[0]).isCloseTo(before[0], within(before[0] * .02));
      assertThat(after[1]).isCloseTo(13.5, within(.05));
      assertThat(after[2]).isCloseTo(13.5, within(.05));
      assertThat(after[3]).isCloseTo(0, within(.1));
      if (slope != 0) {
        assertThat(Math.abs(before[3])).isGreaterThan(4);
      }
    }
  }

  /** By the definition: a pixel spreads over its four neighbours, and each is moved by itself. */
  @Test
  void everyPixelIsTheMeanOfWhatIsNearItsSource() {
    Random random = new Random(3);
    ByteMatrix images = ByteMatrix.zeros(20, SIDE * SIDE);
    for (int row = 0; row < images.rows(); row++) {
      for (int i = 0; i < SIDE * SIDE; i++) {
        images.set(row, i, random.nextInt(3) == 0 ? random.nextInt(256) : 0);
      }
    }
    ByteMatrix deskewed = ImageTransforms.deskewed(images, SIDE);
    double middle = (SIDE - 1) / 2.0;
    for (int row = 0; row < images.rows(); row++) {
      double[] moments = moments(images, row);
      double variance = 0;
      for (int i = 0; i < SIDE * SIDE; i++) {
        double y = Math.floorDiv(i, SIDE) - moments[2];
        variance += images.get(row, i) * y * y / moments[0];
      }
      for (int y = 0; y < SIDE; y++) {
        double fromY = moments[2] + y - middle;
        for (int x = 0; x < SIDE; x++) {
          double fromX = moments[1] + x - middle + moments[3] / variance * (y - middle);
          double expected = 0;
          for (int i = 0; i < SIDE * SIDE; i++) {
            double near = 1 - Math.min(1, Math.abs(fromX - i % SIDE));
            near *= 1 - Math.min(1, Math.abs(fromY - Math.floorDiv(i, SIDE)));
            expected += near * images.get(row, i);
          }
          // Rounded to a whole one.
          assertThat((double) deskewed.get(row, y * SIDE + x))
              .isCloseTo(expected, within(.5 + 1e-9));
        }
      }
    }
    ByteMatrix dot = ByteMatrix.copyOf(new byte[] {5}, 1, 1);
    assertThat(ImageTransforms.deskewed(dot, 1).toArray()).containsExactly(5);
  }

  @Test
  void emptyImagesStayEmptyAndSinglePixelsAreCentred() {
    ByteMatrix images = ByteMatrix.zeros(2, 9);
    images.set(1, 0, 77);
    ByteMatrix deskewed = ImageTransforms.deskewed(images, 3);
    assertThat(deskewed.row(0)).containsOnly(0);
    assertThat(deskewed.row(1)).containsExactly(0, 0, 0, 0, 77, 0, 0, 0, 0);
  }

  @Test
  void jitterMovesEveryImageByItsOwnWholePixels() {
    ByteMatrix images = ByteMatrix.zeros(200, 25);
    for (int row = 0; row < images.rows(); row++) {
      images.set(row, 12, 1 + row);
    }
    ByteMatrix moved = ImageTransforms.jittered(images, 5, 1, new Random(4));
    boolean[] seen = new boolean[25];
    for (int row = 0; row < images.rows(); row++) {
      int at = -1;
      for (int i = 0; i < 25; i++) {
        if (moved.get(row, i) != 0) {
          assertThat(moved.get(row, i)).isEqualTo(1 + row);
          assertThat(at).as("one pixel only").isEqualTo(-1);
          at = i;
        }
      }
      seen[at] = true;
    }
    for (int i = 0; i < 25; i++) {
      boolean near = Math.abs(i % 5 - 2) <= 1 && Math.abs(Math.floorDiv(i, 5) - 2) <= 1;
      assertThat(seen[i]).as("position %d", i).isEqualTo(near);
    }
  }

  @Test
  void whatLeavesTheImageIsLost() {
    ByteMatrix full = ByteMatrix.zeros(50, 4);
    for (int row = 0; row < 50; row++) {
      for (int i = 0; i < 4; i++) {
        full.set(row, i, 9);
      }
    }
    ByteMatrix moved = ImageTransforms.jittered(full, 2, 2, new Random(1));
    int empty = 0;
    for (int row = 0; row < 50; row++) {
      int kept = 0;
      for (byte pixel : moved.row(row)) {
        kept += pixel / 9;
      }
      assertThat(kept).isIn(0, 1, 2, 4);
      empty += kept == 0 ? 1 : 0;
    }
    assertThat(empty).isPositive();
    assertThat(ImageTransforms.jittered(full, 2, 0, new Random(1)).toArray())
        .isEqualTo(full.toArray());
  }

  @Test
  void refusesWhatAreNoImages() {
    ByteMatrix images = ByteMatrix.zeros(2, 9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageTransforms.deskewed(images, 4))
        .withMessageContaining("9 pixels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageTransforms.jittered(images, 4, 1, new Random(0)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageTransforms.jittered(images, 3, 4, new Random(0)))
        .withMessageContaining("by 4");
    assertThatIllegalArgumentException().isThrownBy(() -> Splits.mnistTraining(-1));
    assertThat(Splits.mnistTraining(60_000)).isEqualTo(55_000);
    assertThat(Splits.mnistTraining(0)).isZero();
  }
}
