package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChanceTest {

  private static final int FIGURES = 54;

  private final double[][] runs = runs(6);

  private static double[][] runs(int seeds) {
    Random random = new Random(3);
    return IntStream.range(0, FIGURES)
        .mapToObj(figure -> random.doubles(seeds, 0, 1).toArray())
        .toArray(double[][]::new);
  }

  /** Figures known to so many digits. */
  private static List<Figure> figures(int decimals, double... values) {
    return Arrays.stream(values).mapToObj(value -> new Figure("f", value, decimals)).toList();
  }

  private double[] means() {
    return Arrays.stream(runs).mapToDouble(figure -> Spread.of(figure).mean()).toArray();
  }

  private static Row row(double[][] runs, Figure figure) {
    return Row.random(Variant.SAME, figure, Spread.of(runs[7]));
  }

  @Test
  void aRunInTheMiddleIsPlausible() {
    Chance inside = Chance.of("accuracies", figures(9, means()), runs);
    assertThat(inside.published()).isEqualTo(new Chance.Outside(0, 0));
    assertThat(inside.plausible()).isTrue();
    assertThat(inside.ours()).hasSize(6);
    // Of six values one is the largest and one the smallest: 2 of 6 are outside the other five.
    assertThat(inside.ours().stream().mapToInt(Chance.Outside::count).sum()).isEqualTo(108);
  }

  @Test
  void oneFigureFarAwayIsNot() {
    double[] oneFar = means();
    oneFar[7] = 3;
    Chance chance = Chance.of("accuracies", figures(9, oneFar), runs);
    assertThat(chance.published().count()).isEqualTo(1);
    assertThat(chance.plausible()).isFalse();
    Row row = row(runs, chance.figures().get(7));
    assertThat(chance.explain(row).verdict()).isEqualTo(Verdict.DIFFERS);
    assertThat(chance.explain(row).note()).contains("1 of the 54 published accuracies");
  }

  @Test
  void moreFiguresOutsideThanOfAnyRunOfOursAreNot() {
    double[] low = Arrays.stream(runs).mapToDouble(run -> Spread.of(run).min() - 1e-6).toArray();
    Chance chance = Chance.of("accuracies", figures(9, low), runs);
    assertThat(chance.published().count()).isEqualTo(FIGURES);
    assertThat(chance.plausible()).isFalse();
    assertThat(Chance.of("accuracies", figures(4, low), runs).plausible())
        .as("half a unit of the fourth digit reaches the range")
        .isTrue();
  }

  @Test
  void aFigureOutsideByAsMuchAsOursAreIsExplained() {
    double[] slightly = means();
    slightly[7] = Spread.of(runs[7]).max() + 1e-3;
    Chance chance = Chance.of("accuracies", figures(9, slightly), runs);
    Row explained = chance.explain(row(runs, chance.figures().get(7)));
    assertThat(explained.verdict()).isEqualTo(Verdict.EXPLAINED);
    assertThat(explained.note()).contains("each of our seeds, held against the others");
    Row within = Row.random(Variant.SAME, figures(9, means()).get(7), Spread.of(runs[7]));
    assertThat(chance.explain(within)).isEqualTo(within);
  }

  @Test
  void aRunBeyondAllOfOursIsPlausibleUpToThePredictionLimit() {
    // Held against the others, the runs at both ends are outside by .1 and the rest by nothing:
    // mean .04, deviation .0548; t of 4 degrees of freedom at .01 is 3.747: limit .2648.
    double[][] five = {{-.2, -.1, 0, .1, .2}};
    assertThat(Chance.of("accuracies", figures(9, .4647), five).plausible()).isTrue();
    assertThat(Chance.of("accuracies", figures(9, .4650), five).plausible()).isFalse();
    Chance near = Chance.of("accuracies", figures(4, .4), five);
    Row row = near.explain(Row.random(Variant.SAME, near.figures().getFirst(), Spread.of(five[0])));
    assertThat(row.note()).contains("0.0000 to 0.1000", "99 % prediction limits");
  }

  @Test
  void fewRunsExplainNothing() {
    double[][] few = runs(Row.FEWEST_RUNS - 1);
    Chance chance = Chance.of("accuracies", figures(9, new double[FIGURES]), few);
    assertThat(chance.plausible()).isFalse();
    Row row = Row.exact(Variant.SAME, new Figure("f", 2, 1), 0);
    assertThat(chance.explain(row)).isEqualTo(row);
  }
}
