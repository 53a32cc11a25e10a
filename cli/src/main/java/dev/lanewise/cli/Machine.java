package dev.lanewise.cli;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What a run's speed depends on besides lanewise. Names no user and no host. */
record Machine(String cpu, String fma, String vectorWidth, String jvm, String os, int processors) {

  private static final Path CPUINFO = Path.of("/proc/cpuinfo");

  static Machine here() {
    String cpuinfo = cpuinfo();
    return new Machine(
        cpu(cpuinfo),
        fma(cpuinfo),
        Backends.discover()
            .probe(BackendRequest.VECTOR.id())
            .facts()
            .getOrDefault("species", "none: no module jdk.incubator.vector"),
        System.getProperty("java.vm.name")
            + " "
            + Runtime.version()
            + " ("
            + System.getProperty("java.vendor")
            + ")",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors());
  }

  private static String cpuinfo() {
    try {
      // The kernel's own text, in bytes that need not be any encoding.
      return Files.readString(CPUINFO, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }

  private static Optional<String> entry(String cpuinfo, String key) {
    return cpuinfo
        .lines()
        .filter(line -> line.startsWith(key) && line.indexOf(':') >= 0)
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst();
  }

  private static String cpu(String cpuinfo) {
    return entry(cpuinfo, "model name")
        .or(() -> Optional.ofNullable(System.getenv("PROCESSOR_IDENTIFIER")))
        .orElse("unknown " + System.getProperty("os.arch"));
  }

  private static String fma(String cpuinfo) {
    String arch = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    if (arch.equals("aarch64")) {
      return "yes"; // Part of the architecture.
    }
    return entry(cpuinfo, "flags")
        .map(flags -> (" " + flags + " ").contains(" fma ") ? "yes" : "no")
        .orElse("unknown");
  }
}
