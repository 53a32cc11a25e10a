package dev.lanewise.benchmarks.proof;

/**
 * One contestant's work with its inputs in memory. Not thread-safe; the threads that it works with
 * are its own.
 */
public interface Task extends AutoCloseable {

  /** What a field holds until the task is known. */
  Task NOTHING =
      new Task() {
        @Override
        public void run() {}

        @Override
        public double check() {
          return Double.NaN;
        }
      };

  /** Does the work once: this is what is timed. */
  void run();

  /**
   * What came out of the last run, as one number that every contestant of a row computes alike: a
   * sum of distances, a norm of a product, an accuracy.
   */
  double check();

  /** A hash of the last run's whole answer where contestants must agree to the bit, else NaN. */
  default double identity() {
    return Double.NaN;
  }

  @Override
  default void close() {}
}
