package dev.lanewise.data;

import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.NpyType;
import dev.lanewise.data.format.Unpickler;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Mini-MNIST as a pickle: a dictionary of {@code images} (a list of arrays of 28 x 28 unsigned
 * bytes) and {@code labels} (a list of numbers); other keys are left alone.
 */
final class MiniMnist {
  static final String NAME = "mini-mnist";
  static final String FILE = "mini-mnist-1000.pickle";
  static final int ROWS_PER_DIGIT = 100;
  static final int ROWS = 10 * ROWS_PER_DIGIT;

  static final DataSetInfo.File PINNED =
      new DataSetInfo.File(
          FILE, 856_174, "a1b58e475743501f77475945affa18345c8ca0ebc1dcf4667b6e87abbd553509");

  private MiniMnist() {}

  static ImageSet read(Path file) {
    if (!(Unpickler.load(file) instanceof Map<?, ?> content
        && content.get("images") instanceof List<?> images
        && content.get("labels") instanceof List<?> labels)) {
      throw malformed(file, "expected a dictionary with the lists 'images' and 'labels'");
    }
    if (images.size() != ROWS || labels.size() != ROWS) {
      throw malformed(
          file,
          "expected 1000 images and labels, found " + images.size() + " and " + labels.size());
    }
    ByteMatrix pixels = ByteMatrix.zeros(ROWS, Mnist.PIXELS);
    int[] digits = new int[ROWS];
    int[] count = new int[Mnist.CLASSES.size()];
    for (int i = 0; i < ROWS; i++) {
      if (!(images.get(i) instanceof Unpickler.Ndarray image)
          || image.array().filter(MiniMnist::isImage).isEmpty()) {
        throw malformed(file, "image " + i + " is not an array of 28 x 28 unsigned bytes");
      }
      if (!(labels.get(i) instanceof Long digit) || digit < 0 || digit >= count.length) {
        throw malformed(file, "label " + i + " is not in 0..9");
      }
      ByteMatrix row = image.array().orElseThrow().toByteMatrix();
      MemorySegment.copy(row.segment(), 0, pixels.segment(), (long) i * Mnist.PIXELS, Mnist.PIXELS);
      digits[i] = digit.intValue();
      if (i > 0 && digits[i] < digits[i - 1]) {
        throw malformed(
            file, "image " + i + " is out of order: a " + digit + " after a higher digit");
      }
      count[digits[i]]++;
    }
    if (!Arrays.stream(count).allMatch(n -> n == ROWS_PER_DIGIT)) {
      throw malformed(file, "expected 100 images of each digit, found " + Arrays.toString(count));
    }
    return new ImageSet(
        NAME,
        pixels,
        digits,
        Mnist.SIDE,
        Mnist.CLASSES,
        "mini-MNIST, 100 images of each digit, from " + file);
  }

  private static boolean isImage(NpyArray array) {
    return array.type() == NpyType.U1
        && Arrays.equals(array.shape(), new int[] {Mnist.SIDE, Mnist.SIDE});
  }

  private static DataFormatException malformed(Path file, String what) {
    return new DataFormatException(file.toString(), 0, what);
  }
}
