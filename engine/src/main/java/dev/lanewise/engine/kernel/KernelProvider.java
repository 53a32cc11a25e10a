package dev.lanewise.engine.kernel;

/**
 * Offers one backend. Found with {@link java.util.ServiceLoader}; loading the class itself must
 * need nothing that could be missing (no incubator module, no native library).
 */
public interface KernelProvider {

  /** The backend's name, lower case. */
  String name();

  /**
   * Finds out whether the backend works here. Never throws: a failure is a {@link Probe} that is
   * not available.
   */
  Probe probe();

  /**
   * The kernels.
   *
   * @param fallback what to use for operations that this backend does no better
   * @throws IllegalStateException if the backend does not work here
   */
  Kernels create(Kernels fallback);
}
