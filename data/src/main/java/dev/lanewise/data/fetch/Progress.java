package dev.lanewise.data.fetch;

/** Is told how a download goes on, by the thread that called {@link Fetcher#fetch}. */
@FunctionalInterface
public interface Progress {
  /** The total is not known. */
  long UNKNOWN = -1;

  /**
   * Some bytes of a file have come.
   *
   * @param file its name
   * @param done how many bytes are there, those of an earlier try included
   * @param total how many there will be, or {@link #UNKNOWN}
   */
  void at(String file, long done, long total);
}
