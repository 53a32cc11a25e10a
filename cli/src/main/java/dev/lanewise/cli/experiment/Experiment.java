package dev.lanewise.cli.experiment;

import java.util.List;

/** One published experiment. Stateless: every run starts from its {@link Context} alone. */
public interface Experiment {

  /** Its name on the command line. */
  String id();

  /** One line: what is measured. */
  String title();

  /** The write-up it comes from. */
  String source();

  /** All figures that the write-up printed for it, in its order. */
  List<Figure> published();

  /** Where the write-up's code does something other than its text says; empty if nowhere. */
  default String defects() {
    return "";
  }

  /** How many seeds to run unless told otherwise; 0 if nothing is random. */
  default int defaultSeeds() {
    return 0;
  }

  /**
   * Runs it. Uses the threads of {@link Context#engine()} and no others.
   *
   * @throws dev.lanewise.data.MissingDataException if its data is not here
   */
  Result run(Context context);
}
