package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlpFileTest {

  @TempDir Path directory;

  private static FloatMatrix random(Random random, int rows, int columns) {
    FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  private static Mlp mlp(Engine engine, Random random, Activation activation, int... sizes) {
    List<FloatMatrix> weights = new ArrayList<>();
    List<FloatMatrix> biases = new ArrayList<>();
    for (int l = 0; l + 1 < sizes.length; l++) {
      weights.add(random(random, sizes[l], sizes[l + 1]));
      biases.add(random(random, 1, sizes[l + 1]));
    }
    return Mlp.of(engine, activation, weights, biases);
  }

  @Test
  void aLoadedNetworkIsTheSavedOneBitForBit() {
    Random random = new Random(1);
    Path file = directory.resolve("mlp.lwm");
    int[][] shapes = {{3, 2}, {17, 5, 3}, {784, 33, 7, 10}};
    try (Engine engine = Engine.builder().threads(2).open()) {
      for (int[] sizes : shapes) {
        for (Activation activation : Activation.values()) {
          for (Output output : Output.values()) {
            Mlp saved = mlp(engine, random, activation, sizes).withOutput(output);
            saved.save(file);
            Mlp loaded = Mlp.load(engine, file);
            assertThat(loaded.activation()).isEqualTo(activation);
            assertThat(loaded.output()).isEqualTo(output);
            assertThat(loaded.layers()).isEqualTo(sizes.length - 1);
            FloatMatrix x = random(random, 9, sizes[0]);
            assertThat(loaded.scores(x).toArray()).containsExactly(saved.scores(x).toArray());
            assertThat(loaded.tensors().keySet())
                .containsExactlyElementsOf(saved.tensors().keySet());
          }
        }
      }
    }
  }

  @Test
  void aNetworkThatDivergedIsNotSaved() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      FloatMatrix weights = FloatMatrix.zeros(2, 2);
      weights.set(1, 0, Float.NaN);
      Mlp mlp = Mlp.of(engine, Activation.RELU, List.of(weights), List.of(FloatMatrix.zeros(1, 2)));
      Path file = directory.resolve("nan.lwm");
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> mlp.save(file))
          .withMessageContaining("weight (1, 0) of layer 0 is NaN");
      assertThat(file).doesNotExist();
    }
  }

  @Test
  void theParameterThatIsNotFiniteIsNamed() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      FloatMatrix biases = FloatMatrix.zeros(1, 2);
      biases.set(0, 1, Float.POSITIVE_INFINITY);
      Mlp mlp =
          Mlp.of(
              engine,
              Activation.RELU,
              List.of(FloatMatrix.zeros(2, 3), FloatMatrix.zeros(3, 2)),
              List.of(FloatMatrix.zeros(1, 3), biases));
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> mlp.save(directory.resolve("infinite.lwm")))
          .withMessageStartingWith("bias (0, 1) of layer 1 is Infinity:");
    }
  }

  @Test
  void aDamagedFileIsRefused() throws IOException {
    Path file = directory.resolve("damaged.lwm");
    try (Engine engine = Engine.builder().threads(1).open()) {
      mlp(engine, new Random(1), Activation.RELU, 3, 2).save(file);
      byte[] bytes = Files.readAllBytes(file);
      // The lowest bit of the first weight: still a number, but another.
      bytes[(int) ModelFile.open(file).wrong("weights.0", "").offset()] ^= 1;
      Files.write(file, bytes);
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> Mlp.load(engine, file))
          .withMessageContaining("is damaged");
    }
  }

  private static ModelWriter file(long layers, String activation) {
    return new ModelWriter("mlp")
        .integer("layers", layers)
        .text("activation", activation)
        .text("output", "LOGITS");
  }

  private void refused(ModelWriter writer, String message) {
    Path file = directory.resolve("refused.lwm");
    writer.write(file);
    try (Engine engine = Engine.builder().threads(1).open()) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> Mlp.load(engine, file))
          .withMessageContaining(message)
          .withMessageContaining("refused.lwm, byte ");
    }
  }

  @Test
  void filesThatAreNoNetworkAreRefused() {
    FloatMatrix w = FloatMatrix.zeros(3, 2);
    FloatMatrix b = FloatMatrix.zeros(1, 2);
    refused(new ModelWriter("softmax-regression").floats("weights", w), "holds a 'softmax-");
    refused(file(1, "RELU"), "lacks 'weights.0'");
    refused(file(1, "RELU").floats("weights.0", w), "lacks 'biases.0'");
    refused(file(0, "RELU"), "'layers' 0 is not in");
    refused(file(Long.MAX_VALUE, "RELU"), "'layers' 9223372036854775807 is not in");
    refused(file(1, "SWISH").floats("weights.0", w).floats("biases.0", b), "'SWISH' is none of");
    refused(
        file(1, "RELU").floats("weights.0", w).floats("biases.0", FloatMatrix.zeros(1, 3)),
        "are 1 x 3 for weights 3 x 2");
    refused(
        file(1, "RELU").floats("weights.0", w).floats("biases.0", FloatMatrix.zeros(2, 2)),
        "are 2 x 2 for weights 3 x 2");
    refused(
        file(2, "RELU")
            .floats("weights.0", w)
            .floats("biases.0", b)
            .floats("weights.1", w)
            .floats("biases.1", b),
        "are 3 x 2 after 2 neurons");
    FloatMatrix nan = FloatMatrix.zeros(3, 2);
    nan.set(2, 1, Float.POSITIVE_INFINITY);
    refused(
        file(1, "RELU").floats("weights.0", nan).floats("biases.0", b),
        "'weights.0' row 2, column 1 is Infinity");
  }
}
