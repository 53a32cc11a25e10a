package dev.lanewise.data.format;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Reads IDX, the format MNIST is published in: two zero bytes, a type, the number of dimensions,
 * each dimension as four bytes with the most significant first, then the elements, last dimension
 * fastest. Only unsigned bytes (type 0x08) are read. A file that starts with gzip's magic number is
 * unpacked.
 *
 * <p>Nothing is allocated before the dimensions were checked against the length of the file.
 */
public final class Idx {
  private static final int UNSIGNED_BYTES = 0x08;

  private Idx() {}

  /**
   * Images of one size.
   *
   * @param pixels a row per image, rows x (height * width), 0..255; freed automatically
   * @param height rows of pixels in an image
   * @param width columns of pixels in an image
   */
  public record Images(ByteMatrix pixels, int height, int width) {}

  /**
   * Reads images: three dimensions (images, height, width), or two (rows, columns), which counts as
   * a height of 1.
   *
   * @throws DataFormatException if the file is not exactly that
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static Images images(Path file) {
    return Reading.of(
        file,
        () -> {
          try (Content content = Content.open(file)) {
            int dimensions = readMagic(content);
            if (dimensions != 3 && dimensions != 2) {
              throw content.malformed(
                  3, "expected images in 3 or 2 dimensions, found " + dimensions);
            }
            int count = readDimension(content);
            int height = dimensions == 3 ? readDimension(content) : 1;
            int width = readDimension(content);
            long size = (long) height * width;
            if (size == 0 || size > Integer.MAX_VALUE) {
              throw content.malformed(
                  8, "an image of " + height + " x " + width + " pixels cannot be read");
            }
            content.require(count * size, count + " images of " + height + " x " + width);
            ByteMatrix pixels = ByteMatrix.zeros(count, (int) size);
            fill(content, pixels);
            return new Images(pixels, height, width);
          }
        });
  }

  /**
   * Reads labels: one dimension.
   *
   * @return a label per row, 0..255
   * @throws DataFormatException if the file is not exactly that
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static int[] labels(Path file) {
    return labels(file, 256);
  }

  /**
   * Reads labels of so many classes.
   *
   * @return a label per row, 0..classes-1
   * @throws DataFormatException if the file is not exactly that, or holds another label
   * @throws MissingDataException if there is no such file
   * @throws UncheckedIOException if the file cannot be read
   */
  public static int[] labels(Path file, int classes) {
    return Reading.of(
        file,
        () -> {
          try (Content content = Content.open(file)) {
            int dimensions = readMagic(content);
            if (dimensions != 1) {
              throw content.malformed(3, "expected labels in 1 dimension, found " + dimensions);
            }
            int count = readDimension(content);
            long start = content.position();
            byte[] bytes = content.bytes(count, count + " labels");
            content.expectEnd();
            int[] labels = new int[count];
            for (int i = 0; i < count; i++) {
              labels[i] = bytes[i] & 0xFF;
              if (labels[i] >= classes) {
                throw content.malformed(
                    start + i, "label " + labels[i] + " is not in 0.." + (classes - 1));
              }
            }
            return labels;
          }
        });
  }

  private static int readMagic(Content content) throws IOException {
    String what = "the magic number";
    int first = content.u8(what);
    int second = content.u8(what);
    if (first != 0 || second != 0) {
      throw content.malformed(0, "this is not an IDX file: it does not start with two zero bytes");
    }
    int type = content.u8(what);
    if (type != UNSIGNED_BYTES) {
      throw content.malformed(
          2,
          String.format(
              Locale.ROOT, "expected unsigned bytes (type 0x08), found type 0x%02x", type));
    }
    return content.u8(what);
  }

  private static int readDimension(Content content) throws IOException {
    long start = content.position();
    int dimension = content.i32("a dimension");
    if (dimension < 0) {
      throw content.malformed(
          start, "dimension " + Integer.toUnsignedString(dimension) + " is too large");
    }
    return dimension;
  }

  private static void fill(Content content, ByteMatrix pixels) throws IOException {
    MemorySegment target = pixels.segment().asSlice(0, (long) pixels.rows() * pixels.columns());
    content.fill(target, "the pixels");
    content.expectEnd();
  }
}
