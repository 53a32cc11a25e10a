package dev.lanewise.cli;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.kernel.Probe;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows what lanewise would run on here, and why. */
@Command(
    name = "doctor",
    description =
        "Show CPU, JVM, backends, the choice among them and its reason, and the data found.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class DoctorCommand implements Runnable {

  @Mixin private DataOptions data = new DataOptions();

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = java.util.Objects.requireNonNull(spec).commandLine().getOut();
    Machine machine = Machine.here();
    line(out, "lanewise", Build.version() + ", commit " + Build.commit());
    line(
        out,
        "CPU",
        machine.cpu() + ", " + machine.processors() + " processors, FMA " + machine.fma());
    line(out, "JVM", machine.jvm());
    line(out, "", System.getProperty("java.home"));
    line(out, "OS", machine.os());
    line(out, "memory", "heap up to " + Runtime.getRuntime().maxMemory() / (1024 * 1024) + " MiB");
    out.println();
    for (Probe probe : Backends.discover().probeAll()) {
      line(
          out,
          probe.name(),
          (probe.available() ? "available: " : "unavailable: ") + probe.detail());
      probe.facts().forEach((name, value) -> line(out, "", name + ": " + value));
    }
    out.println();
    DataCatalog catalog = data.catalog();
    DatasetsCommand.found(catalog, (name, text) -> line(out, name, text));
    out.println();
    // Last, because a backend that was asked for and does not work ends the command here.
    try (Engine engine = engineOptions.open()) {
      line(
          out,
          "choice",
          "backend " + engine.info().backend() + " (" + engine.info().reason() + ")");
      line(out, "", "threads: " + engine.info().threads());
    }
  }

  private static void line(PrintWriter out, String name, String text) {
    out.println(String.format(java.util.Locale.ROOT, "%-10s %s", name, text).stripTrailing());
  }
}
