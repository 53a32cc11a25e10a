package dev.lanewise.cli;

import dev.lanewise.cli.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what a long run has finished: the results are written anew after every experiment, and when
 * the process is told to end (Ctrl-C, SIGTERM) it says what they hold and how to go on.
 */
final class Keeper implements AutoCloseable {

  private final JsonReport results;
  private final List<OutputFile> files = new ArrayList<>();
  private final List<String> finished = new ArrayList<>();
  private final @Nullable Path target;
  private final PrintWriter err;
  private final Thread hook = new Thread(this::interrupted, "lanewise-interrupted");
  private boolean stopped;

  /**
   * Makes sure that the results can be written, before the run.
   *
   * @param json the file for them, if any
   * @param report the folder of a report, if one is wanted
   * @throws CliException with {@link ExitCodes#OUTPUT} if they cannot
   */
  Keeper(JsonReport results, @Nullable Path json, @Nullable Path report, PrintWriter err) {
    this.results = results;
    this.err = err;
    target = report == null ? json : report;
    try {
      if (json != null) {
        files.add(new OutputFile(json));
      }
      if (report != null) {
        Files.createDirectories(report);
        files.add(new OutputFile(report.resolve(Report.RESULTS)));
      }
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.OUTPUT, "cannot write the report to " + report + ": " + e, e);
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** An experiment is done, and its results are among those to keep. */
  synchronized void finished(String id) {
    if (stopped) {
      return;
    }
    finished.add(id);
    files.stream().filter(OutputFile::replaceable).forEach(file -> file.write(results::writeTo));
  }

  /** Everything is done. */
  synchronized void complete() {
    if (!stopped) {
      files.forEach(file -> file.write(results::writeTo));
    }
  }

  private synchronized void interrupted() {
    stopped = true;
    err.println();
    if (finished.isEmpty()) {
      err.println("lanewise: interrupted before an experiment was finished");
    } else {
      err.println(
          "lanewise: interrupted; finished: "
              + String.join(", ", finished)
              + (target == null
                  ? " (not kept: --json FILE or --report DIR keeps them)"
                  : "; go on with: lanewise reproduce --resume " + target));
    }
    err.flush();
  }

  @Override
  @SuppressWarnings("EmptyCatch") // The hook is running: there is nothing to remove any more.
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException ignored) {
      // See above.
    }
  }
}
