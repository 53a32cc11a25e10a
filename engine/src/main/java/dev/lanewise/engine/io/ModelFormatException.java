package dev.lanewise.engine.io;

import java.nio.file.Path;

/**
 * A file is not a model, is damaged, or is of a newer version. The message says which file, which
 * byte, what is wrong there and what to do.
 */
public final class ModelFormatException extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final String file;
  private final long offset;

  /**
   * @param offset the byte, counted from 0, at which the content is wrong
   * @param what what is wrong there, and what to do
   */
  public ModelFormatException(Path file, long offset, String what) {
    super(printable(file + ", byte " + offset + ": " + what));
    this.file = file.toString();
    this.offset = offset;
  }

  /** Text taken from a hostile file must not steer the terminal of who reads the message. */
  private static String printable(String text) {
    return text.replaceAll("[\\p{Cc}\\p{Cf}]", "?");
  }

  /** The file. */
  public String file() {
    return file;
  }

  /** The byte, counted from 0, at which the content is wrong. */
  public long offset() {
    return offset;
  }
}
