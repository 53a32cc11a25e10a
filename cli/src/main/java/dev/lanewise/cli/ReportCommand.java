package dev.lanewise.cli;

import dev.lanewise.cli.report.Report;
import dev.lanewise.cli.report.ReportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes the report of an earlier reproduction. */
@Command(
    name = "report",
    description = "Make a page to look at from the results that 'reproduce --json' wrote.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The results, as JSON.")
  private @Nullable Path results;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      description =
          "Where to write index.html, report.json and figures (default: beside the results, in a"
              + " folder of their name; a report.json is in its folder already).")
  private @Nullable Path folder;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    Path json = Objects.requireNonNull(results);
    Path target = folder == null ? beside(json) : folder;
    write(json, target);
    Objects.requireNonNull(spec)
        .commandLine()
        .getOut()
        .println("report: " + target.resolve(Report.PAGE));
    return ExitCodes.OK;
  }

  private static Path beside(Path json) {
    String name = String.valueOf(json.getFileName());
    if (name.equals(Report.RESULTS)) {
      Path parent = json.getParent();
      return parent == null ? Path.of("") : parent;
    }
    return json.resolveSibling(
        name.endsWith(".json") ? name.substring(0, name.length() - 5) : name + "-report");
  }

  /** Makes the report of results in a folder. */
  static void write(Path json, Path folder) {
    Report report;
    try {
      report = Report.of(json);
    } catch (ReportException e) {
      throw new CliException(ExitCodes.DATA, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CliException(ExitCodes.DATA, "cannot read " + json + ": " + e, e);
    }
    try {
      report.writeTo(folder);
    } catch (IOException e) {
      throw new CliException(
          ExitCodes.OUTPUT, "cannot write the report to " + folder + ": " + e, e);
    }
  }
}
