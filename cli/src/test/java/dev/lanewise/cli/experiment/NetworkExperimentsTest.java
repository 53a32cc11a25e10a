package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.engine.Engine;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The networks of write-ups 003 and 004. */
class NetworkExperimentsTest {

  private static final Set<Variant> BOTH = EnumSet.allOf(Variant.class);

  private static Result run(
      Experiment experiment, DataCatalog catalog, Set<Variant> variants, int seeds, int threads) {
    try (Engine engine = Engine.builder().threads(threads).open()) {
      return experiment.run(
          new Context(engine, catalog, variants, OptionalInt.of(seeds), Progress.SILENT));
    }
  }

  private static DataCatalog full() {
    String folder = System.getenv(DataCatalog.VARIABLE);
    Assumptions.assumeTrue(folder != null, "LANEWISE_DATA is not set");
    DataCatalog catalog = DataCatalog.at(Path.of(String.valueOf(folder)));
    Assumptions.assumeTrue(catalog.hasFullMnist(), "LANEWISE_DATA has no MNIST");
    return catalog;
  }

  private static Row row(Result result, Variant variant, String label) {
    return result.rows().stream()
        .filter(row -> row.variant() == variant && row.label().equals(label))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no row " + label));
  }

  private static List<Row> untimed(Result result) {
    return result.rows().stream().map(row -> row.took(0)).toList();
  }

  @Test
  void everyPublishedFigureIsListed() {
    assertThat(new MlpMnist().published()).hasSize(80);
    assertThat(Figure.find(new MlpMnist().published(), "epoch 19 test accuracy"))
        .hasValueSatisfying(figure -> assertThat(figure.value()).isEqualTo(.9829));
    assertThat(new MlpMnistDoubleSoftmax().published()).hasSize(40);
    assertThat(Figure.find(new MlpMnistDoubleSoftmax().published(), "epoch 0 train accuracy"))
        .hasValueSatisfying(figure -> assertThat(figure.value()).isEqualTo(.86303));
    assertThat(new NotMnistMlp().published()).hasSize(24);
    assertThat(Figure.find(new NotMnistMlp().published(), "F = 500, test published loss"))
        .hasValueSatisfying(figure -> assertThat(figure.value()).isEqualTo(4.1808));
  }

  @Test
  void aPartOfMnistIsNotComparedAndThreadsChangeNothing() {
    Result one = run(new MlpMnist(2), DataCatalog.embedded(), BOTH, 2, 1);
    Result two = run(new MlpMnist(2), DataCatalog.embedded(), BOTH, 2, 2);
    assertThat(untimed(two)).isEqualTo(untimed(one));
    assertThat(two.series()).isEqualTo(one.series());
    assertThat(one.rows())
        .hasSize(8)
        .allMatch(row -> row.verdict() == Verdict.NOT_COMPARABLE)
        .allMatch(row -> row.ours().runs() == 2);
    assertThat(one.series()).hasSize(8);
    assertThat(row(one, Variant.SAME, "epoch 1 test accuracy").ours().mean()).isBetween(.9, .97);
  }

  @Test
  void theSoftmaxOverRowsCostsAccuracyAndChangesPredictions() {
    Result one = run(new MlpMnistDoubleSoftmax(1), DataCatalog.embedded(), BOTH, 2, 1);
    Result two = run(new MlpMnistDoubleSoftmax(1), DataCatalog.embedded(), BOTH, 2, 2);
    assertThat(untimed(two)).isEqualTo(untimed(one));
    String label = "epoch 0 test accuracy";
    assertThat(row(one, Variant.CORRECTED, label).ours().min())
        .isGreaterThan(row(one, Variant.PUBLISHED, label).ours().max());
    assertThat(
            row(one, Variant.PUBLISHED, "epoch 0 test predictions that without the softmax changes")
                .ours()
                .min())
        .isPositive();
  }

  @Test
  void lettersAreNotEmbedded() {
    for (Experiment experiment :
        List.of(new NotMnistMlp(), new NotMnistEarlyStopping(), BestAccuracy.notMnist())) {
      assertThatThrownBy(() -> run(experiment, DataCatalog.embedded(), BOTH, 1, 1))
          .isInstanceOf(MissingDataException.class);
    }
  }

  @Test
  void widerNetworksGetFewerSeedsButOne() {
    assertThat(NotMnistRuns.WIDTHS.stream().map(width -> NotMnistRuns.seedsOf(width, 10)))
        .containsExactly(10, 2, 1, 1);
  }

  @Test
  void theBestOfMiniMnistBeatsNeighboursOnRawPixels() {
    Result result = run(BestAccuracy.miniMnist(), DataCatalog.embedded(), BOTH, 1, 2);
    assertThat(result.rows()).hasSize(5);
    assertThat(row(result, Variant.SAME, "test accuracy").ours().mean()).isGreaterThan(.88);
  }

  /** Two standard errors of the difference of two means with one standard deviation. */
  private static double twoErrors(double deviation, int ours, int theirs) {
    return 2 * deviation * Math.sqrt(1.0 / ours + 1.0 / theirs);
  }

  @Test
  void theFirstEpochIsInItsBand() {
    int seeds = 4;
    Result result = run(new MlpMnist(1), full(), BOTH, seeds, 2);
    assertThat(row(result, Variant.SAME, "epoch 0 test loss").ours().mean())
        .isCloseTo(.1248, within(twoErrors(.0075, seeds, 18)));
    assertThat(row(result, Variant.SAME, "epoch 0 train loss").ours().mean())
        .isCloseTo(.1089, within(twoErrors(.0061, seeds, 18)));
    assertThat(row(result, Variant.SAME, "epoch 0 test accuracy").ours().mean())
        .isCloseTo(.9609, within(twoErrors(.0032, seeds, 18)));
    assertThat(row(result, Variant.SAME, "epoch 0 train accuracy").ours().mean())
        .isCloseTo(.9656, within(twoErrors(.0025, seeds, 18)));
  }

  @Test
  void theFirstEpochThroughTheSoftmaxIsInItsBand() {
    int seeds = 4;
    Result result =
        run(new MlpMnistDoubleSoftmax(1), full(), EnumSet.of(Variant.PUBLISHED), seeds, 2);
    assertThat(row(result, Variant.PUBLISHED, "epoch 0 test accuracy").ours().mean())
        .isCloseTo(.8704, within(twoErrors(.0042, seeds, 12)));
    assertThat(
            row(result, Variant.PUBLISHED, "epoch 0 test accuracy without the softmax")
                .ours()
                .mean())
        .isBetween(.60, .87);
  }
}
