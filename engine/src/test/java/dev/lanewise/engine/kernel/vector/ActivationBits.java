package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.Random;

/** Fails if what a function gives changes while the process runs and is being compiled. */
final class ActivationBits {

  /** Several times what makes the optimising compiler take a loop. */
  private static final int CALLS = 12_000;

  private ActivationBits() {}

  public static void main(String[] args) {
    Kernels kernels = new VectorKernels();
    Random random = new Random(5);
    FloatMatrix z = FloatMatrix.zeros(41, 10);
    for (int i = 0; i < z.rows(); i++) {
      for (int j = 0; j < z.columns(); j++) {
        z.set(i, j, (float) (6 * random.nextGaussian()));
      }
    }
    FloatMatrix result = FloatMatrix.zeros(z.rows(), z.columns());
    for (Activation activation : Activation.values()) {
      check(activation.name(), () -> kernels.activate(activation, z, result), result);
    }
    check("softmax", () -> kernels.softmaxRows(z, result), result);
  }

  private static void check(String name, Runnable call, FloatMatrix result) {
    call.run();
    float[] first = result.toArray();
    for (int i = 0; i < CALLS; i++) {
      call.run();
      if (!Arrays.equals(first, result.toArray())) {
        throw new AssertionError(name + " gave other bits at call " + i);
      }
    }
  }
}
