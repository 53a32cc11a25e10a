package dev.lanewise.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;

/**
 * A file to be written at the end of a long job: whether it can be is found out at its start, and
 * it appears complete or not at all.
 */
final class OutputFile {

  /** Writes the content. */
  @FunctionalInterface
  interface Content {
    /** Writes a file in one step, as {@link dev.lanewise.data.AtomicFile} does it. */
    void writeTo(Path file) throws IOException;
  }

  private final Path target;
  private final boolean replaceable;

  /**
   * Makes sure that a file can be written.
   *
   * @throws CliException with {@link ExitCodes#OUTPUT} if not
   */
  OutputFile(Path target) {
    this.target = target;
    try {
      if (Files.isDirectory(target)) {
        throw new CliException(ExitCodes.OUTPUT, "cannot write " + target + ": it is a folder");
      }
      // A pipe or a device cannot be replaced, only written to.
      replaceable = !Files.exists(target) || Files.isRegularFile(target);
      if (replaceable) {
        Path real = real();
        if (Files.exists(real) && !Files.isWritable(real)) {
          throw new CliException(ExitCodes.OUTPUT, "cannot write " + target + ": no permission");
        }
        // Named as AtomicFile names its own, which removes what a killed process leaves.
        Path probe =
            real.resolveSibling("." + real.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try (OutputStream created = Files.newOutputStream(probe)) {
          created.flush();
        } finally {
          Files.deleteIfExists(probe);
        }
      }
    } catch (IOException | SecurityException e) {
      throw failed(e);
    }
  }

  /** Where links lead. */
  private Path real() throws IOException {
    return Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
  }

  /** Whether it is a file, which can be written again; a pipe takes what it is given. */
  boolean replaceable() {
    return replaceable;
  }

  /** Writes the file; once more replaces it. */
  void write(Content content) {
    try {
      if (replaceable) {
        content.writeTo(real());
        return;
      }
      Path whole = Files.createTempFile("lanewise", ".part");
      try (OutputStream out = Files.newOutputStream(target)) {
        content.writeTo(whole);
        Files.copy(whole, out);
      } finally {
        Files.deleteIfExists(whole);
      }
    } catch (IOException e) {
      throw failed(e);
    } catch (UncheckedIOException e) {
      throw failed(Objects.requireNonNull(e.getCause()));
    }
  }

  private CliException failed(Exception e) {
    String why =
        switch (e) {
          case java.nio.file.NoSuchFileException missing ->
              "the folder " + target.toAbsolutePath().getParent() + " does not exist";
          case java.nio.file.AccessDeniedException denied -> "no permission";
          default -> e.toString();
        };
    return new CliException(ExitCodes.OUTPUT, "cannot write " + target + ": " + why, e);
  }
}
