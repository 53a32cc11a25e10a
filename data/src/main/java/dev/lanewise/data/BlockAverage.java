package dev.lanewise.data;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;

/**
 * Smaller images: each block of block x block pixels becomes one. From 28 pixels a side, blocks of
 * 1, 2, 4, 7 and 14 give 28, 14, 7, 4 and 2.
 */
public final class BlockAverage {
  private BlockAverage() {}

  /**
   * The sum of every block: whole numbers, 0..255 * block * block, exact in a float32 as long as
   * blocks have at most 256 x 256 pixels. Neighbours by sums are neighbours by means.
   *
   * @param images rows x (side * side)
   * @param side pixels along an edge of an image
   * @param block pixels along an edge of a block; divides side
   * @return rows x (side / block)^2, row-major; freed automatically
   * @throws IllegalArgumentException if the rows are not images of that side, or block does not
   *     divide it or is above 256
   */
  public static FloatMatrix sums(ByteMatrix images, int side, int block) {
    return blocks(images, side, block, 1);
  }

  /**
   * The mean of every block, 0..255, rounded to float32: the exact sum divided by the number of
   * pixels. Parameters, result and exceptions as for {@link #sums}.
   */
  public static FloatMatrix means(ByteMatrix images, int side, int block) {
    return blocks(images, side, block, block * block);
  }

  private static FloatMatrix blocks(ByteMatrix images, int side, int block, int divisor) {
    if (side < 1 || images.columns() != (long) side * side) {
      throw new IllegalArgumentException(
          "rows of " + images.columns() + " pixels are not images of " + side + " x " + side);
    }
    // 256 * 256 * 255 < 2^24, up to which a float32 holds every whole number
    if (block < 1 || block > 256 || side % block != 0) {
      throw new IllegalArgumentException(
          "blocks of " + block + " pixels do not divide a side of " + side);
    }
    int small = side / block;
    FloatMatrix result = FloatMatrix.zeros(images.rows(), small * small);
    int[] sums = new int[small * small];
    for (int row = 0; row < images.rows(); row++) {
      Arrays.fill(sums, 0);
      byte[] pixels = images.row(row);
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
          sums[y / block * small + x / block] += pixels[y * side + x] & 0xFF;
        }
      }
      for (int i = 0; i < sums.length; i++) {
        result.set(row, i, (float) sums[i] / divisor);
      }
    }
    return result;
  }
}
