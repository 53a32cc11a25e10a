package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Experiment;
import dev.lanewise.cli.experiment.Experiments;
import dev.lanewise.cli.experiment.Figure;
import dev.lanewise.cli.report.Numbers;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists what can be reproduced. */
@Command(
    name = "experiments",
    description = "List the experiments with their sources and published figures.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ExperimentsCommand implements Runnable {

  @Option(names = "--json", description = "Print the list as JSON.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    var out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
    if (json) {
      out.println(JsonReport.list(Experiments.all()));
      return;
    }
    for (Experiment experiment : Experiments.all()) {
      TextReport.wrap(out, "", experiment.id() + ": " + experiment.title());
      TextReport.wrap(out, "    ", "from " + experiment.source());
      TextReport.wrap(
          out,
          "    ",
          "published: "
              + experiment.published().stream()
                  .map(ExperimentsCommand::text)
                  .collect(Collectors.joining(", ")));
      if (!experiment.defects().isEmpty()) {
        TextReport.wrap(out, "    ", "defects: " + experiment.defects());
      }
    }
  }

  private static String text(Figure figure) {
    return figure.label() + " " + Numbers.figure(figure.value(), figure.decimals());
  }
}
