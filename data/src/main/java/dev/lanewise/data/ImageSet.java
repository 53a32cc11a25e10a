package dev.lanewise.data;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Square grey images with a label each. Nothing is copied: who changes the pixels or the labels
 * changes the set.
 *
 * @param name of the data set, as in {@code mnist}
 * @param images a row per image, rows x (side * side), row-major pixels, 0..255
 * @param labels a label per row, an index into {@code classes}
 * @param side pixels along an edge
 * @param classes what each label means
 * @param source one sentence: which data, from where
 */
@SuppressWarnings("ArrayRecordComponent") // sets are read, never compared
public record ImageSet(
    String name, ByteMatrix images, int[] labels, int side, List<String> classes, String source) {

  /**
   * @throws IllegalArgumentException if the number of labels is not the number of rows, the rows
   *     are not side * side long, or a label has no class
   */
  public ImageSet {
    Objects.requireNonNull(name);
    Objects.requireNonNull(source);
    classes = List.copyOf(classes);
    if (side < 1 || images.columns() != (long) side * side) {
      throw new IllegalArgumentException(
          "rows of " + images.columns() + " pixels are not images of " + side + " x " + side);
    }
    if (labels.length != images.rows()) {
      throw new IllegalArgumentException(
          images.rows() + " images cannot have " + labels.length + " labels");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes.size()) {
        throw new IllegalArgumentException(
            "label " + labels[i] + " of row " + i + " is not in 0.." + (classes.size() - 1));
      }
    }
  }

  /** The number of images. */
  public int size() {
    return labels.length;
  }

  /**
   * The images from {@code from}, inclusive, to {@code to}, exclusive; the pixels are shared.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   */
  public ImageSet rows(int from, int to) {
    return new ImageSet(
        name, images.rows(from, to), Arrays.copyOfRange(labels, from, to), side, classes, source);
  }

  /**
   * A copy of the given rows, in the order given.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public ImageSet gather(int... rows) {
    int[] chosen = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      chosen[i] = labels[rows[i]];
    }
    return new ImageSet(name, images.gather(rows), chosen, side, classes, source);
  }
}
