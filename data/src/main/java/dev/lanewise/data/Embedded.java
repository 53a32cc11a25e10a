package dev.lanewise.data;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * The first 10,000 training images of MNIST, which come with this library. {@code
 * data/embedded/make.mjs} makes the resource and describes it.
 */
final class Embedded {
  static final int ROWS = 10_000;
  static final int TRAIN_ROWS = 9_000;

  /** Of the 10,000 labels and the pixels after them, uncompressed. */
  static final String SHA256 = "2de659703bcace98e59cc2e006e43d1fe65510f967d66adeab85e1106dca1fa2";

  private static final String RESOURCE = "embedded/mnist-10000.gz";

  private Embedded() {}

  /** Labels, a byte each, then pixels. */
  static byte[] content() {
    try (InputStream in = Embedded.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new FileNotFoundException("the resource " + RESOURCE + " is missing from this build");
      }
      try (GZIPInputStream unpacked = new GZIPInputStream(in, 1 << 16)) {
        return unpacked.readNBytes(ROWS * (1 + Mnist.PIXELS) + 1);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the embedded images: " + e.getMessage(), e);
    }
  }

  /** All 10,000 rows in MNIST's order. */
  static ImageSet images(String source) {
    byte[] content = content();
    if (content.length != ROWS * (1 + Mnist.PIXELS)) {
      throw new DataFormatException(RESOURCE, content.length, "the embedded images are damaged");
    }
    int[] labels = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      labels[i] = content[i];
    }
    ByteMatrix pixels =
        ByteMatrix.copyOf(Arrays.copyOfRange(content, ROWS, content.length), ROWS, Mnist.PIXELS);
    return new ImageSet(Mnist.NAME, pixels, labels, Mnist.SIDE, Mnist.CLASSES, source);
  }

  /** Mini-MNIST: the first 100 rows of each digit, ordered by digit. */
  static ImageSet miniMnist(String source) {
    ImageSet all = images(source);
    int[] rows = new int[MiniMnist.ROWS];
    int[] found = new int[Mnist.CLASSES.size()];
    for (int i = 0; i < ROWS; i++) {
      int digit = all.labels()[i];
      if (found[digit] < MiniMnist.ROWS_PER_DIGIT) {
        rows[digit * MiniMnist.ROWS_PER_DIGIT + found[digit]++] = i;
      }
    }
    ImageSet chosen = all.gather(rows);
    return new ImageSet(
        MiniMnist.NAME, chosen.images(), chosen.labels(), Mnist.SIDE, Mnist.CLASSES, source);
  }
}
