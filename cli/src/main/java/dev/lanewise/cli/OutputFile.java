package dev.lanewise.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file to be written at the end of a long job: whether it can be is found out at its start, and
 * it appears complete or not at all.
 */
final class OutputFile implements AutoCloseable {

  /** Writes the content. */
  @FunctionalInterface
  interface Content {
    void writeTo(Path file) throws IOException;
  }

  private final Path target;
  private final @Nullable Path draft;

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
      if (Files.exists(target) && !Files.isRegularFile(target)) {
        draft = null;
        return;
      }
      Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
      if (Files.exists(real) && !Files.isWritable(real)) {
        throw new CliException(ExitCodes.OUTPUT, "cannot write " + target + ": no permission");
      }
      draft =
          real.resolveSibling("." + real.getFileName() + ".part" + ProcessHandle.current().pid());
      // Opening with the usual options gives the usual permissions.
      try (OutputStream created = Files.newOutputStream(draft)) {
        created.flush();
      }
    } catch (IOException | SecurityException e) {
      throw failed(e);
    }
  }

  /** Whether it is a file, which can be written again; a pipe takes what it is given. */
  boolean replaceable() {
    return draft != null;
  }

  /** Writes the file; once more replaces it. */
  void write(Content content) {
    try {
      if (draft == null) {
        Path whole = Files.createTempFile("lanewise", ".part");
        try (OutputStream out = Files.newOutputStream(target)) {
          content.writeTo(whole);
          Files.copy(whole, out);
        } finally {
          Files.deleteIfExists(whole);
        }
        return;
      }
      content.writeTo(draft);
      Path real = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
      try {
        Files.move(draft, real, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(draft, real, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw failed(e);
    } catch (UncheckedIOException e) {
      throw failed(Objects.requireNonNull(e.getCause()));
    }
  }

  /** Removes what was begun and not written. */
  @Override
  public void close() {
    if (draft != null) {
      try {
        Files.deleteIfExists(draft);
      } catch (IOException e) {
        throw failed(e);
      }
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
