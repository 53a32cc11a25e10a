package dev.lanewise.cli.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExperimentsTest {

  /** Every experiment that the write-ups describe, in their order. */
  private static final List<String> PUBLISHED =
      List.of(
          "knn-demo",
          "knn-sweep",
          "softmax-sgd",
          "knn-1000",
          "knn-full",
          "random-search",
          "ovr",
          "ovo",
          "quadratic-ovr",
          "mini-knn",
          "backprop-3-3-3",
          "mlp-grid",
          "mlp-long",
          "relu-saturation",
          "relu-squished",
          "mlp-mnist",
          "mlp-mnist-double-softmax",
          "notmnist-mlp",
          "notmnist-early-stopping");

  /** What our own learners reach on each data set. */
  private static final List<String> BEST =
      List.of("best-mnist", "best-mini-mnist", "best-notmnist");

  @Test
  void everyPublishedExperimentIsHereAndNoOther() {
    List<String> ids = Experiments.all().stream().map(Experiment::id).toList();
    assertThat(ids.subList(0, PUBLISHED.size())).isEqualTo(PUBLISHED);
    assertThat(ids.subList(PUBLISHED.size(), ids.size())).isEqualTo(BEST);
  }

  @Test
  void everyExperimentSaysWhereItWasPublishedAndWhat() {
    for (Experiment experiment : Experiments.all()) {
      assertThat(experiment.title()).as(experiment.id()).isNotBlank();
      assertThat(experiment.source()).as(experiment.id()).isNotBlank();
      if (PUBLISHED.contains(experiment.id())) {
        assertThat(experiment.published()).as(experiment.id()).isNotEmpty();
      }
      assertThat(Experiments.find(experiment.id())).containsSame(experiment);
    }
  }
}
