package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BlockAverageTest {
  /** Two images of 4 x 4, so that a mix-up of rows, columns or images shows. */
  private static final ByteMatrix HAND =
      ByteMatrix.copyOf(
          new byte[] {
            1,
            2,
            10,
            20, //
            3,
            4,
            30,
            40, //
            (byte) 255,
            (byte) 255,
            0,
            1, //
            (byte) 255,
            (byte) 255,
            0,
            0, //
            5,
            0,
            0,
            0, //
            0,
            0,
            6,
            0, //
            0,
            7,
            0,
            0, //
            0,
            0,
            0,
            8
          },
          2,
          16);

  @Test
  void sumsByHand() {
    FloatMatrix sums = BlockAverage.sums(HAND, 4, 2);
    assertThat(sums.shape()).isEqualTo("2 x 4");
    assertThat(sums.row(0)).containsExactly(10, 100, 1020, 1);
    assertThat(sums.row(1)).containsExactly(5, 6, 7, 8);
    assertThat(BlockAverage.sums(HAND, 4, 4).toArray()).containsExactly(1131, 26);
    assertThat(BlockAverage.sums(HAND, 4, 1).row(0))
        .containsExactly(1, 2, 10, 20, 3, 4, 30, 40, 255, 255, 0, 1, 255, 255, 0, 0);
  }

  @Test
  void anImageMayBeASinglePixel() {
    ByteMatrix pixel = ByteMatrix.copyOf(new byte[] {(byte) 200}, 1, 1);
    assertThat(BlockAverage.sums(pixel, 1, 1).toArray()).containsExactly(200);
  }

  @Test
  void meansByHand() {
    FloatMatrix means = BlockAverage.means(HAND, 4, 2);
    assertThat(means.row(0)).containsExactly(2.5f, 25, 255, .25f);
    assertThat(means.row(1)).containsExactly(1.25f, 1.5f, 1.75f, 2);
    assertThat(BlockAverage.means(HAND, 4, 4).toArray()).containsExactly(1131 / 16f, 26 / 16f);
  }

  @ParameterizedTest
  @CsvSource({"1, 28", "2, 14", "4, 7", "7, 4", "14, 2", "28, 1"})
  void everySizeOfADigit(int block, int small) {
    byte[] pixels = new byte[3 * 784];
    new Random(block).nextBytes(pixels);
    ByteMatrix images = ByteMatrix.copyOf(pixels, 3, 784);
    FloatMatrix sums = BlockAverage.sums(images, 28, block);
    FloatMatrix means = BlockAverage.means(images, 28, block);
    assertThat(sums.rows()).isEqualTo(3);
    assertThat(sums.columns()).isEqualTo(small * small);
    for (int image = 0; image < 3; image++) {
      for (int y = 0; y < small; y++) {
        for (int x = 0; x < small; x++) {
          int sum = 0;
          for (int i = 0; i < block * block; i++) {
            int pixel = (y * block + i / block) * 28 + x * block + i % block;
            sum += Byte.toUnsignedInt(pixels[image * 784 + pixel]);
          }
          assertThat(sums.get(image, y * small + x)).isEqualTo(sum);
          assertThat(means.get(image, y * small + x))
              .isEqualTo((float) ((double) sum / (block * block)));
        }
      }
    }
  }

  @Test
  void theLargestSumIsExact() {
    byte[] white = new byte[65_536];
    Arrays.fill(white, (byte) 255);
    white[0] = (byte) 254;
    ByteMatrix image = ByteMatrix.copyOf(white, 1, white.length);
    assertThat(BlockAverage.sums(image, 256, 256).get(0, 0)).isEqualTo(255 * 65_536 - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 3, 5, 8, 56})
  void refusesBlocksThatDoNotDivide(int block) {
    ByteMatrix images = ByteMatrix.zeros(2, 784);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlockAverage.sums(images, 28, block))
        .withMessageContaining("blocks of " + block);
    assertThatIllegalArgumentException().isThrownBy(() -> BlockAverage.means(images, 28, block));
  }

  @Test
  void refusesBlocksThatAreTooLargeToSum() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlockAverage.sums(ByteMatrix.zeros(1, 257 * 257), 257, 257));
  }

  @ParameterizedTest
  @ValueSource(ints = {-28, 0, 14, 27, 784})
  void refusesAnotherSide(int side) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BlockAverage.sums(ByteMatrix.zeros(2, 784), side, 1))
        .withMessageContaining("rows of 784 pixels");
  }
}
