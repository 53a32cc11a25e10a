package dev.lanewise.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What stands in a chart. */
class ChartsTest {

  private static final Pattern TEXT = Pattern.compile("<text[^>]*>([^<]*)</text>");

  private static List<String> texts(Charts.Chart chart) {
    List<String> texts = new ArrayList<>();
    Matcher text = TEXT.matcher(chart.svg());
    while (text.find()) {
      texts.add(text.group(1));
    }
    return texts;
  }

  private static Results.Line line(String name, boolean published, double... values) {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      points.add(new double[] {i, values[i]});
    }
    return new Results.Line("chart", name, "epoch", "accuracy", published, points);
  }

  @Test
  void labelsOfAnAxisDifferAndHaveEqualDecimals() {
    Random random = new Random(5);
    for (int run = 0; run < 60; run++) {
      double least = 1 + random.nextDouble();
      double length = Math.pow(10, -random.nextDouble() * 5);
      Results.Line line = line("a", false, least, least + length);
      List<String> labels =
          texts(Charts.curves("c", "t", List.of(line), List.of())).stream()
              .filter(text -> text.matches("\\d+\\.\\d+"))
              .toList();
      assertThat(labels).as("%s + %s", least, length).hasSizeGreaterThan(1).doesNotHaveDuplicates();
      assertThat(labels.stream().map(String::length).distinct()).as("%s", labels).hasSize(1);
    }
  }

  @Test
  void longLabelsAreWrittenInFull() {
    String label = "best validation accuracy, where it ";
    List<Charts.Interval> rows =
        List.of(
            new Charts.Interval(label + "recovers", .5, .1, .4, .6, .5),
            new Charts.Interval(label + "does not recover", .5, .1, .4, .6, Double.NaN));
    assertThat(texts(Charts.intervals("i", "t", "share", rows, rows)))
        .contains("best validation accuracy,", "where it recovers", "where it does not recover")
        .contains("published");
  }

  @Test
  void theLegendNamesWhatIsThere() {
    List<Charts.Interval> alone = List.of(new Charts.Interval("a", .5, .1, .4, .6, Double.NaN));
    assertThat(texts(Charts.intervals("i", "t", "share", alone, alone)))
        .contains("our mean")
        .doesNotContain("published");
    Results.Line ours = line("train", false, 1, 2, 3);
    Results.Line other = line("test", false, 1, 2, 4);
    assertThat(
            texts(
                Charts.curves(
                    "c",
                    "t",
                    List.of(ours, other, line("train, published", true, 3)),
                    List.of(new Results.Mark("chart", "train: best at 2", 2)))))
        .contains("train", "test", "train, published", "train: best at 2");
    assertThat(
            texts(
                Charts.curves(
                    "c",
                    "t",
                    List.of(
                        ours,
                        other,
                        line("train, published", true, 3),
                        line("test, published", true, 3)),
                    List.of())))
        .contains("published, in the same colours")
        .doesNotContain("train, published");
  }

  @Test
  void figuresThatCannotBeToldApartAreNotReadable() {
    List<Charts.Interval> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      rows.add(
          new Charts.Interval(
              String.format(Locale.ROOT, "%d", i), i / 10.0, .001, i / 10.0, i / 10.0 + .1, .5));
    }
    assertThat(Charts.readable(rows)).isTrue();
    assertThat(
            Charts.readable(
                rows.stream()
                    .map(
                        row ->
                            new Charts.Interval(
                                row.label(),
                                row.mean(),
                                row.sd(),
                                row.least(),
                                row.least() + .003,
                                row.published()))
                    .toList()))
        .isFalse();
    assertThat(Charts.readable(List.of())).isTrue();
  }

  @Test
  void aLogScaleOfColoursNamesItsPowersOfTen() {
    List<String> names = List.of("0", "1");
    Results.Grid grid =
        new Results.Grid(
            "g",
            "label",
            "prediction",
            "images",
            0,
            names,
            names,
            List.of(List.of(1000.0, 1.0), List.of(10.0, 0.0)));
    assertThat(texts(Charts.grid("g", grid)))
        .contains("1,000", "100", "·")
        .contains("images (log scale)");
  }
}
