package dev.lanewise.benchmarks.proof;

/** The tasks that contestants of some names can do. Found by {@code ServiceLoader}. */
public interface TaskSet {

  /** Whether the first word of a task is a contestant of this set. */
  boolean has(String contestant);

  /**
   * Makes the inputs.
   *
   * @param words the task, as {@link Rows} writes it
   * @throws Exception if the task cannot be done here; the message says why
   */
  Task open(String... words) throws Exception;
}
