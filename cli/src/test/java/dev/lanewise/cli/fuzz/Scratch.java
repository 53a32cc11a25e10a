package dev.lanewise.cli.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files for readers that take a path: one folder a process, in java.io.tmpdir. */
public final class Scratch {

  private static final Path FOLDER = folder();

  private Scratch() {}

  private static Path folder() {
    try {
      Path folder = Files.createTempDirectory("lanewise-fuzz");
      Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(folder)));
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void clear(Path folder) {
    try (var files = Files.walk(folder)) {
      files.sorted(java.util.Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A place for a file of a name. */
  public static Path path(String name) {
    return FOLDER.resolve(name);
  }

  /** A file of a name with some content. */
  public static Path file(String name, byte[] content) {
    try {
      return Files.write(path(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Throws a finding. */
  public static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalStateException(otherwise);
    }
  }
}
