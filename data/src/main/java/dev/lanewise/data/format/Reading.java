package dev.lanewise.data.format;

import dev.lanewise.data.MissingDataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** The one translation of what the file system reports into what this library throws. */
final class Reading {
  private Reading() {}

  @FunctionalInterface
  interface Reader<T> {
    T read() throws IOException;
  }

  /** A hostile name must not fill the terminal of who reads the message. */
  static String shortened(String name) {
    return name.length() > 100 ? name.substring(0, 100) + "..." : name;
  }

  /**
   * Runs a reader of a file.
   *
   * @throws MissingDataException if the file does not exist
   * @throws UncheckedIOException if it cannot be read
   */
  static <T> T of(Path file, Reader<T> reader) {
    try {
      return reader.read();
    } catch (NoSuchFileException e) {
      throw new MissingDataException("there is no file " + file, e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file + ": " + e, e);
    }
  }
}
