package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** The experiments with linear classifiers, on the embedded data. */
class LinearExperimentsTest {

  private static Result run(Experiment experiment, int seeds, int threads, Variant... variants) {
    EnumSet<Variant> wanted = EnumSet.noneOf(Variant.class);
    wanted.addAll(List.of(variants));
    try (Engine engine = Engine.builder().threads(threads).open()) {
      return experiment.run(
          new Context(
              engine, DataCatalog.embedded(), wanted, OptionalInt.of(seeds), Progress.SILENT));
    }
  }

  private static List<Row> rows(Result result, Variant variant) {
    return result.rows().stream().filter(row -> row.variant() == variant).toList();
  }

  private static Row row(Result result, Variant variant, String label) {
    return rows(result, variant).stream()
        .filter(row -> row.label().equals(label))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPerceptronLearnsLargeImagesAndLeakedTestImagesFlatterIt() {
    Result result = run(OneVersus.one(), 2, 2, Variant.PUBLISHED, Variant.CORRECTED);
    assertThat(rows(result, Variant.PUBLISHED)).hasSize(5);
    assertThat(rows(result, Variant.CORRECTED))
        .hasSize(5)
        .allMatch(row -> row.verdict() == Verdict.NOT_COMPARABLE);
    double published = row(result, Variant.PUBLISHED, "size 28").ours().mean();
    double corrected = row(result, Variant.CORRECTED, "size 28").ours().mean();
    assertThat(published).isBetween(.9, 1.0);
    assertThat(corrected).isBetween(.75, published - .02);
    assertThat(row(result, Variant.PUBLISHED, "size 2").ours().mean()).isBetween(.05, .3);
    assertThat(result.series())
        .hasSize(10)
        .allMatch(series -> series.points().size() == 200 && series.points().getFirst().x() == 1);
  }

  @Test
  void onlyTheVariantAskedForIsShown() {
    Result result = run(OneVersus.rest(), 1, 2, Variant.CORRECTED);
    assertThat(result.rows()).hasSize(5).allMatch(row -> row.variant() == Variant.CORRECTED);
  }

  @Test
  void quadraticPerceptronsSayWhichDataChoseTheModel() {
    Result result = run(new QuadraticOvr(), 5, 2, Variant.PUBLISHED, Variant.CORRECTED);
    Spread honest = row(result, Variant.CORRECTED, "size and pass chosen on validation").ours();
    Spread tempted = row(result, Variant.CORRECTED, "size and pass chosen on test data").ours();
    assertThat(tempted.mean()).isGreaterThanOrEqualTo(honest.mean());
    assertThat(tempted.min()).isGreaterThanOrEqualTo(honest.min());
    assertThat(result.notes()).anyMatch(note -> note.startsWith("Why test data must not choose"));
    assertThat(rows(result, Variant.SAME)).hasSize(25).allMatch(row -> row.published() != null);
    assertThat(result.series())
        .filteredOn(series -> series.name().endsWith("published"))
        .hasSize(5)
        .allMatch(series -> series.chart().equals(result.series().getFirst().chart()));
  }

  @Test
  void withPartOfMnistNothingIsCompared() {
    Result result = run(new RandomSearchMnist(), 1, 2, Variant.PUBLISHED);
    assertThat(result.data()).isEqualTo("embedded");
    assertThat(result.rows()).hasSize(6).allMatch(row -> row.verdict() == Verdict.NOT_COMPARABLE);
    double first = row(result, Variant.SAME, "loss at step 0").ours().mean();
    // 36 batches and some at 3 to 6 each: four fifths of the published 4.14 to a third above.
    assertThat(first).isBetween(36 * 3.0, 36 * 6.0);
    assertThat(row(result, Variant.SAME, "final loss").ours().mean()).isLessThan(first);
    List<Series.Point> losses = result.series().getFirst().points();
    assertThat(losses).isSortedAccordingTo((a, b) -> Double.compare(b.y(), a.y()));
    assertThat(losses.size())
        .isEqualTo((int) row(result, Variant.SAME, "steps kept").ours().mean());
  }

  @Test
  void descentClassifiesPartOfMnist() {
    Result result = run(new SoftmaxSgd(), 1, 2, Variant.PUBLISHED, Variant.CORRECTED);
    for (Variant variant : List.of(Variant.PUBLISHED, Variant.CORRECTED)) {
      assertThat(rows(result, variant)).hasSize(10);
      assertThat(rows(result, variant).getLast().ours().mean()).isBetween(.85, .95);
    }
    // 40 rows of the last batch divided by 128 or by 40: a small difference, but one.
    double published = rows(result, Variant.PUBLISHED).getLast().ours().mean();
    assertThat(rows(result, Variant.CORRECTED).getLast().ours().mean())
        .isCloseTo(published, within(.01));
    assertThat(result.series().getLast().points()).hasSize(100);
    assertThat(result.series().getLast().points())
        .isNotEqualTo(result.series().get(result.series().size() - 2).points());
  }
}
