package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our means beside those of independent implementations, all in {@code bands.tsv}. Both are means
 * of random runs, so they differ by chance: by more than two standard errors in one of twenty
 * comparisons, by more than four in one of ten thousand.
 *
 * <p>Comparisons are not independent: an experiment's figures come from the same splits or
 * trainings, and a kind batch lifts several. The independent means of {@code ovr} and {@code ovo}
 * on test images of their own, from one batch of 20 splits, are such a batch: .848 (28 pixels, one
 * against the rest), .877 and .880 (28 and 14 pixels, one against one), where a third
 * implementation, in NumPy, found .834, .868 and .870 over up to 220 splits, and .403 for one
 * against one on 4 pixels with the published test images, which the batch has at .385.
 *
 * <p>The twelve runs of {@code mlp-mnist-double-softmax} that were stated are on the low side
 * (.8704 after the first epoch; ours .8736, twelve of {@code double_softmax.py} .8721): from our
 * first weights PyTorch finds what we do (seed 0: .8735 and .8739 on test images). So are the three
 * of {@code notmnist-mlp}, whose training accuracy is .918 (.890 to .937) where sixteen more, in
 * {@code notmnist.py}, have .929 (.887 to .972), deviation .027, and our twelve .944. From equal
 * weights the two stay together ({@link NetworkExperimentsTest}), so that what differs is the draw
 * of the weights.
 */
class BandsTest {

  /** What needs no more than the embedded data is computed here, over each experiment's seeds. */
  @Test
  void ourMeansAreThoseOfAnIndependentImplementation() {
    Recorded recorded = Recorded.read();
    List<Band> bands = Band.all().stream().filter(band -> !recorded.has(band.id())).toList();
    Map<String, Spread> figures = new HashMap<>();
    try (Engine engine = Engine.open()) {
      for (String id : bands.stream().map(Band::id).distinct().toList()) {
        Context context =
            new Context(
                engine,
                DataCatalog.embedded(),
                EnumSet.allOf(Variant.class),
                OptionalInt.empty(),
                Progress.SILENT);
        for (Row row : Experiments.find(id).orElseThrow().run(context).rows()) {
          figures.put(Recorded.key(id, row.variant(), row.label()), row.ours());
        }
      }
    }
    judge(bands, band -> Objects.requireNonNull(figures.get(band.key()), band.key()));
  }

  /** What takes the full data and minutes is recorded; {@link RecordedTest} watches over that. */
  @Test
  void ourMeansOnTheFullDataAreThoseOfAnIndependentImplementation() {
    Recorded recorded = Recorded.read();
    judge(
        Band.all().stream().filter(band -> recorded.has(band.id())).toList(),
        band -> Spread.of(recorded.values(band.key())));
  }

  /**
   * Of random search, smallest, median and largest of ten runs are stated. Of ten more, all lie on
   * one side of the median in 1.6 % of cases, six or more outside the range in 2.8 %.
   */
  @ParameterizedTest
  @CsvSource({
    "loss at step 0, 853, 984, 1251",
    "final loss, 276, 362, 629",
    "test accuracy, .242, .559, .671"
  })
  void randomSearchScattersLikeAnIndependentOne(
      String label, double min, double median, double max) {
    List<Double> ours = Recorded.read().values(Recorded.key("random-search", Variant.SAME, label));
    assertThat(ours).hasSize(10);
    assertThat(ours.stream().filter(value -> value < median).count()).isBetween(1L, 9L);
    assertThat(ours.stream().filter(value -> value < min || value > max).count())
        .isLessThanOrEqualTo(5);
  }

  private static void judge(List<Band> bands, Function<Band, Spread> figures) {
    List<String> beyondTwo = new ArrayList<>();
    double squares = 0;
    for (Band band : bands) {
      Spread ours = figures.apply(band);
      double errors = band.errors(ours);
      squares += errors * errors;
      if (Math.abs(errors) > 2) {
        beyondTwo.add(band + " is " + errors + " errors from " + ours);
      }
      assertThat(Math.abs(errors)).as("%s, ours %s", band, ours).isLessThan(4);
    }
    assertThat(beyondTwo).as("of %d", bands.size()).hasSizeLessThanOrEqualTo(bands.size() / 8);
    // Of independent comparisons the mean is 1; ours share splits, which lets it scatter more.
    assertThat(squares / bands.size()).isBetween(.3, 1.7);
  }
}
