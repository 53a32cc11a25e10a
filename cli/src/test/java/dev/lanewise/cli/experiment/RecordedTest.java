package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.experiment.Recorded.Part;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The record of the full data is of this code. After a change that is meant to move figures, record
 * anew, all or only some experiments:
 *
 * <pre>{@code
 * LANEWISE_DATA=... mvn -pl cli -am test -Dtest=RecordedTest -Dsurefire.failIfNoSpecifiedTests=false \
 *     -Dlanewise.record=all|ID,ID...
 * }</pre>
 */
class RecordedTest {

  private static final Comparator<Double> EXACTLY = Comparator.naturalOrder();

  /** Losses of random search differ in their tenth digit between Zen 3 and Zen 5. */
  private static final Comparator<Double> TO_EIGHT_DIGITS =
      (a, b) -> Math.abs(a - b) <= 1e-8 * Math.abs(b) ? 0 : EXACTLY.compare(a, b);

  private static DataCatalog full() {
    String folder = System.getenv(DataCatalog.VARIABLE);
    Assumptions.assumeTrue(folder != null, "LANEWISE_DATA is not set");
    DataCatalog catalog = DataCatalog.at(Path.of(String.valueOf(folder)));
    Assumptions.assumeTrue(catalog.hasFullMnist(), "LANEWISE_DATA has no MNIST");
    return catalog;
  }

  /** Seconds of what is recorded: few seeds, few epochs. */
  static Stream<Part> parts() {
    return Stream.of(
        Part.of(new SoftmaxSgd(), 2, Variant.PUBLISHED),
        Part.of(new RandomSearchMnist(), 1),
        Part.of(new MlpMnist(1), 2),
        Part.of(new MlpMnistDoubleSoftmax(1), 2),
        Part.letters(100, 1, Recorded.EARLY + 1));
  }

  @ParameterizedTest
  @MethodSource("parts")
  void theRecordIsOfThisCode(Part part) {
    DataCatalog catalog = full();
    Recorded recorded = Recorded.read();
    try (Engine engine = Engine.open()) {
      Map<String, List<Double>> figures = part.run(engine, catalog);
      assertThat(figures).isNotEmpty();
      if (recorded.kernels().equals(engine.info().reason())) {
        figures.forEach(
            (key, values) ->
                assertThat(recorded.values(key))
                    .as(key)
                    .usingElementComparator(key.contains("loss") ? TO_EIGHT_DIGITS : EXACTLY)
                    .startsWith(values.toArray(Double[]::new)));
      } else {
        // Other kernels round otherwise: there, what was computed is held against the bands itself.
        for (Band band : Band.all()) {
          List<Double> ours = figures.getOrDefault(band.key(), List.of());
          if (ours.size() > 1) {
            assertThat(Math.abs(band.errors(Spread.of(ours)))).as("%s", band).isLessThan(4);
          }
        }
      }
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "lanewise.record", matches = ".+")
  void recordAnew() throws IOException {
    Set<String> all = Recorded.PARTS.stream().map(Part::id).collect(Collectors.toSet());
    String asked = System.getProperty("lanewise.record", "");
    Set<String> ids = asked.equals("all") ? all : Set.of(asked.split(","));
    assertThat(all).containsAll(ids);
    try (Engine engine = Engine.open()) {
      Recorded.record(
          engine,
          full(),
          ids,
          Path.of("src/test/resources/dev/lanewise/cli/experiment").toAbsolutePath());
    }
  }
}
