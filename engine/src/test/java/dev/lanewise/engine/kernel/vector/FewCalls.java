package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;

/**
 * A program for {@link CompilationTest}: a few calls of kernels that pass over a whole matrix. Run
 * with as few, all loops are short of what C2 is asked for if a call of a kernel is a call of its
 * loop or nine.
 */
final class FewCalls {

  private static final int CALLS = 12;

  private FewCalls() {}

  public static void main(String[] args) {
    Kernels k = new VectorKernels();
    FloatMatrix x = FloatMatrix.zeros(128, 300);
    FloatMatrix y = FloatMatrix.zeros(128, 300);
    FloatMatrix mean = FloatMatrix.zeros(128, 300);
    FloatMatrix square = FloatMatrix.zeros(128, 300);
    FloatMatrix scores = FloatMatrix.zeros(64, 1000);
    FloatMatrix shares = FloatMatrix.zeros(64, 1000);
    FloatMatrix large = FloatMatrix.zeros(1, VectorActivationsSigmoid.MANY);
    IntMatrix distances = IntMatrix.zeros(1, 4096);
    int[] hits = new int[4096];
    for (int call = 0; call < CALLS; call++) {
      k.adam(.9f, .999f, 1e-3f, 1, 1e-8f, x, mean, square, y);
      k.activate(Activation.RELU, x, y);
      k.timesDerivative(Activation.RELU, x, y, mean);
      k.activate(Activation.SIGMOID, x, y);
      k.activate(Activation.SIGMOID, large, large);
      k.softmaxRows(scores, shares);
      for (int row = 0; row < 8; row++) {
        k.atMost(distances, 0, -1, hits);
      }
    }
  }
}
