package dev.lanewise.engine.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Replaces a file in one step: whoever looks sees the old one or the new one, also after a crash.
 */
final class AtomicWrite {

  /** Writes the content. */
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicWrite() {}

  /**
   * Writes to a temporary file beside the target, forces it to the disk, and renames it.
   *
   * @throws UncheckedIOException if that fails; an older file is then as it was
   */
  static void replace(Path file, Content content) {
    Path target = file.toAbsolutePath();
    Path directory = target.getParent();
    if (directory == null || Files.isDirectory(target)) {
      throw new IllegalArgumentException("cannot write " + file + ": it is a directory");
    }
    if (!Files.isDirectory(directory)) {
      String message = "cannot write " + file + ": there is no directory " + directory;
      throw new UncheckedIOException(message, new FileNotFoundException(message));
    }
    try {
      // Files.createTempFile would make a file that nobody but its owner may read, even renamed.
      Path temporary =
          directory.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
      try {
        try (FileChannel channel =
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
          channel.force(true);
        }
        Files.move(
            temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
      forceDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  /** So that the rename outlives a loss of power, where directories can be opened at all. */
  @SuppressWarnings("EmptyCatch") // Windows opens no directory; the rename itself is done.
  private static void forceDirectory(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException ignored) {
      // See above.
    }
  }
}
