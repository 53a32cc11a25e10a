package dev.lanewise.engine.nn;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.Arena;

/**
 * The updates of one block of parameters by its optimiser, with their own velocities or moments.
 */
@FunctionalInterface
interface Updater {

  /** One step, with the learning rate multiplied by a factor. */
  void step(double rateFactor);

  /**
   * An optimiser's updates.
   *
   * @param w the parameters
   * @param g where their gradient will be found, same shape
   * @param arena for what it keeps from step to step
   */
  static Updater of(
      Optimizer optimizer, Kernels kernels, FloatMatrix w, FloatMatrix g, Arena arena) {
    return switch (optimizer) {
      case Optimizer.Sgd(double rate) -> factor -> kernels.axpy((float) -(rate * factor), g, w);
      case Optimizer.Momentum(double rate, double momentum) -> {
        FloatMatrix v = FloatMatrix.zeros(arena, w.rows(), w.columns());
        yield factor -> {
          kernels.axpby((float) (rate * factor), g, (float) momentum, v);
          kernels.axpy(-1, v, w);
        };
      }
      case Optimizer.Nesterov(double rate, double momentum) -> {
        FloatMatrix v = FloatMatrix.zeros(arena, w.rows(), w.columns());
        yield factor -> {
          kernels.axpby((float) (rate * factor), g, (float) momentum, v);
          kernels.axpy((float) -momentum, v, w);
          kernels.axpy((float) -(rate * factor), g, w);
        };
      }
      case Optimizer.Adam adam -> new AdamUpdater(adam, kernels, w, g, arena);
    };
  }

  /** Adam's, which counts the steps. */
  final class AdamUpdater implements Updater {
    private final Optimizer.Adam optimizer;
    private final Kernels kernels;
    private final FloatMatrix w;
    private final FloatMatrix g;
    private final FloatMatrix m;
    private final FloatMatrix v;
    // The powers of the betas, multiplied up step by step.
    private double power1 = 1;
    private double power2 = 1;

    private AdamUpdater(
        Optimizer.Adam optimizer, Kernels kernels, FloatMatrix w, FloatMatrix g, Arena arena) {
      this.optimizer = optimizer;
      this.kernels = kernels;
      this.w = w;
      this.g = g;
      this.m = FloatMatrix.zeros(arena, w.rows(), w.columns());
      this.v = FloatMatrix.zeros(arena, w.rows(), w.columns());
    }

    @Override
    public void step(double rateFactor) {
      power1 *= optimizer.beta1();
      power2 *= optimizer.beta2();
      kernels.adam(
          (float) optimizer.beta1(),
          (float) optimizer.beta2(),
          (float) (optimizer.rate() * rateFactor / (1 - power1)),
          (float) Math.sqrt(1 - power2),
          (float) optimizer.epsilon(),
          g,
          m,
          v,
          w);
    }
  }
}
