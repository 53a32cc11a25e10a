package dev.lanewise.engine.nn;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/** The weights and biases of all layers; layer l maps sizes[l] to sizes[l + 1] neurons. */
final class Parameters {

  final int[] sizes;
  final Activation activation;
  final FloatMatrix[] weights;
  final FloatMatrix[] biases;

  private Parameters(
      int[] sizes, Activation activation, FloatMatrix[] weights, FloatMatrix[] biases) {
    this.sizes = sizes;
    this.activation = activation;
    this.weights = weights;
    this.biases = biases;
  }

  /** Zeros, freed automatically. */
  static Parameters zeros(int[] sizes, Activation activation) {
    return zeros(Arena.ofAuto(), sizes, activation);
  }

  static Parameters zeros(Arena arena, int[] sizes, Activation activation) {
    FloatMatrix[] weights = new FloatMatrix[sizes.length - 1];
    FloatMatrix[] biases = new FloatMatrix[sizes.length - 1];
    for (int l = 0; l < weights.length; l++) {
      weights[l] = AlignedRows.zeros(arena, sizes[l], sizes[l + 1]);
      biases[l] = FloatMatrix.zeros(arena, 1, sizes[l + 1]);
    }
    return new Parameters(sizes.clone(), activation, weights, biases);
  }

  Parameters copy() {
    Parameters copy = zeros(sizes, activation);
    copy.setAll(this);
    return copy;
  }

  void setAll(Parameters source) {
    for (int l = 0; l < weights.length; l++) {
      weights[l].setAll(source.weights[l]);
      biases[l].setAll(source.biases[l]);
    }
  }

  /** The same storage under another activation. */
  Parameters with(Activation other) {
    return new Parameters(sizes, other, weights, biases);
  }

  int layers() {
    return weights.length;
  }

  int inputs() {
    return sizes[0];
  }

  int classes() {
    return sizes[sizes.length - 1];
  }

  /** Multiply-adds that one example costs in one direction. */
  long products() {
    long products = 0;
    for (FloatMatrix w : weights) {
      products += (long) w.rows() * w.columns();
    }
    return products;
  }

  /** Names the first parameter that is not finite, or null. */
  @Nullable String nonFinite(Kernels kernels) {
    for (int l = 0; l < weights.length; l++) {
      String what = nonFinite(kernels, weights[l], "weight", l);
      if (what == null) {
        what = nonFinite(kernels, biases[l], "bias", l);
      }
      if (what != null) {
        return what;
      }
    }
    return null;
  }

  private static @Nullable String nonFinite(
      Kernels kernels, FloatMatrix x, String name, int layer) {
    long at = kernels.firstNonFinite(x);
    if (at < 0) {
      return null;
    }
    int row = (int) (at / x.columns());
    int column = (int) (at % x.columns());
    return name + " (" + row + ", " + column + ") of layer " + layer + " is " + x.get(row, column);
  }

  /** Refuses inputs that do not fit or are not finite. */
  void checkInputs(Kernels kernels, String name, FloatMatrix x) {
    if (x.columns() != inputs()) {
      throw new IllegalArgumentException(
          name + " has " + x.columns() + " columns, the network reads " + inputs());
    }
    long at = kernels.firstNonFinite(x);
    if (at >= 0) {
      int row = (int) (at / x.columns());
      int column = (int) (at % x.columns());
      throw new IllegalArgumentException(
          name
              + " holds "
              + x.get(row, column)
              + " at row "
              + row
              + ", column "
              + column
              + ": inputs must be finite");
    }
  }

  /** Refuses samples that are none, do not fit, are not finite or have other classes. */
  void checkSamples(Kernels kernels, String name, Samples samples) {
    if (samples.size() == 0) {
      throw new IllegalArgumentException(name + " has no rows");
    }
    int[] labels = samples.labels();
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= classes()) {
        throw new IllegalArgumentException(
            name
                + " has label "
                + labels[i]
                + " in row "
                + i
                + ", the network has "
                + classes()
                + " classes");
      }
    }
    checkInputs(kernels, name, samples.rows());
  }
}
