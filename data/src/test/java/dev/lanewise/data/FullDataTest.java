package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds only for the real files; skipped where they are not. */
class FullDataTest {
  private DataCatalog catalog;

  @BeforeEach
  void openCatalog() {
    String directory = System.getenv(DataCatalog.VARIABLE);
    assumeTrue(directory != null && !directory.isEmpty(), "LANEWISE_DATA is not set");
    catalog = DataCatalog.at(Path.of(directory));
  }

  @Test
  void embeddedImagesAreTheFirstOfTheTrainingFile() {
    assumeTrue(catalog.hasFullMnist(), "LANEWISE_DATA has no mnist");
    ImageSet train = catalog.mnist().train();
    TrainTest embedded = DataCatalog.embedded().mnist();
    assertThat(embedded.train().images().toArray())
        .isEqualTo(train.rows(0, 9_000).images().toArray());
    assertThat(embedded.train().labels()).isEqualTo(train.rows(0, 9_000).labels());
    assertThat(embedded.test().images().toArray())
        .isEqualTo(train.rows(9_000, 10_000).images().toArray());
    assertThat(embedded.test().labels()).isEqualTo(train.rows(9_000, 10_000).labels());
  }

  @Test
  void fullMnistHasItsShape() {
    assumeTrue(catalog.hasFullMnist(), "LANEWISE_DATA has no mnist");
    TrainTest mnist = catalog.mnist();
    assertThat(mnist.train().images().shape()).isEqualTo("60000 x 784");
    assertThat(mnist.test().images().shape()).isEqualTo("10000 x 784");
    assertThat(mnist.test().source()).contains("all 10000 test images");
  }

  @Test
  void pickleEqualsTheEmbeddedMiniMnist() {
    ImageSet pickled = catalog.miniMnist();
    assumeTrue(pickled.source().contains(".pickle"), "LANEWISE_DATA has no mini-mnist");
    ImageSet embedded = DataCatalog.embedded().miniMnist();
    assertThat(pickled.images().toArray()).isEqualTo(embedded.images().toArray());
    assertThat(pickled.labels()).isEqualTo(embedded.labels());
  }

  @Test
  void notMnistHasTenLetters() {
    assumeTrue(catalog.hasNotMnist(), "LANEWISE_DATA has no notmnist");
    ImageSet letters = catalog.notMnist();
    ByteMatrix images = letters.images();
    assertThat(images.columns()).isEqualTo(784);
    assertThat(letters.labels()).contains(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    assertThat(Splits.notMnist(letters.size()).test()).isNotEmpty();
  }
}
