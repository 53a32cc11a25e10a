package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.BackendUnavailableException;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The published figures, on the whole of MNIST. */
class FullDataTest {

  private DataCatalog catalog = DataCatalog.embedded();

  @BeforeEach
  void fullData() {
    String folder = System.getenv(DataCatalog.VARIABLE);
    Assumptions.assumeTrue(folder != null, "LANEWISE_DATA is not set");
    catalog = DataCatalog.at(Path.of(String.valueOf(folder)));
    Assumptions.assumeTrue(catalog.hasFullMnist(), "LANEWISE_DATA has no MNIST");
  }

  private Result run(Experiment experiment) {
    try (Engine engine = Engine.open()) {
      return experiment.run(
          new Context(
              engine, catalog, EnumSet.allOf(Variant.class), OptionalInt.empty(), Progress.SILENT));
    }
  }

  private static List<Double> figures(Result result, String prefix) {
    return result.rows().stream()
        .filter(row -> row.label().startsWith(prefix))
        .map(row -> row.ours().mean())
        .toList();
  }

  @Test
  void demo() {
    Result result = run(new KnnDemo());
    assertThat(result.rows()).singleElement().extracting(Row::verdict).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void sweep() {
    Result result = run(new KnnSweep());
    assertThat(figures(result, "L2"))
        .containsExactly(.962, .948, .962, .964, .961, .959, .962, .958, .952, .954);
    assertThat(figures(result, "L1"))
        .containsExactly(.950, .943, .953, .946, .951, .949, .946, .941, .941, .935);
    Row ten = result.rows().get(9);
    assertThat(ten.verdict()).isEqualTo(Verdict.EXPLAINED);
    assertThat(ten.note())
        .contains("test image 613", "14772 (label 8)", "35299 (label 1)", "gives 0.9340");
    assertThat(result.rows().get(7).note()).contains("test image 877", "gives 0.9420");
    assertThat(result.rows())
        .filteredOn(row -> row.published() != null && !row.equals(ten))
        .hasSize(15)
        .allMatch(row -> row.verdict() == Verdict.EQUAL);
    assertThat(result.acceptable()).isTrue();
  }

  @Test
  void thousand() {
    Result result = run(new Knn1000());
    assertThat(result.rows()).hasSize(4).allMatch(row -> row.verdict() == Verdict.EQUAL);
    assertThat(figures(result, "L1")).containsOnly(952.0 / 999);
    assertThat(figures(result, "L2")).containsOnly(961.0 / 999);
  }

  @Test
  void full() {
    Result result = run(new KnnFull());
    assertThat(result.rows()).hasSize(2).allMatch(row -> row.verdict() == Verdict.EQUAL);
    assertThat(figures(result, "L")).containsExactly(.9633, .9705);
  }

  /**
   * Neighbour for neighbour. Few queries, because the scalar backend needs seconds for these
   * already.
   */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void everyBackendAndThreadCountFindsTheSameNeighbours(Distance distance) {
    TrainTest mnist = catalog.mnist();
    List<Neighbors> all = new ArrayList<>();
    for (BackendRequest backend :
        List.of(
            BackendRequest.SCALAR,
            BackendRequest.VECTOR,
            BackendRequest.OPENBLAS,
            BackendRequest.MIXED)) {
      for (int threads = 1; threads <= 2; threads++) {
        try (Engine engine = Engine.builder().backend(backend).threads(threads).open()) {
          all.add(
              NearestNeighbors.of(engine, mnist.train().images(), distance)
                  .search(mnist.test().images().rows(0, 12), 10));
        } catch (BackendUnavailableException e) {
          assertThat(backend)
              .as(e.getMessage())
              .isIn(BackendRequest.OPENBLAS, BackendRequest.MIXED);
        }
      }
    }
    assertThat(all).hasSizeGreaterThanOrEqualTo(4);
    for (Neighbors neighbors : all) {
      assertThat(neighbors.indices()).isEqualTo(all.getFirst().indices());
      assertThat(neighbors.distances()).isEqualTo(all.getFirst().distances());
    }
  }
}
