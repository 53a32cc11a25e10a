package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Context;
import dev.lanewise.cli.experiment.Experiment;
import dev.lanewise.cli.experiment.Experiments;
import dev.lanewise.cli.experiment.Result;
import dev.lanewise.cli.experiment.Variant;
import dev.lanewise.cli.report.Report;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.engine.Engine;
import java.nio.file.Files;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

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

  private boolean named;

  @Option(
      names = "--variant",
      paramLabel = "VARIANT",
      description =
          "published: what the write-up's code does, defects included; corrected: what its text"
              + " asks for; both (the default).")
  private @Nullable Choice variant;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "Seeds for what is random (default: each experiment's own number).")
  private @Nullable Integer seeds;

  @Mixin private DataOptions data = new DataOptions();

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the results as JSON.")
  private @Nullable Path json;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Also make a page to look at: DIR/index.html, its figures and its JSON.")
  private @Nullable Path report;

  @Option(
      names = "--resume",
      paramLabel = "FILE|DIR",
      description =
          "Go on with an interrupted run: what its JSON or report holds is kept, the rest is run"
              + " with the same options. Needs the same lanewise, backend and data.")
  private @Nullable Path resume;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    ResumedRun resumed = resume == null ? null : resumed(resume);
    if (resumed != null) {
      named = resumed.named();
      ids = resumed.experiments();
      variant = resumed.variant();
      seeds = resumed.seeds();
    } else {
      named = !ids.isEmpty();
    }
    List<Experiment> experiments = experiments();
    if (seeds != null && (seeds < 1 || seeds > MOST_SEEDS)) {
      throw usage("--seeds must be in 1.." + MOST_SEEDS + ", not " + seeds);
    }
    Choice variants = variant == null ? Choice.BOTH : variant;
    var line = java.util.Objects.requireNonNull(spec).commandLine();
    var out = line.getOut();
    DataCatalog catalog = data.catalog();
    ObjectNode options =
        ResumedRun.options(
            experiments.stream().map(Experiment::id).toList(), named, variants, seeds, catalog);
    boolean acceptable = true;
    try (Engine engine = engineOptions.open()) {
      if (resumed != null) {
        resumed.requireSame(options, engine.info().backend());
      }
      Machine machine = Machine.here();
      JsonReport results = JsonReport.of("reproduction", engine.info(), machine, options);
      Context context =
          new Context(
              engine,
              catalog,
              variants.variants(),
              seeds == null ? OptionalInt.empty() : OptionalInt.of(seeds),
              TerminalProgress.factory(line.getErr()));
      TextReport text = new TextReport(out);
      try (Keeper keeper = new Keeper(results, json, report, line.getErr())) {
        text.header(engine.info(), machine);
        if (resumed != null && !resumed.finished().isEmpty()) {
          TextReport.wrap(
              out, "", "from " + resumed.file() + ": " + String.join(", ", resumed.finished()));
        }
        out.flush();
        for (Experiment experiment : experiments) {
          JsonNode earlier = resumed == null ? null : resumed.result(experiment.id());
          if (earlier != null) {
            acceptable &= earlier.path("acceptable").asBoolean(false);
            results.add(earlier);
          } else {
            long start = System.nanoTime();
            Result result = run(experiment, context);
            double seconds = (System.nanoTime() - start) / 1e9;
            acceptable &= result.acceptable();
            text.add(experiment, result, seconds);
            results.add(experiment, result, seconds);
          }
          keeper.finished(experiment.id());
        }
        if (text.isEmpty()) {
          TextReport.wrap(out, "", "nothing is left to do: its results are in " + resume);
        } else {
          text.summary();
        }
        keeper.complete();
      }
      if (report != null) {
        ReportCommand.write(report.resolve(Report.RESULTS), report);
        out.println();
        out.println("report: " + report.resolve(Report.PAGE));
        out.flush();
      }
    }
    return acceptable ? ExitCodes.OK : ExitCodes.FIGURE;
  }

  /** Reads an interrupted run; what it is not told, it is written to again. */
  private ResumedRun resumed(Path from) {
    if (!ids.isEmpty() || variant != null || seeds != null) {
      throw usage(
          "--resume takes EXPERIMENT, --variant and --seeds from the interrupted run: leave them"
              + " out");
    }
    boolean folder = Files.isDirectory(from);
    if (json == null && report == null) {
      if (folder) {
        report = from;
      } else {
        json = from;
      }
    }
    return ResumedRun.read(folder ? from.resolve(Report.RESULTS) : from);
  }

  /** An experiment that nobody asked for by name may be without its data; the others go on. */
  private Result run(Experiment experiment, Context context) {
    try {
      return experiment.run(context);
    } catch (MissingDataException e) {
      if (named) {
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
