package dev.lanewise.benchmarks.proof;

import java.util.List;

/**
 * Contestants that do the same work in turns.
 *
 * @param id unique, of lower-case words
 * @param title what the work is
 * @param sides ours first
 * @param forks how many times all processes are started anew for it
 * @param rounds how often each contestant has its turn in a fork, after one that is not counted
 * @param milliseconds the least a turn takes; work that is shorter is repeated
 * @param warmUp milliseconds of work before the first turn
 * @param agreement how contestants' checks must agree, relative; NaN if they compute no comparable
 *     number
 * @param rested whether a turn begins only when the threads of the one before have gone to sleep
 */
record Row(
    String id,
    String title,
    List<Side> sides,
    int forks,
    int rounds,
    int milliseconds,
    int warmUp,
    double agreement,
    boolean rested) {

  Row {
    sides = List.copyOf(sides);
  }

  /** Turns that follow each other at once. */
  Row(
      String id,
      String title,
      List<Side> sides,
      int forks,
      int rounds,
      int milliseconds,
      int warmUp,
      double agreement) {
    this(id, title, sides, forks, rounds, milliseconds, warmUp, agreement, false);
  }

  /** The same, with a rest before every turn: for short turns on all processors. */
  Row withRests() {
    return new Row(id, title, sides, forks, rounds, milliseconds, warmUp, agreement, true);
  }

  /** The same in no time. */
  Row quick() {
    return new Row(id, title, sides, 1, 1, Math.min(20, milliseconds), 0, agreement, false);
  }
}
