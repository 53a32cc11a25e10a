package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.random.Draws;
import java.util.random.RandomGenerator;

/**
 * How a layer's parameters start. Layers are initialised from the first to the last. Those made
 * here are immutable; others must be thread-safe if trainings run at once.
 */
@FunctionalInterface
public interface Initializer {

  /**
   * Sets the parameters of one layer.
   *
   * @param weights fan-in x fan-out, zeros on entry
   * @param biases 1 x fan-out, zeros on entry
   * @param random the stream of all layers
   */
  void initialize(FloatMatrix weights, FloatMatrix biases, RandomGenerator random);

  /** Everything 0. Without a hidden layer that is a good start, with one it never learns. */
  static Initializer zeros() {
    return (weights, biases, random) -> {};
  }

  /** Weights N(0, 1) / sqrt(fan-in), biases 0 (LeCun). */
  static Initializer leCunNormal() {
    return (weights, biases, random) ->
        Draws.normal(random, Math.sqrt(1.0 / weights.rows()), weights);
  }

  /** Weights N(0, 2 / fan-in), biases 0: for ReLU (He et al., 2015). */
  static Initializer heNormal() {
    return (weights, biases, random) ->
        Draws.normal(random, Math.sqrt(2.0 / weights.rows()), weights);
  }

  /** Weights U(-a, a) with a = sqrt(6 / (fan-in + fan-out)), biases 0 (Glorot and Bengio, 2010). */
  static Initializer xavierUniform() {
    return (weights, biases, random) ->
        Draws.uniform(random, Math.sqrt(6.0 / (weights.rows() + weights.columns())), weights);
  }

  /** Weights N(0, 2 / (fan-in + fan-out)), biases 0 (Glorot and Bengio, 2010). */
  static Initializer xavierNormal() {
    return (weights, biases, random) ->
        Draws.normal(random, Math.sqrt(2.0 / (weights.rows() + weights.columns())), weights);
  }

  /** As {@link #xavierNormal}, but the biases too are drawn from that distribution. */
  static Initializer xavierNormalWithBiases() {
    return (weights, biases, random) -> {
      double deviation = Math.sqrt(2.0 / (weights.rows() + weights.columns()));
      Draws.normal(random, deviation, weights);
      Draws.normal(random, deviation, biases);
    };
  }

  /** Weights and biases U(-a, a) with a = 1 / sqrt(fan-in): PyTorch's default for Linear. */
  static Initializer pytorchLinear() {
    return (weights, biases, random) -> {
      double bound = Math.sqrt(1.0 / weights.rows());
      Draws.uniform(random, bound, weights);
      Draws.uniform(random, bound, biases);
    };
  }

  /**
   * Weights and biases U(-bound, bound).
   *
   * @throws IllegalArgumentException if the bound is negative or not finite
   */
  static Initializer uniform(double bound) {
    if (!(bound >= 0 && bound < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("the bound must be finite and not negative: " + bound);
    }
    return (weights, biases, random) -> {
      Draws.uniform(random, bound, weights);
      Draws.uniform(random, bound, biases);
    };
  }
}
