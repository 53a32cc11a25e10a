package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One thread and two find the same in everything but time; on the embedded data. */
class ThreadsTest {

  private static List<Object> findings(String id, int threads) {
    try (Engine engine = Engine.builder().threads(threads).open()) {
      Result result =
          Experiments.find(id)
              .orElseThrow()
              .run(
                  new Context(
                      engine,
                      DataCatalog.embedded(),
                      EnumSet.allOf(Variant.class),
                      OptionalInt.of(2),
                      Progress.SILENT));
      return List.of(
          result.rows().stream().map(row -> row.took(0)).toList(), result.notes(), result.series());
    }
  }

  /** Those that other tests do not cover, but for the letters, of which nothing is embedded. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "knn-sweep",
        "softmax-sgd",
        "knn-1000",
        "knn-full",
        "random-search",
        "ovr",
        "ovo",
        "quadratic-ovr"
      })
  void threadsChangeNothing(String id) {
    assertThat(findings(id, 2)).isEqualTo(findings(id, 1));
  }
}
