package dev.lanewise.engine.kernel;

/** An element-wise function of a neuron's weighted sum z. */
public enum Activation {
  /** f(z) = z. */
  IDENTITY,
  /** f(z) = max(z, 0); its slope at 0 is 0. */
  RELU,
  /** f(z) = arc tangent of z, in radians: -pi/2..pi/2. */
  ATAN,
  /** f(z) = 1 / (1 + exp(-z)): 0..1. */
  SIGMOID,
  /** f(z) = hyperbolic tangent of z: -1..1. */
  TANH;

  /**
   * Whether the derivative is computed from z; the others need f(z) alone, so that z may be
   * overwritten by it.
   */
  public boolean derivativeNeedsSum() {
    return this == ATAN;
  }
}
