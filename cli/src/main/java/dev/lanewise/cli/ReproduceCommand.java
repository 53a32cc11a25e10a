package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Context;
import dev.lanewise.cli.experiment.Experiment;
import dev.lanewise.cli.experiment.Experiments;
import dev.lanewise.cli.experiment.Result;
import dev.lanewise.cli.experiment.Variant;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.engine.Engine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs experiments and compares them with what was published. */
@Command(
    name = "reproduce",
    description = "Run published experiments and compare the figures.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class ReproduceCommand implements Callable<Integer> {

  /** Runs of hours are a typing error. */
  private static final int MOST_SEEDS = 10_000;

  /** What {@code --variant} takes. */
  enum Choice {
    PUBLISHED,
    CORRECTED,
    BOTH;

    Set<Variant> variants() {
      return switch (this) {
        case PUBLISHED -> EnumSet.of(Variant.PUBLISHED);
        case CORRECTED -> EnumSet.of(Variant.CORRECTED);
        case BOTH -> EnumSet.of(Variant.PUBLISHED, Variant.CORRECTED);
      };
    }
  }

  @Parameters(
      paramLabel = "EXPERIMENT",
      arity = "0..*",
      description = "Which (default: all); 'lanewise experiments' lists them.")
  private List<String> ids = List.of();

  @Option(
      names = "--variant",
      paramLabel = "VARIANT",
      description =
          "published: what the write-up's code does, defects included; corrected: what its text"
              + " asks for; both (the default).")
  private Choice variant = Choice.BOTH;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Seeds for what is random (default: each experiment's own number).")
  private @Nullable Integer seeds;

  @Mixin private DataOptions data = new DataOptions();

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private @Nullable Path json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    List<Experiment> experiments = experiments();
    if (seeds != null && (seeds < 1 || seeds > MOST_SEEDS)) {
      throw usage("--seeds must be in 1.." + MOST_SEEDS + ", not " + seeds);
    }
    var out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
    boolean acceptable = true;
    DataCatalog catalog = data.catalog();
    try (OutputFile file = json == null ? null : new OutputFile(json);
        Engine engine = engineOptions.open()) {
      Machine machine = Machine.here();
      Context context =
          new Context(
              engine,
              catalog,
              variant.variants(),
              seeds == null ? OptionalInt.empty() : OptionalInt.of(seeds),
              TerminalProgress.factory());
      TextReport text = new TextReport(out);
      JsonReport report = JsonReport.of("reproduction", engine.info(), machine);
      text.header(engine.info(), machine);
      out.flush();
      for (Experiment experiment : experiments) {
        long start = System.nanoTime();
        Result result = run(experiment, context);
        double seconds = (System.nanoTime() - start) / 1e9;
        acceptable &= result.acceptable();
        text.add(experiment, result, seconds);
        report.add(experiment, result, seconds);
      }
      text.summary();
      if (file != null) {
        file.write(report::writeTo);
      }
    }
    return acceptable ? ExitCodes.OK : ExitCodes.FIGURE;
  }

  /** An experiment that nobody asked for by name may be without its data; the others go on. */
  private Result run(Experiment experiment, Context context) {
    try {
      return experiment.run(context);
    } catch (MissingDataException e) {
      if (!ids.isEmpty()) {
        throw e;
      }
      return Result.skipped(String.valueOf(e.getMessage()));
    }
  }

  private List<Experiment> experiments() {
    if (ids.isEmpty()) {
      return Experiments.all();
    }
    List<Experiment> found = new ArrayList<>();
    for (String id : ids.stream().distinct().toList()) {
      found.add(
          Experiments.find(id)
              .orElseThrow(
                  () ->
                      usage(
                          "no experiment '"
                              + id
                              + "': use "
                              + Experiments.all().stream()
                                  .map(Experiment::id)
                                  .collect(Collectors.joining(", ")))));
    }
    return found;
  }

  private ParameterException usage(String message) {
    return new ParameterException(java.util.Objects.requireNonNull(spec).commandLine(), message);
  }
}
