package dev.lanewise.cli.experiment;

/** Told how far a long job is. */
public interface Progress extends AutoCloseable {

  /** Takes no notice. */
  Factory SILENT = (task, steps) -> new Silent();

  /** Some more steps are done. */
  void step(long steps);

  @Override
  void close();

  /** Starts to report on a job. */
  @FunctionalInterface
  interface Factory {
    /**
     * Starts.
     *
     * @param task what is being done, a few words
     * @param steps how many there are
     */
    Progress start(String task, long steps);
  }

  /** Takes no notice. */
  record Silent() implements Progress {
    @Override
    public void step(long steps) {}

    @Override
    public void close() {}
  }
}
