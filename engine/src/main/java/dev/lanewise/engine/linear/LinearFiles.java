package dev.lanewise.engine.linear;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How this package's models lie in a file. */
final class LinearFiles {

  private static final String SOFTMAX_REGRESSION = "softmax-regression";
  private static final String PERCEPTRON = "perceptron";

  private LinearFiles() {}

  static void save(FloatMatrix weights, @Nullable FloatMatrix bias, Path path) {
    ModelWriter writer = new ModelWriter(SOFTMAX_REGRESSION).floats("weights", weights);
    if (bias != null) {
      writer.floats("bias", bias);
    }
    writer.write(path);
  }

  static SoftmaxRegression loadSoftmaxRegression(Engine engine, Path path) {
    try (Arena arena = Arena.ofConfined()) {
      ModelFile file = ModelFile.open(path, arena);
      file.expect(SOFTMAX_REGRESSION);
      file.verify();
      FloatMatrix weights = file.floats("weights");
      if (weights.columns() < 2) {
        throw file.wrong("weights", "are " + weights.shape() + ": fewer classes than two");
      }
      if (!file.has("bias")) {
        return SoftmaxRegression.of(engine, weights);
      }
      FloatMatrix bias = file.floats("bias");
      if (bias.rows() != 1 || bias.columns() != weights.columns()) {
        throw file.wrong("bias", "is " + bias.shape() + " for weights " + weights.shape());
      }
      return SoftmaxRegression.of(engine, weights, bias);
    }
  }

  /** All of a perceptron but what it scores with. */
  static ModelWriter perceptron(
      int columns,
      int classes,
      ClassScheme scheme,
      PerceptronTrainer.Form form,
      int passes,
      boolean separated) {
    return new ModelWriter(PERCEPTRON)
        .integer("columns", columns)
        .integer("classes", classes)
        .text("scheme", scheme.name())
        .text("form", form.name())
        .integer("passes", passes)
        .integer("separated", separated ? 1 : 0);
  }

  private static void features(ModelWriter writer, FeatureMap map) {
    writer
        .text("features", map.isQuadratic() ? "QUADRATIC" : "LINEAR")
        .real("divisor", map.divisor());
  }

  static void explicit(ModelWriter writer, FeatureMap map, double[][] weights) {
    for (int m = 0; m < weights.length; m++) {
      for (int i = 0; i < weights[m].length; i++) {
        if (!Double.isFinite(weights[m][i])) {
          throw new IllegalStateException(
              "weight %d of machine %d is %s: such a model cannot be saved"
                  .formatted(i, m, weights[m][i]));
        }
      }
    }
    features(writer, map);
    writer.doubles("weights", weights);
  }

  static void dual(ModelWriter writer, Gram gram, int[][] factors) {
    features(writer, gram.map());
    writer.intRows("factors", factors).floats("rows", gram.keptRows());
  }

  static Perceptron loadPerceptron(Engine engine, Path path) {
    try (Arena arena = Arena.ofConfined()) {
      ModelFile file = ModelFile.open(path, arena);
      file.expect(PERCEPTRON);
      file.verify();
      int columns = file.integer("columns", 1, Integer.MAX_VALUE);
      int classes = file.integer("classes", 2, Integer.MAX_VALUE);
      ClassScheme scheme = file.constant("scheme", ClassScheme.class);
      PerceptronTrainer.Form form = file.constant("form", PerceptronTrainer.Form.class);
      int passes = file.integer("passes", 0, Integer.MAX_VALUE);
      boolean separated = file.integer("separated", 0, 1) == 1;
      FeatureMap map = featureMap(file);
      Perceptron.Scorer scorer =
          switch (form) {
            case EXPLICIT -> explicit(engine, file, map, columns, classes, scheme);
            case DUAL -> dual(engine, file, map, columns, classes, scheme);
            case AUTO -> throw file.wrong("form", "is AUTO, which no model is");
          };
      return new Perceptron(columns, classes, scheme, form, passes, separated, scorer);
    }
  }

  private static FeatureMap featureMap(ModelFile file) {
    double divisor = file.real("divisor");
    if (!(divisor > 0 && divisor <= Float.MAX_VALUE)) {
      throw file.wrong("divisor", "is " + divisor);
    }
    return switch (file.text("features")) {
      case "LINEAR" -> FeatureMap.linear();
      case "QUADRATIC" -> FeatureMap.quadratic(divisor);
      default -> throw file.wrong("features", "are neither LINEAR nor QUADRATIC");
    };
  }

  private static Perceptron.Scorer explicit(
      Engine engine, ModelFile file, FeatureMap map, int columns, int classes, ClassScheme scheme) {
    long features = map.isQuadratic() ? 1L + columns + columns * (columns + 1L) / 2 : columns;
    double[][] weights = file.doubles("weights");
    machines(file, "weights", weights.length, classes, scheme);
    if (weights[0].length != features) {
      throw file.wrong(
          "weights", "have " + weights[0].length + " columns for " + features + " features");
    }
    return Perceptron.explicit(engine, map, weights);
  }

  private static Perceptron.Scorer dual(
      Engine engine, ModelFile file, FeatureMap map, int columns, int classes, ClassScheme scheme) {
    IntMatrix factors = file.ints("factors");
    FloatMatrix rows = file.floats("rows");
    machines(file, "factors", factors.rows(), classes, scheme);
    if (rows.columns() != columns || factors.columns() != rows.rows()) {
      throw file.wrong(
          "rows",
          "are " + rows.shape() + " for " + columns + " columns and factors " + factors.shape());
    }
    int[][] arrays = new int[factors.rows()][];
    for (int m = 0; m < arrays.length; m++) {
      arrays[m] = factors.row(m);
    }
    return Perceptron.dual(engine, new Gram(map, rows), arrays);
  }

  /** Before anything is made of the number of classes: it may be hostile. */
  private static void machines(
      ModelFile file, String name, int machines, int classes, ClassScheme scheme) {
    long pairs = (long) classes * (classes - 1);
    long expected =
        switch (scheme) {
          case ONE_VS_REST -> classes;
          case ONE_VS_ONE -> pairs / 2;
          case ONE_VS_ONE_ORDERED -> pairs;
        };
    if (machines != expected) {
      throw file.wrong(
          name,
          "are of %d machines; %d classes %s need %d"
              .formatted(machines, classes, scheme, expected));
    }
  }
}
