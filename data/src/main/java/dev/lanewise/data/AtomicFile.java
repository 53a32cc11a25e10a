package dev.lanewise.data;

import dev.lanewise.engine.file.AtomicWrite;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Path;

/** Writes files that are either complete or not there. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Writer {
    /** Writes it to a stream, and leaves that open. */
    void write(OutputStream out) throws IOException;
  }

  /**
   * Writes to a temporary file in the same directory, forces it to the disk, and renames it,
   * replacing an older file of that name. If anything fails, an older file stays as it was and
   * nothing else is left. A killed process, or a loss of power, leaves the older file or the new
   * one; when this has returned, the new one. What a killed process leaves beside it, the next
   * write removes.
   *
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void write(Path file, Writer writer) {
    AtomicWrite.replace(
        file,
        channel -> {
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel));
          writer.write(out);
          out.flush();
        });
  }

  /** Forces a complete file to the disk and renames it, in one step within a directory. */
  public static void move(Path from, Path to) throws IOException {
    AtomicWrite.publish(from, to);
  }
}
