package dev.lanewise.engine.nn;

/** How parameters w follow their gradient g. Velocities and moments start at 0. */
public sealed interface Optimizer {

  /** The learning rate. */
  double rate();

  /**
   * Stochastic gradient descent, w -= rate g.
   *
   * @throws IllegalArgumentException if the rate is not positive and finite
   */
  static Optimizer sgd(double rate) {
    return new Sgd(rate);
  }

  /**
   * Momentum (the heavy ball, Polyak 1964): v = momentum v + rate g, w -= v.
   *
   * @throws IllegalArgumentException if the rate is not positive and finite, or the momentum not in
   *     [0, 1)
   */
  static Optimizer momentum(double rate, double momentum) {
    return new Momentum(rate, momentum);
  }

  /**
   * Nesterov's momentum in the form of Sutskever et al. (2013), with the gradient taken at the
   * looked-ahead weights: v = momentum v + rate g, w -= momentum v + rate g.
   *
   * @throws IllegalArgumentException as {@link #momentum}
   */
  static Optimizer nesterov(double rate, double momentum) {
    return new Nesterov(rate, momentum);
  }

  /** Adam with the usual beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8. */
  static Optimizer adam(double rate) {
    return new Adam(rate, 0.9, 0.999, 1e-8);
  }

  /**
   * Adam (Kingma and Ba, 2015): m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, w -=
   * rate m' / (sqrt(v') + epsilon) with m' = m / (1 - beta1^t), v' = v / (1 - beta2^t), t from 1.
   *
   * @throws IllegalArgumentException if the rate or epsilon is not positive and finite, or a beta
   *     not in [0, 1)
   */
  static Optimizer adam(double rate, double beta1, double beta2, double epsilon) {
    return new Adam(rate, beta1, beta2, epsilon);
  }

  /** See {@link #sgd}. */
  record Sgd(double rate) implements Optimizer {
    public Sgd {
      positive("learning rate", rate);
    }
  }

  /** See {@link Optimizer#momentum}. */
  record Momentum(double rate, double momentum) implements Optimizer {
    public Momentum {
      positive("learning rate", rate);
      fraction("momentum", momentum);
    }
  }

  /** See {@link Optimizer#nesterov}. */
  record Nesterov(double rate, double momentum) implements Optimizer {
    public Nesterov {
      positive("learning rate", rate);
      fraction("momentum", momentum);
    }
  }

  /** See {@link Optimizer#adam(double, double, double, double)}. */
  record Adam(double rate, double beta1, double beta2, double epsilon) implements Optimizer {
    public Adam {
      positive("learning rate", rate);
      fraction("beta1", beta1);
      fraction("beta2", beta2);
      positive("epsilon", epsilon);
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the " + name + " must be positive and finite, not " + value);
    }
  }

  private static void fraction(String name, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "the " + name + " must be at least 0 and below 1, not " + value);
    }
  }
}
