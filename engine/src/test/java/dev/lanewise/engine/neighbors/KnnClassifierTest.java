package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import org.junit.jupiter.api.Test;

class KnnClassifierTest {

  @Test
  void predictsFromBytesAndFloats() {
    byte[] rows = {0, 10, 100, 110, 120};
    float[] same = {0, 10, 100, 110, 120};
    int[] labels = {1, 1, 2, 2, 2};
    try (Engine engine = Engine.open()) {
      KnnClassifier bytes =
          new KnnClassifier(
              NearestNeighbors.of(engine, ByteMatrix.copyOf(rows, 5, 1), Distance.L2),
              labels,
              Votes.plurality());
      labels[4] = 9; // The classifier has its own copy.
      assertThat(bytes.predict(ByteMatrix.copyOf(new byte[] {4, 54, 119}, 3, 1), 3))
          .containsExactly(1, 1, 2);
      assertThat(bytes.predict(ByteMatrix.copyOf(new byte[] {4}, 1, 1), 5)).containsExactly(2);

      KnnClassifier floats =
          new KnnClassifier(
              NearestNeighbors.of(engine, FloatMatrix.copyOf(same, 5, 1), Distance.L1),
              new int[] {1, 1, 2, 2, 2},
              Votes.smallestDistanceSum());
      assertThat(floats.predict(FloatMatrix.copyOf(new float[] {4.5f, 58f}, 2, 1), 1))
          .containsExactly(1, 2);
    }
  }

  /**
   * Two labels with two votes each: the sums decide, of one query for the one, of another for the
   * other.
   */
  @Test
  void eachQueryVotesWithItsOwnDistances() {
    float[] rows = {0, 1, 2, -100, 1_000, 1_004, 1_005, 1_006};
    try (Engine engine = Engine.open()) {
      KnnClassifier classifier =
          new KnnClassifier(
              NearestNeighbors.of(engine, FloatMatrix.copyOf(rows, 8, 1), Distance.L1),
              new int[] {1, 2, 2, 1, 1, 2, 2, 1},
              Votes.smallestDistanceSum());
      assertThat(classifier.predict(FloatMatrix.copyOf(new float[] {0, 1_000}, 2, 1), 4))
          .containsExactly(2, 1);
    }
  }

  @Test
  void needsALabelForEachRow() {
    try (Engine engine = Engine.open()) {
      NearestNeighbors index = NearestNeighbors.of(engine, ByteMatrix.zeros(3, 1), Distance.L1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new KnnClassifier(index, new int[2], Votes.plurality()))
          .withMessage("2 labels for an index of 3 rows");
    }
  }
}
