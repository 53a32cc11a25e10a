package dev.lanewise.benchmarks;

import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.kernel.Probe;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/** What the results were measured on. Names no host and no user. */
final class Machine {
  private static final String UNKNOWN = "unknown";

  private Machine() {}

  /** Named facts, in a fixed order. What a system does not tell is {@value #UNKNOWN}. */
  static Map<String, String> facts() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("processor", processor(Path.of("/proc/cpuinfo")));
    facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("caches", caches(Path.of("/sys/devices/system/cpu/cpu0/cache")));
    facts.put("memory", memory());
    facts.put(
        "system",
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"));
    facts.put(
        "jvm",
        System.getProperty("java.vm.name")
            + " "
            + System.getProperty("java.vm.version")
            + ", "
            + System.getProperty("java.vendor"));
    // The width of vectors, and which of its kernels OpenBLAS chose.
    for (Probe probe : Backends.discover().probeAll()) {
      facts.put("backend " + probe.name(), probe.detail());
    }
    return facts;
  }

  /** The name and, because a host may hide which one it is, what numbers its kind. */
  static String processor(Path cpuinfo) {
    try (Stream<String> lines = Files.lines(cpuinfo)) {
      Map<String, String> first = new HashMap<>();
      lines
          .map(line -> line.split(":", 2))
          .filter(pair -> pair.length == 2)
          .forEach(pair -> first.putIfAbsent(pair[0].strip(), pair[1].strip()));
      String name = first.getOrDefault("model name", UNKNOWN);
      String family = first.get("cpu family");
      return family == null ? name : name + ", family " + family + ", model " + first.get("model");
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  static String caches(Path folder) {
    List<String> caches = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path index :
          entries.filter(p -> p.getFileName().toString().startsWith("index")).sorted().toList()) {
        caches.add(
            "L"
                + Files.readString(index.resolve("level")).strip()
                + " "
                + Files.readString(index.resolve("type")).strip().toLowerCase(Locale.ROOT)
                + " "
                + Files.readString(index.resolve("size")).strip());
      }
    } catch (IOException e) {
      return UNKNOWN;
    }
    return caches.isEmpty() ? UNKNOWN : String.join(", ", caches);
  }

  private static String memory() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean system) {
      return String.format(
          Locale.ROOT, "%.1f GB", system.getTotalMemorySize() / (1024.0 * 1024 * 1024));
    }
    return UNKNOWN;
  }
}
