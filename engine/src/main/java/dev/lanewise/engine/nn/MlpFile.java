package dev.lanewise.engine.nn;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** How an {@link Mlp} lies in a file. */
final class MlpFile {

  private static final String KIND = "mlp";

  /** Weights and biases are an entry each, beside three of scalars. */
  private static final int MAX_LAYERS = 2000;

  private MlpFile() {}

  static void save(Parameters parameters, Output output, Path file) {
    ModelWriter writer =
        new ModelWriter(KIND)
            .integer("layers", parameters.layers())
            .text("activation", parameters.activation.name())
            .text("output", output.name());
    for (int l = 0; l < parameters.layers(); l++) {
      finite("weight", l, parameters.weights[l]);
      finite("bias", l, parameters.biases[l]);
      writer.floats("weights." + l, parameters.weights[l]);
      writer.floats("biases." + l, parameters.biases[l]);
    }
    writer.write(file);
  }

  private static void finite(String what, int layer, FloatMatrix x) {
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        if (!Float.isFinite(x.get(i, j))) {
          throw new IllegalStateException(
              "%s (%d, %d) of layer %d is %s: a network that diverged cannot be saved"
                  .formatted(what, i, j, layer, x.get(i, j)));
        }
      }
    }
  }

  static Mlp load(Engine engine, Path path) {
    try (Arena arena = Arena.ofConfined()) {
      ModelFile file = ModelFile.open(path, arena);
      file.expect(KIND);
      file.verify();
      int layers = file.integer("layers", 1, MAX_LAYERS);
      Activation activation = file.constant("activation", Activation.class);
      Output output = file.constant("output", Output.class);
      int[] sizes = new int[layers + 1];
      for (int l = 0; l < layers; l++) {
        FloatMatrix weights = file.floats("weights." + l);
        FloatMatrix biases = file.floats("biases." + l);
        if (l > 0 && weights.rows() != sizes[l]) {
          throw file.wrong(
              "weights." + l, "are " + weights.shape() + " after " + sizes[l] + " neurons");
        }
        if (biases.rows() != 1 || biases.columns() != weights.columns()) {
          throw file.wrong(
              "biases." + l, "are " + biases.shape() + " for weights " + weights.shape());
        }
        sizes[l] = weights.rows();
        sizes[l + 1] = weights.columns();
      }
      Parameters parameters = Parameters.zeros(sizes, activation);
      for (int l = 0; l < layers; l++) {
        parameters.weights[l].setAll(file.floats("weights." + l));
        parameters.biases[l].setAll(file.floats("biases." + l));
      }
      return Mlp.owning(engine, parameters, output);
    }
  }
}
