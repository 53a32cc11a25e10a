package dev.lanewise.engine.file;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Replaces a file in one step: whoever looks sees the old one or the new one, also after the
 * process was killed or the machine lost power. When a write has returned, the new one is on the
 * disk.
 *
 * <p>A process that is killed leaves its temporary file, {@code .NAME.UUID.tmp}; the next write of
 * the same file removes it. Those that are being written are locked, which tells them apart.
 */
public final class AtomicWrite {

  private static final String SUFFIX = ".tmp";

  private static final Pattern UUIDS =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  /**
   * The names of what this process is writing. Such a file must not even be opened to look: on
   * POSIX systems a process loses its lock when it closes any channel of the file.
   */
  private static final Set<String> OWN = ConcurrentHashMap.newKeySet();

  /** Writes the content. */
  @FunctionalInterface
  public interface Content {
    /** Writes it to a channel, and leaves that open. */
    void writeTo(FileChannel channel) throws IOException;
  }

  private AtomicWrite() {}

  /**
   * Writes to a temporary file beside the target, forces it to the disk, renames it, and forces the
   * directory.
   *
   * @throws UncheckedIOException if that fails; an older file is then as it was, and nothing else
   *     is left
   */
  public static void replace(Path file, Content content) {
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
      // First, because what was left may be what fills the disk.
      removeAbandoned(directory, prefix(target));
      while (!replaced(directory, target, content)) {
        // Another process took the new file for an abandoned one.
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e, e);
    }
  }

  /**
   * Forces a complete file to the disk and gives it its name, in the same directory.
   *
   * @throws IOException if that fails
   */
  public static void publish(Path complete, Path target) throws IOException {
    try (FileChannel channel = FileChannel.open(complete, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    rename(complete, target);
  }

  private static String prefix(Path target) {
    return "." + target.getFileName() + ".";
  }

  /** One try; false if the temporary file was gone before it was locked. */
  private static boolean replaced(Path directory, Path target, Content content) throws IOException {
    // Files.createTempFile would make a file that nobody but its owner may read, even renamed.
    String name = prefix(target) + UUID.randomUUID() + SUFFIX;
    Path temporary = directory.resolve(name);
    OWN.add(name);
    try (FileChannel channel =
        FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      if (!lock(channel) || Files.notExists(temporary)) {
        return false;
      }
      content.writeTo(channel);
      channel.force(true);
      // Locked until it has its name.
      rename(temporary, target);
      return true;
    } finally {
      OWN.remove(name);
      Files.deleteIfExists(temporary);
    }
  }

  /** A file system without locks takes nothing for abandoned. */
  @SuppressWarnings("EmptyCatch") // See above.
  private static boolean lock(FileChannel channel) {
    try {
      return channel.tryLock() != null;
    } catch (IOException ignored) {
      return true;
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Path directory = to.toAbsolutePath().getParent();
    if (directory != null) {
      force(directory);
    }
  }

  /** So that the rename outlives a loss of power, where directories can be opened at all. */
  @SuppressWarnings("EmptyCatch") // Windows opens no directory; the rename itself is done.
  private static void force(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException ignored) {
      // See above.
    }
  }

  /** Deletes what killed processes have left of this file. */
  private static void removeAbandoned(Path directory, String prefix) throws IOException {
    try (DirectoryStream<Path> found =
        Files.newDirectoryStream(directory, path -> isTemporary(path, prefix))) {
      for (Path temporary : found) {
        if (!OWN.contains(temporary.getFileName().toString())) {
          removeUnlessLocked(temporary);
        }
      }
    }
  }

  private static boolean isTemporary(Path path, String prefix) {
    String name = path.getFileName().toString();
    return name.startsWith(prefix)
        && name.endsWith(SUFFIX)
        && name.length() >= prefix.length() + SUFFIX.length()
        && UUIDS
            .matcher(name.substring(prefix.length(), name.length() - SUFFIX.length()))
            .matches();
  }

  @SuppressWarnings("EmptyCatch") // What cannot be removed, or not yet, is in nobody's way.
  private static void removeUnlessLocked(Path temporary) {
    try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
      if (channel.tryLock() != null) {
        Files.deleteIfExists(temporary);
      }
    } catch (NoSuchFileException | OverlappingFileLockException ignored) {
      // Finished meanwhile, or written by this process.
    } catch (IOException ignored) {
      // Somebody else's, or a file system without locks.
    }
  }
}
