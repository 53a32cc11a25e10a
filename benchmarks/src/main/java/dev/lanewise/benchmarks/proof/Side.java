package dev.lanewise.benchmarks.proof;

/**
 * One contestant of a row.
 *
 * @param label its name in the table
 * @param where the process that does it
 * @param task what is asked of that process
 * @param times how much of the row's work the task is: 0.01 if only every hundredth query is
 *     answered; a measured time is divided by it
 */
record Side(String label, Where where, String task, double times) {

  /** The kinds of processes, each started once a fork. */
  enum Where {
    /** This build, with its default flags. */
    OURS,
    /** The same, at a forced vector width. */
    BITS_128,
    BITS_256,
    BITS_512,
    /** JVM peers, on the class path of a build with the profile. */
    PEERS,
    /** {@code benchmarks/peers/worker.py}. */
    PYTHON,
    /** A whole run of the command, timed from outside. */
    COMMAND;

    /** The vector width it forces; empty for the machine's own. */
    String bits() {
      return name().startsWith("BITS_") ? name().substring(5) : "";
    }
  }

  static Side ours(String label, String task) {
    return new Side(label, Where.OURS, task, 1);
  }

  static Side peer(String label, String task) {
    return new Side(label, Where.PEERS, task, 1);
  }

  static Side python(String label, String task) {
    return new Side(label, Where.PYTHON, task, 1);
  }

  static Side command(String label, String arguments) {
    return new Side(label, Where.COMMAND, arguments, 1);
  }

  /** The same, of which the task does only a part. */
  Side part(double share) {
    return new Side(label, where, task, share);
  }
}
