package dev.lanewise.cli.fuzz;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs Jazzer on the targets, one after the other, each in a process of its own with a heap so
 * small that an allocation out of proportion to the input shows. Ends with an error if there was a
 * finding; the input is then in {@code target/fuzz}, and belongs into {@code src/test/corpus} with
 * the fix.
 */
final class Fuzz {

  private static final String HEAP = "-Xmx256m";

  /** The heap, as much native memory again, and the fuzzer's own tables. */
  private static final int RSS_MEGABYTES = 1500;

  /** The first input takes seconds, because classes are loaded; on a busy machine many. */
  private static final int TIMEOUT_SECONDS = 60;

  private static final Path OUTPUT = Path.of("target", "fuzz");

  private static final Pattern EXECUTIONS =
      Pattern.compile("stat::number_of_executed_units: *(\\d+)");

  private Fuzz() {}

  /** Arguments: the seconds for each target, and targets separated by commas or {@code all}. */
  public static void main(String[] args) throws IOException, InterruptedException {
    int seconds = Integer.parseInt(args[0]);
    List<Target> targets =
        args[1].equals("all")
            ? List.of(Target.values())
            : Arrays.stream(args[1].split(","))
                .map(name -> Target.valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_')))
                .toList();
    List<Target> found = new ArrayList<>();
    for (Target target : targets) {
      if (run(target, seconds) != 0) {
        found.add(target);
      }
    }
    if (!found.isEmpty()) {
      throw new IllegalStateException("findings in " + found + ": see " + OUTPUT);
    }
  }

  private static int run(Target target, int seconds) throws IOException, InterruptedException {
    Path grown = Files.createDirectories(OUTPUT.resolve(target.toString()));
    Path log = OUTPUT.resolve(target + ".log");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                // On a small heap the fastest, and no threads that wait for a core.
                "-XX:+UseSerialGC",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"),
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.type.getName(),
                "--instrumentation_includes=dev.lanewise.**:tools.jackson.**:org.eclipse.jetty.http.**",
                "--reproducer_path=" + OUTPUT,
                "-artifact_prefix=" + OUTPUT.resolve(target + "-"),
                "-print_final_stats=1",
                "-max_total_time=" + seconds,
                "-timeout=" + TIMEOUT_SECONDS,
                "-rss_limit_mb=" + RSS_MEGABYTES,
                grown.toString(),
                target.corpus().toString()));
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    int exit;
    try {
      exit = process.waitFor();
    } finally {
      process.destroyForcibly();
    }
    System.out.printf(
        Locale.ROOT,
        "%-10s %5d s %10s executions %s%n",
        target,
        (System.nanoTime() - start) / 1_000_000_000,
        executions(log),
        exit == 0 ? "nothing found" : "FOUND SOMETHING: see " + log);
    return exit;
  }

  private static String executions(Path log) throws IOException {
    String executions = "?";
    try (BufferedReader lines = Files.newBufferedReader(log)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Matcher matcher = EXECUTIONS.matcher(line);
        executions = matcher.find() ? matcher.group(1) : executions;
      }
    }
    return executions;
  }
}
