package dev.lanewise.benchmarks;

/** How the JVMs that measure are started. */
final class Forks {
  /**
   * Enough to see what differs from one JVM to the next: layout, inlining, the compilers' order.
   */
  static final int COUNT = 3;

  static final String MODULES = "--add-modules=jdk.incubator.vector";
  static final String NATIVE = "--enable-native-access=ALL-UNNAMED";

  /** Room for the largest inputs: 60,000 x 784 floats twice, and the bandwidth array. */
  static final String HEAP = "-Xmx4g";

  private Forks() {}
}
