package dev.lanewise.cli.experiment;

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
}
