package dev.lanewise.engine.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinearFilesTest {

  @TempDir Path directory;

  private static FloatMatrix random(Random random, int rows, int columns) {
    FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, random.nextInt(3) == 0 ? (float) random.nextGaussian() : 0);
      }
    }
    return matrix;
  }

  @Test
  void aLoadedRegressionIsTheSavedOne() {
    Random random = new Random(1);
    Path file = directory.resolve("softmax.lwm");
    try (Engine engine = Engine.builder().threads(2).open()) {
      FloatMatrix weights = random(random, 30, 4);
      FloatMatrix bias = random(random, 1, 4);
      FloatMatrix x = random(random, 11, 30);
      for (SoftmaxRegression saved :
          new SoftmaxRegression[] {
            SoftmaxRegression.of(engine, weights), SoftmaxRegression.of(engine, weights, bias)
          }) {
        saved.save(file);
        SoftmaxRegression loaded = SoftmaxRegression.load(engine, file);
        assertThat(loaded.bias().isPresent()).isEqualTo(saved.bias().isPresent());
        assertThat(loaded.logits(x).toArray()).containsExactly(saved.logits(x).toArray());
        assertThat(loaded.tensors().keySet()).containsExactlyElementsOf(saved.tensors().keySet());
      }
    }
  }

  @Test
  void aLoadedPerceptronIsTheSavedOne() {
    Random random = new Random(2);
    Path file = directory.resolve("perceptron.lwm");
    FloatMatrix x = random(random, 60, 9);
    FloatMatrix queries = random(random, 140, 9);
    int[] labels = random.ints(60, 0, 3).toArray();
    try (Engine engine = Engine.builder().threads(2).open()) {
      for (ClassScheme scheme : ClassScheme.values()) {
        for (FeatureMap map :
            new FeatureMap[] {
              FeatureMap.linear(), FeatureMap.quadratic(), FeatureMap.quadratic(3)
            }) {
          for (PerceptronTrainer.Form form :
              new PerceptronTrainer.Form[] {
                PerceptronTrainer.Form.EXPLICIT, PerceptronTrainer.Form.DUAL
              }) {
            Perceptron saved =
                new PerceptronTrainer(engine, 3)
                    .scheme(scheme)
                    .features(map)
                    .form(form)
                    .passes(5)
                    .fit(x, labels);
            saved.save(file);
            Perceptron loaded = Perceptron.load(engine, file);
            assertThat(loaded.scores(queries)).isDeepEqualTo(saved.scores(queries));
            assertThat(loaded.predict(queries)).containsExactly(saved.predict(queries));
            assertThat(loaded.form()).isEqualTo(form);
            assertThat(loaded.scheme()).isEqualTo(scheme);
            assertThat(loaded.passes()).isEqualTo(saved.passes());
            assertThat(loaded.separated()).isEqualTo(saved.separated());
            assertThat(loaded.columns()).isEqualTo(9);
          }
        }
      }
    }
  }

  private void refused(ModelWriter writer, String message) {
    Path file = directory.resolve("refused.lwm");
    writer.write(file);
    try (Engine engine = Engine.builder().threads(1).open()) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> LinearFilesTest.load(engine, file))
          .withMessageContaining(message)
          .withMessageContaining("refused.lwm, byte ");
    }
  }

  private static void load(Engine engine, Path file) {
    if (ModelFile.open(file).kind().equals("perceptron")) {
      Perceptron.load(engine, file);
    } else {
      SoftmaxRegression.load(engine, file);
    }
  }

  private static ModelWriter perceptron(long columns, long classes, String scheme, String form) {
    return perceptron(columns, classes, scheme, form, 1);
  }

  private static ModelWriter perceptron(
      long columns, long classes, String scheme, String form, double divisor) {
    return new ModelWriter("perceptron")
        .integer("columns", columns)
        .integer("classes", classes)
        .text("scheme", scheme)
        .text("form", form)
        .integer("passes", 1)
        .integer("separated", 0)
        .text("features", "QUADRATIC")
        .real("divisor", divisor);
  }

  @Test
  void filesThatAreNoModelAreRefused() {
    ModelWriter none = new ModelWriter("softmax-regression");
    refused(none, "lacks 'weights'");
    refused(
        new ModelWriter("softmax-regression").floats("weights", FloatMatrix.zeros(3, 1)),
        "fewer classes than two");
    refused(
        new ModelWriter("softmax-regression")
            .floats("weights", FloatMatrix.zeros(3, 2))
            .floats("bias", FloatMatrix.zeros(1, 3)),
        "is 1 x 3 for weights 3 x 2");
    refused(new ModelWriter("mlp").integer("layers", 1), "holds a 'mlp'");
    double[] row = new double[6];
    refused(
        perceptron(2, Integer.MAX_VALUE, "ONE_VS_ONE", "EXPLICIT").doubles("weights", row),
        "are of 1 machines; 2147483647 classes ONE_VS_ONE need 2305843005992468481");
    refused(
        perceptron(Integer.MAX_VALUE, 2, "ONE_VS_ONE", "EXPLICIT").doubles("weights", row),
        "have 6 columns for 2305843010287435776 features");
    refused(
        perceptron(2, 1, "ONE_VS_ONE", "EXPLICIT").doubles("weights", row), "'classes' 1 is not");
    refused(perceptron(2, 2, "ONE_VS_ONE", "AUTO").doubles("weights", row), "is AUTO");
    refused(
        perceptron(2, 2, "ONE_VS_ONE", "DUAL")
            .intRows("factors", new int[3])
            .floats("rows", FloatMatrix.zeros(2, 2)),
        "are 2 x 2 for 2 columns and factors 1 x 3");
    refused(
        perceptron(2, 3, "ONE_VS_ONE_ORDERED", "DUAL")
            .intRows("factors", new int[2])
            .floats("rows", FloatMatrix.zeros(2, 2)),
        "are of 1 machines; 3 classes ONE_VS_ONE_ORDERED need 6");
    for (double divisor : new double[] {0, -1, 3.5e38}) {
      refused(
          perceptron(2, 2, "ONE_VS_ONE", "EXPLICIT", divisor).doubles("weights", row),
          "'divisor' is " + divisor);
    }
    row[3] = Double.NaN;
    refused(
        perceptron(2, 2, "ONE_VS_ONE", "EXPLICIT").doubles("weights", row),
        "row 0, column 3 is NaN");
  }

  @Test
  void aModelOfAnotherKindOrWithDamageIsRefused() throws IOException {
    Path regression = directory.resolve("regression.lwm");
    Path perceptron = directory.resolve("perceptron.lwm");
    FloatMatrix x = random(new Random(3), 20, 4);
    try (Engine engine = Engine.builder().threads(1).open()) {
      SoftmaxRegression.of(engine, x).save(regression);
      new PerceptronTrainer(engine, 2)
          .form(PerceptronTrainer.Form.EXPLICIT)
          .passes(1)
          .fit(x, new int[20])
          .save(perceptron);
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> Perceptron.load(engine, regression))
          .withMessageContaining("holds a 'softmax-regression'");
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> SoftmaxRegression.load(engine, perceptron))
          .withMessageContaining("holds a 'perceptron'");
      for (Path file : List.of(regression, perceptron)) {
        damage(file);
        assertThatExceptionOfType(ModelFormatException.class)
            .isThrownBy(() -> load(engine, file))
            .withMessageContaining("damaged");
      }
    }
  }

  /** Turns over the lowest bit of the first weight: still a number, but another. */
  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[(int) ModelFile.open(file).wrong("weights", "").offset()] ^= 1;
    Files.write(file, bytes);
  }

  @Test
  void weightsBeyondTheDoublesAreNotSaved() {
    Path file = directory.resolve("infinite.lwm");
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{1, 1e30f}});
    try (Engine engine = Engine.builder().threads(1).open()) {
      Perceptron model =
          new PerceptronTrainer(engine, 2)
              .features(FeatureMap.quadratic(1e-200))
              .form(PerceptronTrainer.Form.EXPLICIT)
              .passes(1)
              .fit(x, new int[] {0});
      // Machine 0 is right from the start.
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> model.save(file))
          .withMessage("weight 3 of machine 1 is -Infinity: such a model cannot be saved");
      assertThat(file).doesNotExist();
    }
  }
}
