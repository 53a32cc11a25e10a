package dev.lanewise.data;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.random.RandomGenerator;

/**
 * Images made from images of the same size. Rows are images of side x side pixels, row-major;
 * pixels beyond the edges are 0.
 */
public final class ImageTransforms {
  private ImageTransforms() {}

  /**
   * Moves every image by whole pixels, each by its own.
   *
   * @param images rows x (side * side)
   * @param reach the farthest, in pixels, along each axis; both distances are uniform in -reach ..
   *     reach
   * @param random draws, for each row in order, the distance to the right and then downwards
   * @return a new matrix of the same shape
   * @throws IllegalArgumentException if the rows are not images of that side, or reach is not in
   *     0..side
   */
  public static ByteMatrix jittered(
      ByteMatrix images, int side, int reach, RandomGenerator random) {
    check(images, side);
    if (reach < 0 || reach > side) {
      throw new IllegalArgumentException("images of side " + side + " cannot move by " + reach);
    }
    ByteMatrix result = ByteMatrix.zeros(images.rows(), images.columns());
    for (int row = 0; row < images.rows(); row++) {
      int right = random.nextInt(2 * reach + 1) - reach;
      int down = random.nextInt(2 * reach + 1) - reach;
      byte[] pixels = images.row(row);
      for (int y = Math.max(0, down); y < Math.min(side, side + down); y++) {
        for (int x = Math.max(0, right); x < Math.min(side, side + right); x++) {
          result.set(row, y * side + x, pixels[(y - down) * side + x - right] & 0xFF);
        }
      }
    }
    return result;
  }

  /**
   * Shears every image upright and centres it: the pixels, taken as masses, end with their centre
   * in the middle and no covariance between the axes (LeCun et al., "Gradient-based learning
   * applied to document recognition", 1998, deskew digits so). Bilinear interpolation, rounded. An
   * empty image stays empty; one whose mass lies in a single line of pixels is only centred.
   *
   * @param images rows x (side * side)
   * @return a new matrix of the same shape
   * @throws IllegalArgumentException if the rows are not images of that side
   */
  public static ByteMatrix deskewed(ByteMatrix images, int side) {
    check(images, side);
    ByteMatrix result = ByteMatrix.zeros(images.rows(), images.columns());
    for (int row = 0; row < images.rows(); row++) {
      deskew(images.row(row), side, result, row);
    }
    return result;
  }

  private static void deskew(byte[] pixels, int side, ByteMatrix result, int row) {
    double mass = 0;
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < pixels.length; i++) {
      int m = pixels[i] & 0xFF;
      int line = i / side;
      mass += m;
      sumX += (double) m * (i % side);
      sumY += (double) m * line;
    }
    if (mass == 0) {
      return;
    }
    double centreX = sumX / mass;
    double centreY = sumY / mass;
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < pixels.length; i++) {
      int m = pixels[i] & 0xFF;
      int line = i / side;
      double y = line - centreY;
      covariance += m * y * (i % side - centreX);
      variance += m * y * y;
    }
    double shear = variance == 0 ? 0 : covariance / variance;
    double middle = (side - 1) / 2.0;
    for (int y = 0; y < side; y++) {
      double fromY = y - middle + centreY;
      for (int x = 0; x < side; x++) {
        double fromX = x - middle + centreX + shear * (y - middle);
        result.set(row, y * side + x, (int) Math.round(interpolate(pixels, side, fromX, fromY)));
      }
    }
  }

  private static double interpolate(byte[] pixels, int side, double x, double y) {
    int left = (int) Math.floor(x);
    int top = (int) Math.floor(y);
    double right = x - left;
    double down = y - top;
    return (1 - down)
            * ((1 - right) * at(pixels, side, left, top) + right * at(pixels, side, left + 1, top))
        + down
            * ((1 - right) * at(pixels, side, left, top + 1)
                + right * at(pixels, side, left + 1, top + 1));
  }

  private static int at(byte[] pixels, int side, int x, int y) {
    return x < 0 || y < 0 || x >= side || y >= side ? 0 : pixels[y * side + x] & 0xFF;
  }

  private static void check(ByteMatrix images, int side) {
    if (side < 1 || images.columns() != (long) side * side) {
      throw new IllegalArgumentException(
          "rows of " + images.columns() + " pixels are not images of " + side + " x " + side);
    }
  }
}
