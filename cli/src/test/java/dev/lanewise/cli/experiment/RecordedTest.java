package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.experiment.Recorded.Part;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The record of the full data is of this code, with vectors of 256 bits. Where a machine prefers
 * wider ones, this runs a second time with {@value #BITS} set, lest the record of the one width go
 * stale on machines of the other. After a change that is meant to move figures, record anew, all or
 * only some experiments:
 *
 * <pre>{@code
 * LANEWISE_DATA=... mvn -pl cli -am test -Dtest=RecordedTest#recordAnew \
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dlanewise.record=all|ID,ID...
 * }</pre>
 */
@Tag("recorded")
class RecordedTest {

  private static final String BITS = "lanewise.vector.bits";

  private static DataCatalog full() {
    String folder = System.getenv(DataCatalog.VARIABLE);
    Assumptions.assumeTrue(folder != null, "LANEWISE_DATA is not set");
    DataCatalog catalog = DataCatalog.at(Path.of(String.valueOf(folder)));
    Assumptions.assumeTrue(catalog.hasFullMnist(), "LANEWISE_DATA has no MNIST");
    return catalog;
  }

  /** Whatever {@code auto} would take here. */
  private static Engine vector() {
    return Engine.builder().backend(BackendRequest.VECTOR).open();
  }

  private static boolean narrowed() {
    return bits("species") < bits("preferred");
  }

  private static int bits(String fact) {
    Map<String, String> facts = Backends.discover().probe(BackendRequest.VECTOR.id()).facts();
    return Integer.parseInt(facts.getOrDefault(fact, "0").replace(" bits", ""));
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
    Assumptions.assumeTrue(
        System.getProperty(BITS) == null || narrowed(),
        "no narrower than what ran without " + BITS);
    Recorded recorded = Recorded.read();
    try (Engine engine = vector()) {
      Map<String, List<Double>> figures = part.run(engine, catalog);
      assertThat(figures).isNotEmpty();
      if (recorded.kernels().equals(Recorded.kernels(engine))) {
        figures.forEach(
            (key, values) ->
                assertThat(recorded.values(key)).as(key).startsWith(values.toArray(Double[]::new)));
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
  @EnabledIfSystemProperty(named = BITS, matches = "256")
  void recordAnew() throws IOException {
    Set<String> all = Recorded.PARTS.stream().map(Part::id).collect(Collectors.toSet());
    String asked = System.getProperty("lanewise.record", "");
    Set<String> ids = asked.equals("all") ? all : Set.of(asked.split(","));
    assertThat(all).containsAll(ids);
    try (Engine engine = vector()) {
      Recorded.record(
          engine,
          full(),
          ids,
          Path.of("src/test/resources/dev/lanewise/cli/experiment").toAbsolutePath());
    }
  }
}
