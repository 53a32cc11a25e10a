package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Progress;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.DataSetInfo;
import dev.lanewise.data.Verification;
import dev.lanewise.data.fetch.FetchException;
import dev.lanewise.data.fetch.Fetcher;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows, fetches and checks data sets. */
@Command(
    name = "datasets",
    description = "List, fetch and check the data sets.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    sortOptions = false)
final class DatasetsCommand implements Runnable {

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        Objects.requireNonNull(spec).commandLine(), "which command? list, fetch or verify");
  }

  private PrintWriter out() {
    return Objects.requireNonNull(spec).commandLine().getOut();
  }

  @Command(
      name = "list",
      description = "Show each data set, how much of it is here, and under which terms.",
      mixinStandardHelpOptions = true)
  void list(@Mixin DataOptions data) {
    PrintWriter out = out();
    for (DataSetInfo info : data.catalog().list()) {
      TextReport.wrap(out, "", info.name() + ": " + info.description());
      TextReport.wrap(out, "    ", "here: " + here(info));
      TextReport.wrap(out, "    ", "licence: " + info.licence());
    }
  }

  private static String here(DataSetInfo info) {
    String rows = info.rows() > 0 ? String.format(Locale.ROOT, "%,d images, ", info.rows()) : "";
    return switch (info.availability()) {
      case COMPLETE -> "all, " + rows + info.location();
      case EMBEDDED, MISSING -> rows + info.location();
    };
  }

  /** One line for each data set. */
  static void found(DataCatalog catalog, BiConsumer<String, String> line) {
    for (DataSetInfo info : catalog.list()) {
      line.accept(info.name(), here(info));
    }
  }

  @Command(
      name = "fetch",
      description =
          "Download a data set into the user's cache, or go on with a download that broke off.",
      mixinStandardHelpOptions = true)
  void fetch(
      @Parameters(paramLabel = "NAME", description = "mnist") String name,
      @Option(
              names = "--data",
              paramLabel = "DIR",
              description = "Into this folder instead of the cache; made when needed.")
          @Nullable Path directory) {
    Path target = directory == null ? DataCatalog.cacheDirectory() : directory;
    List<String> names = DataCatalog.embedded().list().stream().map(DataSetInfo::name).toList();
    if (!names.contains(name)) {
      throw new CommandLine.ParameterException(
          Objects.requireNonNull(spec).subcommands().get("fetch"),
          "no data set '" + name + "': use " + String.join(", ", names));
    }
    List<Path> files;
    try (Bars bars =
        new Bars(TerminalProgress.factory(Objects.requireNonNull(spec).commandLine().getErr()))) {
      files = new Fetcher(Fetcher.MIRROR, target).fetch(name, bars);
    } catch (FetchException e) {
      throw new CliException(ExitCodes.DATA, String.valueOf(e.getMessage()), e);
    }
    out()
        .println(
            files.isEmpty()
                ? name + " is embedded; nothing to fetch"
                : files.stream().map(Path::toString).collect(Collectors.joining("\n")));
    if (directory == null && System.getenv(DataCatalog.VARIABLE) != null) {
      TextReport.wrap(
          out(),
          "",
          DataCatalog.VARIABLE + " is set and goes before the cache: unset it to use these files.");
    }
  }

  @Command(
      name = "verify",
      description = "Compare the content of all files with the published checksums.",
      mixinStandardHelpOptions = true)
  int verify(@Mixin DataOptions data) {
    boolean usable = true;
    for (Verification verification : data.catalog().verify()) {
      usable &= verification.isUsable();
      TextReport.wrap(
          out(),
          "",
          verification.dataSet()
              + " "
              + verification.file()
              + ": "
              + verification.status().name().toLowerCase(Locale.ROOT)
              + " ("
              + verification.detail()
              + ")");
    }
    return usable ? ExitCodes.OK : ExitCodes.DATA;
  }

  /** A bar for each file. */
  private static final class Bars implements dev.lanewise.data.fetch.Progress, AutoCloseable {
    private final Progress.Factory factory;
    private @Nullable Progress bar;
    private String file = "";
    private long reported;

    Bars(Progress.Factory factory) {
      this.factory = factory;
    }

    @Override
    public void at(String name, long done, long total) {
      Progress current = bar;
      if (current == null || !name.equals(file)) {
        close();
        current = factory.start(name, total);
        bar = current;
        file = name;
        reported = 0;
      }
      // A download that had to start again is behind what was reported.
      current.step(Math.max(0, done - reported));
      reported = Math.max(reported, done);
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
