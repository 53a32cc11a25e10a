package dev.lanewise.data;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes files that are either complete or not there. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Writer {
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes to a temporary file in the same directory and renames it when it is complete, replacing
   * an older file of that name. If anything fails, an older file stays as it was and nothing else
   * is left.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void write(Path file, Writer writer) {
    Path target = file.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null) {
      throw new IllegalArgumentException(file + " is a directory");
    }
    if (!Files.isDirectory(directory)) {
      String message = "cannot write " + file + ": there is no directory " + directory;
      throw new UncheckedIOException(message, new FileNotFoundException(message));
    }
    try {
      // Files.createTempFile would make a file that nobody but its owner may read, even renamed
      Path temporary =
          directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
      try {
        try (OutputStream out =
            new BufferedOutputStream(
                Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW))) {
          writer.write(out);
        }
        move(temporary, target);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  /** Renames in one step within a directory. */
  public static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
