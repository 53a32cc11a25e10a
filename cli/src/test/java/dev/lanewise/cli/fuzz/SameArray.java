package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.format.NpyArray;
import java.util.Arrays;
import java.util.function.Supplier;

/** What can be asked of any array that was read. */
final class SameArray {
  private SameArray() {}

  /** Type, shape and every bit of every element. */
  static void check(NpyArray array, NpyArray again) {
    require(
        array.type() == again.type() && Arrays.equals(array.shape(), again.shape()),
        array + " came back as " + again);
    for (long i = 0; i < array.size(); i++) {
      require(
          Double.doubleToRawLongBits(array.getDouble(i))
                  == Double.doubleToRawLongBits(again.getDouble(i))
              && (array.type().isFloating() || refusable(array, i).equals(refusable(again, i))),
          "element " + i + " of " + array + " changed");
    }
  }

  /** An unsigned integer of 64 bits may not be a long. */
  private static String refusable(NpyArray array, long index) {
    try {
      return Long.toString(array.getLong(index));
    } catch (DataFormatException e) {
      return "refused";
    }
  }

  /** Every way to use it gives what the array holds, or is refused. */
  static void use(NpyArray array) {
    int[] shape = array.shape();
    long size = 1;
    for (int dimension : shape) {
      size = Math.multiplyExact(size, dimension);
    }
    require(size == array.size(), array + " has " + array.size() + " elements");
    checkRows(array, () -> array.toFloatMatrix().rows());
    checkRows(array, () -> array.toByteMatrix().rows());
    checkRows(array, () -> array.toLabels(256).length);
  }

  private static void checkRows(NpyArray array, Supplier<Integer> rows) {
    try {
      require(rows.get() == array.shape()[0], array + " has other rows");
    } catch (DataFormatException e) {
      require(e.offset() >= 0, "the offset is negative: " + e.getMessage());
    }
  }
}
