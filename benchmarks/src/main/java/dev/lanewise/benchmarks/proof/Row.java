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
 */
record Row(
    String id,
    String title,
    List<Side> sides,
    int forks,
    int rounds,
    int milliseconds,
    int warmUp,
    double agreement) {

  Row {
    sides = List.copyOf(sides);
  }
}
