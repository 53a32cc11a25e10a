package dev.lanewise.data;

import dev.lanewise.engine.matrix.ByteMatrix;

/**
 * Makes a drawing look like an image of MNIST, as its makers describe it: the digit is scaled to
 * fit a box of 20 x 20 pixels with its proportions kept and its edges smooth, and that is put into
 * a field of 28 x 28 so that the centre of mass of the pixels is in the middle (LeCun, Cortes and
 * Burges, "The MNIST database of handwritten digits").
 *
 * <p>What their text leaves open follows their images: the box moves by whole pixels, the middle is
 * pixel (14, 14) (in all 60,000 training images the centre of mass lies within half a pixel of it),
 * and the brightest pixel is 255 (254 or 255 in every one).
 */
public final class MnistNormalizer {

  /** Pixels along an edge of the result. */
  public static final int SIDE = 28;

  /** Pixels along an edge of the box that the digit is made to fit. */
  private static final int BOX = 20;

  private static final int MIDDLE = 14;

  /**
   * Fainter pixels, in parts of the brightest, do not stretch the box: they are a soft brush's rim
   * or a scanner's noise.
   */
  private static final double RIM = 0.1;

  private MnistNormalizer() {}

  /**
   * Normalises each row.
   *
   * @param drawings rows x (side * side): square drawings, row-major, white (255) on black (0)
   * @param side pixels along an edge of a drawing, at least 1
   * @return a new matrix, rows x 784; an empty drawing stays empty
   * @throws IllegalArgumentException if the rows are not images of that side
   */
  public static ByteMatrix normalized(ByteMatrix drawings, int side) {
    if (side < 1 || drawings.columns() != (long) side * side) {
      throw new IllegalArgumentException(
          "rows of " + drawings.columns() + " pixels are not images of " + side + " x " + side);
    }
    ByteMatrix result = ByteMatrix.zeros(drawings.rows(), SIDE * SIDE);
    for (int row = 0; row < drawings.rows(); row++) {
      normalize(drawings.row(row), side, result, row);
    }
    return result;
  }

  private static void normalize(byte[] pixels, int side, ByteMatrix result, int row) {
    int brightest = 0;
    for (byte pixel : pixels) {
      brightest = Math.max(brightest, pixel & 0xFF);
    }
    if (brightest == 0) {
      return;
    }
    int left = side;
    int right = 0;
    int top = side;
    int bottom = 0;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        if ((pixels[y * side + x] & 0xFF) > RIM * brightest) {
          left = Math.min(left, x);
          right = Math.max(right, x + 1);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y + 1);
        }
      }
    }
    double scale = (double) Math.max(right - left, bottom - top) / BOX;
    int width = Math.max(1, (int) Math.round((right - left) / scale));
    int height = Math.max(1, (int) Math.round((bottom - top) / scale));
    double[] box = new double[width * height];
    double mass = 0;
    double massX = 0;
    double massY = 0;
    double peak = 0;
    for (int y = 0; y < height; y++) {
      double fromY = top + (double) y * (bottom - top) / height;
      double toY = top + (double) (y + 1) * (bottom - top) / height;
      for (int x = 0; x < width; x++) {
        double fromX = left + (double) x * (right - left) / width;
        double toX = left + (double) (x + 1) * (right - left) / width;
        double mean = mean(pixels, side, fromX, toX, fromY, toY);
        box[y * width + x] = mean;
        mass += mean;
        massX += mean * x;
        massY += mean * y;
        peak = Math.max(peak, mean);
      }
    }
    int moveX = MIDDLE - (int) Math.round(massX / mass);
    int moveY = MIDDLE - (int) Math.round(massY / mass);
    for (int y = Math.max(0, -moveY); y < Math.min(height, SIDE - moveY); y++) {
      for (int x = Math.max(0, -moveX); x < Math.min(width, SIDE - moveX); x++) {
        int value = (int) Math.round(box[y * width + x] * 255 / peak);
        result.set(row, (y + moveY) * SIDE + x + moveX, value);
      }
    }
  }

  /** The mean over a rectangle; a pixel counts by how much of it lies within. */
  private static double mean(
      byte[] pixels, int side, double fromX, double toX, double fromY, double toY) {
    double sum = 0;
    for (int y = (int) fromY; y < Math.min(side, toY); y++) {
      double share = Math.min(y + 1, toY) - Math.max(y, fromY);
      for (int x = (int) fromX; x < Math.min(side, toX); x++) {
        sum += share * (Math.min(x + 1, toX) - Math.max(x, fromX)) * (pixels[y * side + x] & 0xFF);
      }
    }
    return sum / ((toX - fromX) * (toY - fromY));
  }
}
