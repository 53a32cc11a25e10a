package dev.lanewise.cli.experiment;

import java.io.File;
import java.util.List;

/**
 * What an experiment found.
 *
 * @param data a word for the data used, as in {@code "mnist"} or {@code "embedded"}
 * @param dataSource one sentence: which data, from where
 * @param seeds how many seeds were run, 0 if nothing is random
 * @param rows the figures, in the order to show them
 * @param notes what a reader should know besides, a sentence or two each
 * @param series the curves, in the order to draw them
 * @param pictures what there is to look at besides
 */
public record Result(
    String data,
    String dataSource,
    int seeds,
    List<Row> rows,
    List<String> notes,
    List<Series> series,
    Pictures pictures) {

  /** Without pictures. */
  public Result(
      String data,
      String dataSource,
      int seeds,
      List<Row> rows,
      List<String> notes,
      List<Series> series) {
    this(data, dataSource, seeds, rows, notes, series, Pictures.NONE);
  }

  /** Without curves. */
  public Result(String data, String dataSource, int seeds, List<Row> rows, List<String> notes) {
    this(data, dataSource, seeds, rows, notes, List.of());
  }

  /** Of an experiment that could not run here: no rows, and the reason as a note. */
  public static Result skipped(String why) {
    return new Result("missing", "none", 0, List.of(), List.of("skipped: " + why));
  }

  /**
   * Copies the lists, leaves the user's name out of {@code dataSource}, because reports travel, and
   * puts down to chance what no experiment has explained and one more run may well be.
   */
  public Result {
    String home = System.getProperty("user.home", "");
    if (home.length() > 1) {
      dataSource = dataSource.replace(home + File.separator, "~" + File.separator);
    }
    rows = rows.stream().map(Row::orPredicted).toList();
    notes = List.copyOf(notes);
    series = List.copyOf(series);
  }

  /** The same with pictures. */
  public Result with(Pictures shown) {
    return new Result(data, dataSource, seeds, rows, notes, series, shown);
  }

  /** Whether every row has a verdict that a successful run may have. */
  public boolean acceptable() {
    return rows.stream().allMatch(row -> row.verdict().acceptable());
  }
}
