package dev.lanewise.benchmarks.proof;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.Splits;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import org.jspecify.annotations.Nullable;

/** The data that all contestants of a process share, read once. */
public final class Sets {

  private static @Nullable TrainTest mnist;
  private static @Nullable ByteMatrix uniformRows;

  private Sets() {}

  /**
   * All of MNIST.
   *
   * @throws IllegalStateException if it is not here: less data would be another comparison
   */
  public static synchronized TrainTest mnist() {
    TrainTest all = mnist;
    if (all == null) {
      DataCatalog catalog = DataCatalog.fromEnvironment();
      if (!catalog.hasFullMnist()) {
        throw new IllegalStateException(
            "the whole of MNIST is needed: set " + DataCatalog.VARIABLE + " to its folder");
      }
      all = catalog.mnist();
      mnist = all;
    }
    return all;
  }

  /** Rows to search: the training images, or as many without structure. */
  public static synchronized ByteMatrix rows(String data) {
    if (data.equals("mnist")) {
      return mnist().train().images();
    }
    ByteMatrix rows = uniformRows;
    if (rows == null) {
      rows = dev.lanewise.benchmarks.Inputs.bytes(2, 60_000, 784);
      uniformRows = rows;
    }
    return rows;
  }

  /** The first queries: test images, or as many without structure. */
  public static ByteMatrix queries(String data, int count) {
    return data.equals("mnist")
        ? mnist().test().images().rows(0, count)
        : dev.lanewise.benchmarks.Inputs.bytes(1, count, 784);
  }

  /** Images as floats in 0..1, with their labels. */
  public static Samples samples(ImageSet images) {
    return new Samples(Scaling.unit(images.images()), images.labels());
  }

  /** So many training rows of notMNIST, which has fewer: repeated in their order. */
  public static Samples notMnist(int count) {
    ImageSet images = DataCatalog.fromEnvironment().notMnist();
    int[] train = Splits.notMnist(images.size()).train();
    int[] rows = new int[count];
    for (int i = 0; i < count; i++) {
      rows[i] = train[i % train.length];
    }
    return samples(images.gather(rows));
  }

  /**
   * Initial weights that any language computes alike: uniform with standard deviation 1 /
   * sqrt(rows), from a hash (lowbias32 of C. Wellons) of each element's position.
   */
  public static FloatMatrix weights(int rows, int columns, int seed) {
    FloatMatrix w = FloatMatrix.zeros(rows, columns);
    double bound = Math.sqrt(3.0 / rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        double u = (hash(i * columns + j + seed * 0x01000000) >>> 8) * 0x1p-24;
        w.set(i, j, (float) (bound * (2 * u - 1)));
      }
    }
    return w;
  }

  private static int hash(int position) {
    int x = position;
    x ^= x >>> 16;
    x *= 0x7feb352d;
    x ^= x >>> 15;
    x *= 0x846ca68b;
    return x ^ (x >>> 16);
  }
}
