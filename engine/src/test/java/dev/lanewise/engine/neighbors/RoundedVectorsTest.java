package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The roundings themselves; that a search which uses them loses nothing is {@link ScreenTest}'s.
 */
class RoundedVectorsTest {

  /** Of a sample with means 12 and -200 and deviations 2 and 100: 2.5 of those are 127 steps. */
  private static final double STEP = 504 / 256.0;

  private static RoundedVectors rounded(int rows) {
    return new RoundedVectors(new double[][] {{10.4, -300}, {13.8, -100}}, rows);
  }

  private static ModelFile saved(RoundedVectors vectors, Path directory) {
    Path file = directory.resolve("rounded.lwm");
    ModelWriter writer = new ModelWriter("byte-index");
    vectors.save(writer);
    writer.write(file);
    return ModelFile.open(file);
  }

  @Test
  void originAndStepAreThoseOfTheSample(@TempDir Path directory) {
    ModelFile saved = saved(rounded(3), directory);
    assertThat(saved.floats("rounded-origin").toArray()).containsExactly(12, -200);
    assertThat(saved.integer("rounded-step")).isEqualTo(504);
    assertThat(new RoundedVectors(new double[][] {{7, 1}, {7, 1}}, 1).limit(1, 0, 1))
        .as("of vectors that are all the same: the smallest step")
        .isBetween(256.0 * 256, 256.0 * 256 * (1 + 0x1p-40));
  }

  @Test
  void aVectorBecomesTheStepsFromTheOriginAndHowFarThatMovedIt() {
    ByteMatrix to = ByteMatrix.zeros(2, 2);
    RoundedVectors vectors = rounded(1);
    double[] vector = {12 + 3.25 * STEP, -200 - 20.5 * STEP};
    assertThat((double) vectors.round(vector, to, 1)).isBetween(0.559 * STEP, 0.55902 * STEP);
    assertThat(to.toArray()).containsExactly(0, 0, 128 + 3, 128 - 20);
    double[] far = {12 + 130 * STEP, -200 - 132 * STEP};
    assertThat((double) vectors.round(far, to, 0)).isBetween(5 * STEP, 5.00001 * STEP);
    assertThat(to.toArray()).containsExactly(255, 0, 128 + 3, 128 - 20);
  }

  /** What rounding takes away is not all: the computation has room for its own. */
  @Test
  void aVectorThatIsNotMovedHasTheMarginOfComputingIt() {
    double[] vector = {12 + 100 * STEP, -200 - 90 * STEP};
    double length = Math.hypot(vector[0], vector[1]);
    double margin = 0x1p-45 * (length + Math.hypot(12, 200) + 2_048 * STEP);
    assertThat((double) rounded(1).round(vector, ByteMatrix.zeros(1, 2), 0))
        .isBetween(margin, margin * (1 + 1e-6));
  }

  @Test
  void limitsAreInStepsAndAddWhatBothWereMoved() {
    RoundedVectors vectors = rounded(2);
    double[] vector = {12.5, -200.25};
    vectors.set(1, vector);
    double moved = vectors.round(vector, ByteMatrix.zeros(1, 2), 0);
    assertThat(moved).isPositive();
    for (double slack : new double[] {0, 1}) {
      double steps = (30 + slack * moved) / STEP;
      assertThat(vectors.limit(30, 1, slack))
          .isBetween(steps * steps * (1 + 0x1p-49), steps * steps * (1 + 0x1p-47));
    }
    assertThat(vectors.rows(1, 2).toArray()).containsExactly(128, 128);
  }

  @Test
  void openedOnesRoundAsThoseThatWereSaved(@TempDir Path directory) {
    RoundedVectors vectors = rounded(2);
    vectors.set(1, new double[] {12.5, -200.25});
    RoundedVectors opened = new RoundedVectors(saved(vectors, directory), 2, 2);
    assertThat(opened.rows(0, 2).toArray()).isEqualTo(vectors.rows(0, 2).toArray());
    assertThat(opened.limit(30, 1, 1)).isEqualTo(vectors.limit(30, 1, 1));
    double[] query = {55, -177};
    ByteMatrix expected = ByteMatrix.zeros(1, 2);
    ByteMatrix actual = ByteMatrix.zeros(1, 2);
    assertThat(opened.round(query, actual, 0)).isEqualTo(vectors.round(query, expected, 0));
    assertThat(actual.toArray()).isEqualTo(expected.toArray());
  }
}
