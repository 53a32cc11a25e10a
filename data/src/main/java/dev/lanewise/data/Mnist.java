package dev.lanewise.data;

import dev.lanewise.data.format.Idx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * MNIST as four IDX files in a directory, each plain or with {@code .gz} at the end of its name.
 */
final class Mnist {
  static final String NAME = "mnist";
  static final int SIDE = 28;
  static final int PIXELS = SIDE * SIDE;
  static final List<String> CLASSES = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
  static final int TRAIN_ROWS = 60_000;
  static final int TEST_ROWS = 10_000;

  private static final String TRAIN = "train";
  private static final String TEST = "t10k";

  private Mnist() {}

  /** A file under one of its two names, or null. */
  static @Nullable Path find(Path directory, String file) {
    for (String name : List.of(file, file + ".gz")) {
      Path path = directory.resolve(name);
      if (Files.isRegularFile(path)) {
        return path;
      }
    }
    return null;
  }

  static TrainTest read(Path directory) {
    return new TrainTest(
        read(directory, TRAIN, TRAIN_ROWS, "training"), read(directory, TEST, TEST_ROWS, "test"));
  }

  private static ImageSet read(Path directory, String part, int rows, String role) {
    Path imageFile = existing(directory, part + "-images-idx3-ubyte");
    Path labelFile = existing(directory, part + "-labels-idx1-ubyte");
    Idx.Images images = Idx.images(imageFile);
    if (images.height() != SIDE || images.width() != SIDE || images.pixels().rows() != rows) {
      throw new DataFormatException(
          imageFile.toString(),
          4,
          "expected "
              + rows
              + " images of 28 x 28, found "
              + images.pixels().rows()
              + " of "
              + images.height()
              + " x "
              + images.width());
    }
    int[] labels = Idx.labels(labelFile, CLASSES.size());
    if (labels.length != rows) {
      throw new DataFormatException(
          labelFile.toString(), 4, "expected " + rows + " labels, found " + labels.length);
    }
    return new ImageSet(
        NAME,
        images.pixels(),
        labels,
        SIDE,
        CLASSES,
        "MNIST, all " + rows + " " + role + " images, from " + directory);
  }

  private static Path existing(Path directory, String file) {
    Path path = find(directory, file);
    if (path == null) {
      throw new MissingDataException(
          "there is neither " + file + " nor " + file + ".gz in " + directory);
    }
    return path;
  }
}
