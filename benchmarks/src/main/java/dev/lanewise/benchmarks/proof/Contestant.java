package dev.lanewise.benchmarks.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process that speaks the protocol of {@link Worker}. Idle, it waits for its input and uses no
 * processor.
 */
final class Contestant implements AutoCloseable {

  /** A process that does not do what is asked of it; the message is its reason. */
  static final class SkippedException extends Exception {
    private static final long serialVersionUID = 1;

    SkippedException(String reason) {
      super(reason);
    }
  }

  /**
   * glibc gives large blocks back to the system and takes them again, at every step of a training:
   * with these, peers run up to five times as fast.
   */
  private static final Map<String, String> MALLOC =
      Map.of(
          "MALLOC_MMAP_MAX_", "0",
          "MALLOC_TRIM_THRESHOLD_", "20000000000",
          "MALLOC_TOP_PAD_", "67108864");

  private final Process process;
  private final BufferedReader answers;
  private final PrintStream commands;

  private Contestant(List<String> command, Path log, boolean tuned) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    if (tuned) {
      builder.environment().putAll(MALLOC);
    }
    builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    process = builder.start();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /**
   * Starts a process of a kind.
   *
   * @param log receives what it prints beside its answers
   */
  static Contestant start(Side.Where where, Path log) throws IOException {
    if (where == Side.Where.PYTHON) {
      return new Contestant(List.of(python(), "benchmarks/peers/worker.py"), log, true);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.add("--enable-native-access=ALL-UNNAMED");
    // Three copies of MNIST as floats in a peer's arrays, and room.
    command.add("-Xmx5g");
    if (!where.bits().isEmpty()) {
      command.add("-Dlanewise.vector.bits=" + where.bits());
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Worker.class.getName());
    return new Contestant(command, log, where == Side.Where.PEERS);
  }

  /** Debian's Python where it is: it has the peers that Debian packages. */
  private static String python() {
    Path debian = Path.of("/usr/bin/python3");
    return Files.isExecutable(debian) ? debian.toString() : "python3";
  }

  /** Sends a command and gives the words of its answer after the first. */
  String[] ask(String command) throws SkippedException {
    commands.println(command);
    try {
      String line = answers.readLine();
      while (line != null && !line.startsWith("@")) {
        line = answers.readLine();
      }
      if (line == null) {
        throw new SkippedException("its process ended at '" + command + "'");
      }
      if (line.startsWith("@skip")) {
        throw new SkippedException(line.substring("@skip".length()).strip());
      }
      int blank = line.indexOf(' ');
      return blank < 0 ? new String[0] : line.substring(blank + 1).split(" ", -1);
    } catch (IOException e) {
      throw new SkippedException(String.valueOf(e.getMessage()));
    }
  }

  /** As {@link #ask}, or null where that is refused. */
  @Nullable String tell(String command) {
    try {
      return String.join(" ", ask(command));
    } catch (SkippedException e) {
      return null;
    }
  }

  @Override
  public void close() {
    commands.close();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
