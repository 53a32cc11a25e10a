package dev.lanewise.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/**
 * The benchmarks are a program of their own, with JMH on its class path; the launcher starts it.
 * This is the entry in the list of commands, and the answer where the launcher was not used.
 */
@Command(
    name = "bench",
    description =
        "Measure the kernels (JMH), or with --proof everything against its peers; --report draws"
            + " the results. The lanewise launcher runs it from a source tree.")
final class BenchCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILTER", arity = "0..*", description = "Which benchmarks.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() {
    throw new CliException(
        ExitCodes.USAGE,
        "bench "
            + String.join(" ", arguments)
            + ": benchmarks run from a source tree, with its launcher: ./lanewise bench");
  }
}
