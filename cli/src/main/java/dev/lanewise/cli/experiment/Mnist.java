package dev.lanewise.cli.experiment;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.List;

/** What the experiments on MNIST have in common. */
final class Mnist {

  private static final String NEEDS_ALL =
      "needs all of MNIST: run 'lanewise datasets fetch mnist', or use --data";

  private Mnist() {}

  /** Without all of MNIST a published figure is context only. */
  static Row compare(Context context, Row row) {
    return context.hasFullMnist() ? row : row.notComparable(NEEDS_ALL);
  }

  static Result result(Context context, List<Row> rows, List<String> notes) {
    return result(context, 0, rows, notes, List.of());
  }

  static Result result(
      Context context, int seeds, List<Row> rows, List<String> notes, List<Series> series) {
    return new Result(
        context.hasFullMnist() ? "mnist" : "embedded",
        context.mnist().test().source(),
        seeds,
        rows,
        notes,
        series);
  }

  /** Pixels as they are, 0 .. 255. */
  static FloatMatrix pixels(ByteMatrix images) {
    return scaled(images, 1);
  }

  /** Pixels divided by 255. */
  static FloatMatrix unitPixels(ByteMatrix images) {
    return scaled(images, 255);
  }

  private static FloatMatrix scaled(ByteMatrix images, float divisor) {
    FloatMatrix result = FloatMatrix.zeros(images.rows(), images.columns());
    for (int i = 0; i < images.rows(); i++) {
      for (int j = 0; j < images.columns(); j++) {
        result.set(i, j, images.get(i, j) / divisor);
      }
    }
    return result;
  }
}
