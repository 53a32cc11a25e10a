package dev.lanewise.data;

import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.Npz;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** NotMNIST as an {@code .npz}: {@code images} (n, 28, 28) unsigned bytes, {@code labels} (n). */
final class NotMnist {
  static final String NAME = "notmnist";
  static final String FILE = "notMNIST.npz";
  static final List<String> CLASSES = List.of("A", "B", "C", "D", "E", "F", "G", "H", "I", "J");

  /** A part of 10,000 images; other parts are as good, so this checksum need not match. */
  static final DataSetInfo.File PINNED =
      new DataSetInfo.File(
          FILE, 7_920_510, "fec4c11ff77b397e95388b2440fd2b038a4372e5be5f712e4b2f6f24c4cab8c5");

  private NotMnist() {}

  static ImageSet read(Path file) {
    Map<String, NpyArray> arrays = Npz.read(file);
    NpyArray images = arrays.get("images");
    NpyArray letters = arrays.get("labels");
    if (images == null || letters == null) {
      throw malformed(file, "expected the arrays 'images' and 'labels', found " + arrays.keySet());
    }
    int[] shape = images.shape();
    if (shape.length != 3 || shape[1] != Mnist.SIDE || shape[2] != Mnist.SIDE || shape[0] == 0) {
      throw malformed(
          file, "expected images of 28 x 28, found the shape " + Arrays.toString(shape));
    }
    ByteMatrix pixels = images.toByteMatrix();
    int[] labels = letters.toLabels(CLASSES.size());
    if (labels.length != pixels.rows()) {
      throw malformed(file, pixels.rows() + " images cannot have " + labels.length + " labels");
    }
    return new ImageSet(
        NAME,
        pixels,
        labels,
        Mnist.SIDE,
        CLASSES,
        "notMNIST, " + labels.length + " images, from " + file);
  }

  private static DataFormatException malformed(Path file, String what) {
    return new DataFormatException(file.toString(), 0, what);
  }
}
