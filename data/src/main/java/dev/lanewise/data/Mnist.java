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

  /**
   * The files, without {@code .gz}; their lengths and checksums are those of the unpacked content.
   */
  static final List<DataSetInfo.File> FILES =
      List.of(
          new DataSetInfo.File(
              "train-images-idx3-ubyte",
              47_040_016,
              "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
          new DataSetInfo.File(
              "train-labels-idx1-ubyte",
              60_008,
              "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
          new DataSetInfo.File(
              "t10k-images-idx3-ubyte",
              7_840_016,
              "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
          new DataSetInfo.File(
              "t10k-labels-idx1-ubyte",
              10_008,
              "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"));

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
