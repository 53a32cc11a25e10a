package dev.lanewise.cli;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.engine.backend.BackendUnavailableException;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The root command: help, version, and what all others have in common. */
@Command(
    name = "lanewise",
    description =
        "Exact nearest neighbours, linear classifiers and small neural networks on the JVM, and"
            + " published experiments reproduced with them.",
    mixinStandardHelpOptions = true,
    versionProvider = Build.class,
    sortOptions = false,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      ReproduceCommand.class,
      ReportCommand.class,
      ExperimentsCommand.class,
      DatasetsCommand.class,
      KnnCommand.class,
      ServeCommand.class,
      DoctorCommand.class,
      BenchCommand.class,
      CommandLine.HelpCommand.class
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:success; every figure as it should be",
      "1:a defect of lanewise itself",
      "2:wrong command line",
      "3:data missing, or a file of it damaged",
      "4:the backend asked for does not work here",
      "5:a figure differs from the published one without an explanation",
      "6:a result could not be written",
      "7:launcher only: no JDK 25, no Maven, or the build failed"
    })
final class Lanewise implements Runnable {

  @Option(
      names = "--stacktrace",
      description = "Show where an error came from.",
      scope = CommandLine.ScopeType.INHERIT)
  private boolean stacktrace;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "which command?");
  }

  static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    Lanewise root = new Lanewise();
    return new CommandLine(root)
        .setOut(out)
        .setErr(err)
        // A file name may begin with an at sign.
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Lanewise::usage)
        .setExecutionExceptionHandler((e, command, result) -> root.failed(e, command));
  }

  private static int usage(CommandLine.ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println("lanewise: " + oneLine(String.valueOf(e.getMessage())));
    CommandLine.UnmatchedArgumentException.printSuggestions(e, err);
    err.println(
        "Try '" + command.getCommandSpec().qualifiedName() + " --help' for what it understands.");
    return ExitCodes.USAGE;
  }

  private int failed(Exception e, CommandLine command) {
    PrintWriter err = command.getErr();
    int code =
        switch (e) {
          case CliException known -> known.exitCode();
          case MissingDataException missing -> ExitCodes.DATA;
          case DataFormatException damaged -> ExitCodes.DATA;
          case BackendUnavailableException unavailable -> ExitCodes.BACKEND;
          default -> ExitCodes.INTERNAL;
        };
    if (code == ExitCodes.INTERNAL) {
      err.println(
          "lanewise: internal error: "
              + oneLine(e.toString())
              + (stacktrace ? "" : " (--stacktrace shows where)"));
    } else {
      err.println("lanewise: " + oneLine(String.valueOf(e.getMessage())));
    }
    if (stacktrace) {
      e.printStackTrace(err);
    }
    return code;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*\\R\\s*", " ");
  }
}
