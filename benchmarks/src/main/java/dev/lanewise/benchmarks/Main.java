package dev.lanewise.benchmarks;

import dev.lanewise.benchmarks.proof.Proof;
import dev.lanewise.benchmarks.proof.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs benchmarks and writes down what was measured, on what and how. */
@Command(
    name = "lanewise bench",
    mixinStandardHelpOptions = true,
    description =
        "Runs the benchmarks whose name matches, and writes a table and JMH's JSON into a folder.")
public final class Main implements Callable<Integer> {

  private static final DateTimeFormatter FILE_NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      defaultValue = ".*",
      description =
          "A regular expression, found in class.method, or with --proof in a row's name (default:"
              + " all).")
  private String filter = ".*";

  @Option(
      names = {"-f", "--forks"},
      description = "How many JVMs measure each benchmark (default: as it says, 3).")
  private @Nullable Integer forks;

  @Option(
      names = {"-wi", "--warmup-iterations"},
      description = "How many iterations are not counted (default: as it says, 3).")
  private @Nullable Integer warmups;

  @Option(
      names = {"-i", "--iterations"},
      description = "How many iterations are counted (default: as it says, 5).")
  private @Nullable Integer iterations;

  @Option(
      names = {"-t", "--time"},
      description = "Milliseconds an iteration takes at least (default: as it says, 1000).")
  private @Nullable Integer milliseconds;

  @Option(
      names = {"-p", "--parameter"},
      description = "Only these values of a parameter: NAME=VALUE[,VALUE...]. May be repeated.")
  private Map<String, String> parameters = Map.of();

  @Option(
      names = "--out",
      defaultValue = "benchmarks/results",
      description = "The folder for the results (default: ${DEFAULT-VALUE}).")
  private Path out = Path.of("benchmarks", "results");

  @Option(
      names = "--proof",
      description =
          "Run every row of the table of targets against its peers, in turns, instead of JMH, and"
              + " write proof.json; then as --report.")
  private boolean proof;

  @Option(
      names = "--report",
      description = "Only turn proof.json of the folder into targets.md and charts.")
  private boolean report;

  @Option(
      names = "--quick",
      description = "With --proof: little work, one fork. Shows that all runs, not how fast.")
  private boolean quick;

  @Option(
      names = "--gc",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Measure allocation too (default: yes).")
  private boolean gc = true;

  /** Runs, and exits with 0, 1 (a benchmark failed) or 2 (usage). */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter output = commandLine().getOut();
    if (proof || report) {
      return proof(output);
    }
    String name = FILE_NAME.format(Instant.now());
    Files.createDirectories(out);
    Path json = out.resolve(name + ".json");
    Path text = out.resolve(name + ".txt");
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(filter)
            .shouldFailOnError(true)
            .resultFormat(ResultFormatType.JSON)
            .result(json.toString());
    if (forks != null) {
      options.forks(forks);
    }
    if (warmups != null) {
      options.warmupIterations(warmups);
    }
    if (iterations != null) {
      options.measurementIterations(iterations);
    }
    if (milliseconds != null) {
      options.warmupTime(TimeValue.milliseconds(milliseconds));
      options.measurementTime(TimeValue.milliseconds(milliseconds));
    }
    if (gc) {
      options.addProfiler(GCProfiler.class);
    }
    parameters.forEach((key, values) -> options.param(key, values.split(",", -1)));

    Collection<RunResult> results;
    try {
      results = new Runner(options.build()).run();
    } catch (NoBenchmarksException e) {
      Files.deleteIfExists(json);
      commandLine().getErr().println("lanewise bench: no benchmark matches '" + filter + "'");
      return 1;
    } catch (RunnerException e) {
      Files.deleteIfExists(json);
      commandLine().getErr().println("lanewise bench: " + e.getMessage());
      return 1;
    }
    String home = System.getProperty("user.home");
    Files.writeString(json, Report.anonymous(Files.readString(json), home));
    Files.writeString(text, Report.anonymous(header() + "\n" + Report.table(results), home));
    output.print(Report.table(results));
    output.println("written: " + text + ", " + json);
    output.flush();
    return 0;
  }

  /** The side-by-side runs, and their table. */
  private int proof(PrintWriter output) throws IOException {
    Files.createDirectories(out);
    Path json = out.resolve("proof.json");
    if (proof) {
      Pattern rows = Pattern.compile(filter);
      new Proof(
              quick,
              forks == null ? Forks.COUNT : forks,
              id -> rows.matcher(id).find(),
              facts(),
              json,
              output)
          .run();
    }
    if (!Files.exists(json)) {
      commandLine().getErr().println("lanewise bench: no " + json + ": run --proof first");
      return 1;
    }
    for (Path file : Table.write(json)) {
      output.println("written: " + file);
    }
    output.flush();
    return 0;
  }

  private Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>(Machine.facts());
    facts.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    facts.put("commit", commit());
    facts.put(
        "command",
        "./lanewise bench "
            + String.join(
                " ",
                commandLine().getParseResult().originalArgs().stream().map(Main::quoted).toList()));
    String home = System.getProperty("user.home");
    facts.replaceAll((key, value) -> Report.anonymous(value, home));
    return facts;
  }

  private String header() {
    StringBuilder header = new StringBuilder("Lanewise benchmarks\n\n");
    facts().forEach((key, value) -> line(header, key, value));
    line(
        header,
        "flags",
        String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments())
            + ", forks: "
            + String.join(" ", Forks.MODULES, Forks.NATIVE, Forks.HEAP));
    line(
        header,
        "units",
        "us/op: mean and half of the 99.9 % confidence interval; rate: of all threads together");
    return header.toString();
  }

  private CommandLine commandLine() {
    if (spec == null) {
      throw new IllegalStateException("run through picocli");
    }
    return spec.commandLine();
  }

  private static void line(StringBuilder to, String key, String value) {
    to.append(String.format(Locale.ROOT, "%-18s%s%n", key, value));
  }

  private static String quoted(String argument) {
    return argument.matches("[A-Za-z0-9_./=,:-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }

  /** What the launcher says, else what git says. */
  private static String commit() {
    String told = System.getProperty("lanewise.commit");
    return told == null ? git("describe", "--always", "--dirty", "--abbrev=12") : told;
  }

  private static String git(String... arguments) {
    List<String> command = new ArrayList<>(List.of("git"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0
          ? output.strip()
          : "unknown";
    } catch (IOException e) {
      return "unknown (no git)";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "unknown";
    }
  }
}
