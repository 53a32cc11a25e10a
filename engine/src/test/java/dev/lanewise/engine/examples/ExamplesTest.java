package dev.lanewise.engine.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples do what they say. */
class ExamplesTest {

  @TempDir Path directory;

  private static final FloatMatrix X =
      FloatMatrix.copyOf(new float[][] {{0, 1}, {0.1f, 0.9f}, {1, 0}, {0.8f, 0.1f}});
  private static final int[] LABELS = {0, 0, 1, 1};
  private static final ByteMatrix IMAGES =
      ByteMatrix.copyOf(new byte[] {0, 10, 1, 9, 10, 0, 8, 1}, 4, 2);

  @Test
  void allRun() {
    assertThat(Examples.engine()).contains(": ");
    assertThat(Examples.backend()).hasSize(3);
    assertThat(Examples.matrix().toArray()).containsExactly(20, 3, 5, 6);
    assertThat(Examples.random()).isEqualTo(Examples.random());
    try (Engine engine = Engine.builder().threads(2).open()) {
      assertThat(Examples.kernel().toArray()).containsExactly(5, 11, 11, 25);
      assertThat(Examples.neighbors(engine, IMAGES, LABELS, IMAGES)).containsExactly(LABELS);
      assertThat(Examples.updates(engine, IMAGES, IMAGES).indices()).containsExactly(4, 1, 2, 3);
      Path file = directory.resolve("index.lwm");
      assertThat(Examples.save(engine, IMAGES, file).rows()).isEqualTo(4);
      assertThat(Examples.io(file)).startsWith("byte-index ");
      assertThat(Examples.linear(engine, X, LABELS)).containsExactly(LABELS);
      assertThat(Examples.nn(engine, X, LABELS, directory.resolve("mlp.lwm")).predict(X))
          .containsExactly(LABELS);
    }
  }
}
