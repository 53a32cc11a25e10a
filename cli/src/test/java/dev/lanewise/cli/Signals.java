package dev.lanewise.cli;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What tests send to processes that they have started. */
final class Signals {

  /** Signal 2, of which the first is bit 0. */
  private static final long SIGINT = 1L << (2 - 1);

  private Signals() {}

  static void send(String name, Process child) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(child.pid())).start().waitFor();
  }

  /**
   * Skips a test of Ctrl-C where processes begin with that signal ignored, which a JVM leaves as it
   * is.
   */
  static void assumeInterruptible() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return; // No Linux: the test will tell.
    }
    try (Stream<String> lines = Files.lines(status)) {
      long ignored =
          lines
              .filter(line -> line.startsWith("SigIgn:"))
              .mapToLong(line -> Long.parseUnsignedLong(line.split("\\s+", 2)[1], 16))
              .findFirst()
              .orElseThrow();
      assumeFalse(
          (ignored & SIGINT) != 0,
          "SIGINT is ignored here, as in the background of a shell without job control");
    }
  }
}
