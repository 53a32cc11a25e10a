package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MnistNormalizerTest {

  private static final int SIDE = MnistNormalizer.SIDE;

  /** A filled rectangle on a black square. */
  private static ByteMatrix rectangle(int side, int left, int top, int width, int height, int ink) {
    ByteMatrix drawing = ByteMatrix.zeros(1, side * side);
    for (int y = top; y < top + height; y++) {
      for (int x = left; x < left + width; x++) {
        drawing.set(0, y * side + x, ink);
      }
    }
    return drawing;
  }

  /** Left, right, top, bottom of the pixels that are not black; right and bottom are exclusive. */
  private static int[] bounds(ByteMatrix image, int row) {
    int[] bounds = {SIDE, 0, SIDE, 0};
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        if (image.get(row, y * SIDE + x) > 0) {
          bounds[0] = Math.min(bounds[0], x);
          bounds[1] = Math.max(bounds[1], x + 1);
          bounds[2] = Math.min(bounds[2], y);
          bounds[3] = Math.max(bounds[3], y + 1);
        }
      }
    }
    return bounds;
  }

  @Test
  void aRectangleFillsTheBoxAndKeepsItsProportions() {
    Random random = new Random(5);
    for (int i = 0; i < 200; i++) {
      int side = 30 + random.nextInt(200);
      int width = 1 + random.nextInt(side);
      int height = 1 + random.nextInt(side);
      int left = random.nextInt(side - width + 1);
      int top = random.nextInt(side - height + 1);
      ByteMatrix drawing = rectangle(side, left, top, width, height, 1 + random.nextInt(255));
      int[] bounds = bounds(MnistNormalizer.normalized(drawing, side), 0);
      double scale = 20.0 / Math.max(width, height);
      assertThat((double) bounds[1] - bounds[0])
          .as("%d x %d", width, height)
          .isCloseTo(Math.max(1, width * scale), within(.5));
      assertThat((double) bounds[3] - bounds[2]).isCloseTo(Math.max(1, height * scale), within(.5));
    }
  }

  @Test
  void theCentreOfMassIsInTheMiddleWhereverTheDrawingWas() {
    Random random = new Random(6);
    for (int i = 0; i < 200; i++) {
      int side = 40 + random.nextInt(60);
      ByteMatrix drawing = ByteMatrix.zeros(1, side * side);
      // A heavy block and a thin line: mass and box have different middles.
      int x = random.nextInt(side - 20);
      int y = random.nextInt(side - 20);
      for (int step = 0; step < 20; step++) {
        drawing.set(0, (y + step) * side + x, 255);
        for (int wide = 0; wide < 8 && step > 12; wide++) {
          drawing.set(0, (y + step) * side + x + wide, 200);
        }
      }
      ByteMatrix image = MnistNormalizer.normalized(drawing, side);
      double mass = 0;
      double massX = 0;
      double massY = 0;
      int brightest = 0;
      for (int at = 0; at < SIDE * SIDE; at++) {
        int value = image.get(0, at);
        mass += value;
        massX += value * (double) (at % SIDE);
        massY += value * (double) Math.floorDiv(at, SIDE);
        brightest = Math.max(brightest, value);
      }
      assertThat(massX / mass).isCloseTo(14, within(.51));
      assertThat(massY / mass).isCloseTo(14, within(.51));
      assertThat(brightest).isEqualTo(255);
    }
  }

  @Test
  void placeSizeAndBrightnessDoNotMatter() {
    byte[] expected = MnistNormalizer.normalized(rectangle(100, 0, 0, 40, 60, 255), 100).toArray();
    assertThat(MnistNormalizer.normalized(rectangle(100, 55, 37, 40, 60, 255), 100).toArray())
        .isEqualTo(expected);
    assertThat(MnistNormalizer.normalized(rectangle(100, 9, 1, 20, 30, 80), 100).toArray())
        .isEqualTo(expected);
    assertThat(MnistNormalizer.normalized(rectangle(280, 9, 1, 160, 240, 255), 280).toArray())
        .isEqualTo(expected);
  }

  @Test
  void edgesAreSmooth() {
    // A staircase of 30 steps on 20 pixels has edges between black and white.
    int side = 64;
    ByteMatrix drawing = ByteMatrix.zeros(1, side * side);
    for (int y = 0; y < 30; y++) {
      for (int x = 0; x <= y; x++) {
        drawing.set(0, y * side + x, 255);
      }
    }
    byte[] image = MnistNormalizer.normalized(drawing, side).toArray();
    int grey = 0;
    for (byte pixel : image) {
      int value = pixel & 0xFF;
      grey += value > 40 && value < 215 ? 1 : 0;
    }
    assertThat(grey).isBetween(15, 60);
  }

  @Test
  void faintSpecksDoNotStretchTheBox() {
    ByteMatrix drawing = rectangle(100, 30, 30, 20, 40, 250);
    byte[] clean = MnistNormalizer.normalized(drawing, 100).toArray();
    drawing.set(0, 99 * 100 + 99, 25);
    assertThat(MnistNormalizer.normalized(drawing, 100).toArray()).isEqualTo(clean);
    drawing.set(0, 99 * 100 + 99, 26);
    assertThat(MnistNormalizer.normalized(drawing, 100).toArray()).isNotEqualTo(clean);
  }

  /** A heavy corner in the middle: what is far from it does not fit, and comes in nowhere else. */
  @Test
  void whatReachesBeyondTheImageIsLost() {
    int side = 40;
    ByteMatrix drawing = ByteMatrix.zeros(1, side * side);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        boolean corner = x < 6 && y < 6;
        drawing.set(0, y * side + x, corner ? 255 : x == 0 || y == 0 ? 40 : 0);
      }
    }
    ByteMatrix image = MnistNormalizer.normalized(drawing, side);
    for (int i = 0; i < SIDE; i++) {
      assertThat(image.get(0, i * SIDE)).as("left edge, row %d", i).isZero();
      assertThat(image.get(0, i)).as("upper edge, column %d", i).isZero();
    }
    int[] bounds = bounds(image, 0);
    assertThat(bounds[1]).isEqualTo(SIDE);
    assertThat(bounds[3]).isEqualTo(SIDE);
  }

  @Test
  void emptyAndTinyDrawings() {
    ByteMatrix drawings = ByteMatrix.zeros(2, 50 * 50);
    drawings.set(1, 1234, 3);
    ByteMatrix images = MnistNormalizer.normalized(drawings, 50);
    assertThat(images.row(0)).containsOnly(0);
    assertThat(bounds(images, 1)).containsExactly(4, 24, 4, 24);
    assertThat(MnistNormalizer.normalized(ByteMatrix.zeros(0, 1), 1).rows()).isZero();
    ByteMatrix dot = ByteMatrix.copyOf(new byte[] {7}, 1, 1);
    assertThat(bounds(MnistNormalizer.normalized(dot, 1), 0)).containsExactly(4, 24, 4, 24);
  }

  @Test
  void imagesOfMnistHardlyChange() {
    ImageSet images = DataCatalog.embedded().mnist().test();
    ByteMatrix again = MnistNormalizer.normalized(images.images(), images.side());
    double sum = 0;
    for (int row = 0; row < images.size(); row++) {
      for (int at = 0; at < SIDE * SIDE; at++) {
        sum += Math.abs(images.images().get(row, at) - again.get(row, at));
      }
    }
    assertThat(sum / images.size() / (SIDE * SIDE)).isLessThan(3);
  }

  @Test
  void refusesWhatAreNoImages() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MnistNormalizer.normalized(ByteMatrix.zeros(1, 99), 10))
        .withMessageContaining("99 pixels are not images of 10 x 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MnistNormalizer.normalized(ByteMatrix.zeros(1, 0), 0));
  }
}
