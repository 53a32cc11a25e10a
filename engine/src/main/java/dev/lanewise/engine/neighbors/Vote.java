package dev.lanewise.engine.neighbors;

/**
 * Decides a query's label from those of its neighbours. Implementations must be thread-safe; those
 * in {@link Votes} are.
 */
@FunctionalInterface
public interface Vote {

  /**
   * Decides.
   *
   * @param labels the neighbours' labels, nearest first; only the first {@code k} count
   * @param distances the neighbours' distances, nearest first; only the first {@code k} count
   * @param k how many neighbours vote, at least 1
   * @return the label
   */
  int decide(int[] labels, double[] distances, int k);
}
