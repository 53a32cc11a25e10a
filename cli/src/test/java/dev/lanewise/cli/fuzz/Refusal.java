package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import java.nio.file.Path;

/** What every reader of data promises of the exception that it refuses a file with. */
final class Refusal {

  /** However long a name in a file is, a message fits a screen. */
  private static final int LONGEST = 1000;

  private Refusal() {}

  static void check(DataFormatException e, Path file) {
    String message = e.getMessage();
    require(message.startsWith(file.toString()), "the message does not name the file: " + message);
    require(e.offset() >= 0, "the offset is negative: " + message);
    require(message.length() < LONGEST, "a message of " + message.length() + " characters");
    require(
        message.chars().noneMatch(Character::isISOControl), "the message has control characters");
  }
}
