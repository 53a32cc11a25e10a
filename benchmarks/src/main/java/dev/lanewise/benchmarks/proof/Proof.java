package dev.lanewise.benchmarks.proof;

import dev.lanewise.benchmarks.proof.Contestant.SkippedException;
import dev.lanewise.benchmarks.proof.Results.RowResult;
import dev.lanewise.benchmarks.proof.Results.SideResult;
import dev.lanewise.benchmarks.proof.Results.Turn;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs the rows: contestants take turns, A B C C B A, so that a machine that speeds up or slows
 * down does it to all of them, and all processes are started anew for every fork.
 */
public final class Proof {

  /** Fresh JVMs that the warm-up is looked at in. */
  private static final int WARM_UPS = 20;

  /** The best of so many short looks at a kernel: others use the machine too. */
  private static final int WARM_UP_ROUNDS = 7;

  /** Seconds of work before a look: of all kernels together the first time, of each the second. */
  private static final double WARM_UP = 3;

  /**
   * Milliseconds that a rest takes. Threads of a library that has just had its turn look for more
   * work before they sleep: MKL's for 200 ms, OpenBLAS' for 30. With two processors that is half of
   * what the next one has.
   */
  private static final int REST = 300;

  /** What kernels' rates are a share of. */
  private static final String LIMIT = "roofline fma 1";

  private final boolean quick;
  private final int forks;
  private final Predicate<String> wanted;
  private final Path out;
  private final Path log;
  private final PrintWriter output;
  private final Results results = Results.empty();
  private final Map<Side.Where, Contestant> running = new EnumMap<>(Side.Where.class);

  /**
   * A run that has not begun.
   *
   * @param quick little work, one fork: whether everything runs, not how fast
   * @param forks the most forks of a row
   * @param wanted which rows, by their ids; {@code warm-up} is one too
   * @param facts what the results begin with
   * @param out the JSON file
   */
  public Proof(
      boolean quick,
      int forks,
      Predicate<String> wanted,
      Map<String, String> facts,
      Path out,
      PrintWriter output)
      throws IOException {
    this.quick = quick;
    this.forks = forks;
    this.wanted = wanted;
    this.out = out;
    this.output = output;
    this.log = Files.createTempFile("lanewise-proof", ".log");
    results.facts().putAll(facts);
  }

  /** Measures, and writes what there is after every row. */
  public void run() throws IOException {
    List<Row> rows =
        Rows.all(quick).stream().filter(r -> r.forks() > 0 && wanted.test(r.id())).toList();
    long start = System.nanoTime();
    note("load before", load());
    say("what contestants print beside their answers is in " + log);
    int most = Math.min(forks, rows.stream().mapToInt(Row::forks).max().orElse(0));
    for (int fork = 1; fork <= most; fork++) {
      try {
        for (Row row : rows) {
          if (fork <= row.forks()) {
            say(
                String.format(
                    Locale.ROOT, "fork %d, %4.0f s: %s", fork, since(start), row.title()));
            run(row, fork);
            results.write(out);
          }
        }
      } finally {
        running.values().forEach(Contestant::close);
        running.clear();
      }
    }
    if (wanted.test("warm-up")) {
      warmUp(quick ? 2 : WARM_UPS);
    }
    note("load after", load());
    note("minutes", String.format(Locale.ROOT, "%.1f", since(start) / 60));
    results.write(out);
    say("written: " + out);
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void say(String line) {
    output.println(line);
    output.flush();
  }

  private void note(String key, String value) {
    results.facts().put(key, value);
  }

  /** The mean number of processes that wanted a processor in the last minute. */
  private static String load() {
    return String.format(
        Locale.ROOT, "%.2f", ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  private Contestant contestant(Side.Where where) throws IOException {
    Contestant found = running.get(where);
    if (found == null) {
      found = Contestant.start(where, log);
      running.put(where, found);
      if (where == Side.Where.PYTHON) {
        String versions = found.tell("versions");
        note("python peers", versions == null ? "none: no Python 3 with NumPy" : versions);
      }
    }
    return found;
  }

  private void run(Row row, int fork) throws IOException {
    RowResult result =
        results
            .rows()
            .computeIfAbsent(row.id(), id -> new RowResult(row.title(), new LinkedHashMap<>()));
    Set<Side> ready = new LinkedHashSet<>();
    for (Side side : row.sides()) {
      result.sides().putIfAbsent(side.label(), SideResult.of(side.task()));
      attempt(result, side, () -> prepare(row, side), ready);
    }
    for (int round = 1; round <= row.rounds(); round++) {
      List<Side> order = new ArrayList<>(ready);
      if ((round + fork) % 2 == 1) {
        order = order.reversed();
      }
      for (Side side : order) {
        int turn = round;
        ready.remove(side);
        attempt(result, side, () -> turns(result, side).add(turn(row, side, fork, turn)), ready);
      }
    }
    for (Side side : List.copyOf(ready)) {
      attempt(result, side, () -> finish(result, side), ready);
    }
  }

  private static List<Turn> turns(RowResult result, Side side) {
    return result(result, side).turns();
  }

  private static SideResult result(RowResult result, Side side) {
    SideResult found = result.sides().get(side.label());
    if (found == null) {
      throw new IllegalStateException(side.label());
    }
    return found;
  }

  /** A step of a contestant. */
  @FunctionalInterface
  private interface Step {
    void take() throws IOException, SkippedException;
  }

  /** Takes a step, after which the contestant is ready for the next or left out. */
  private void attempt(RowResult result, Side side, Step step, Set<Side> ready) throws IOException {
    try {
      step.take();
      ready.add(side);
    } catch (SkippedException e) {
      ready.remove(side);
      say("  without " + side.label() + ": " + e.getMessage());
      SideResult old = result(result, side);
      result.sides().put(side.label(), old.skip(String.valueOf(e.getMessage())));
      Contestant broken = running.get(side.where());
      if (broken != null && String.valueOf(e.getMessage()).startsWith("its process ended")) {
        running.remove(side.where());
        broken.close();
      }
    }
  }

  private void prepare(Row row, Side side) throws IOException, SkippedException {
    if (side.where() == Side.Where.COMMAND) {
      // Builds what has changed.
      start("./lanewise", "--version");
      return;
    }
    Contestant contestant = contestant(side.where());
    contestant.ask("open " + side.task());
    // Compiled code is as fast at once; a library's first call makes its threads and buffers.
    boolean compiled =
        side.where() == Side.Where.PYTHON || side.task().matches("(blas|mkl|copy) .*");
    int warmUp = compiled ? Math.min(row.warmUp(), 150) : row.warmUp();
    boolean first = side.equals(row.sides().getFirst());
    if (first || (warmUp > 0 && !(compiled && row.milliseconds() == 0))) {
      contestant.ask("run " + warmUp + " " + side.task());
    }
  }

  private Turn turn(Row row, Side side, int fork, int round) throws IOException, SkippedException {
    if (side.where() == Side.Where.COMMAND) {
      return command(side, fork, round);
    }
    if (row.rested()) {
      rest();
    }
    String[] answer = contestant(side.where()).ask("run " + row.milliseconds() + " " + side.task());
    double seconds = Double.parseDouble(answer[0]) / 1e9 / side.times();
    double bytes = answer[2].equals("nan") ? Double.NaN : Double.parseDouble(answer[2]);
    return new Turn(fork, round, seconds, Double.isNaN(bytes) ? null : bytes, null);
  }

  private static void rest() throws SkippedException {
    try {
      Thread.sleep(REST);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SkippedException("interrupted");
    }
  }

  private void finish(RowResult result, Side side) throws IOException, SkippedException {
    if (side.where() == Side.Where.COMMAND) {
      return;
    }
    Contestant contestant = contestant(side.where());
    String[] answer = contestant.ask("check " + side.task());
    result
        .sides()
        .put(side.label(), result(result, side).checked(number(answer[0]), number(answer[1])));
    contestant.ask("close " + side.task());
  }

  private static double number(String word) {
    return word.equals("nan") ? Double.NaN : Double.parseDouble(word);
  }

  /** A run of the command, from its start to its end, with the seconds of its experiments. */
  private Turn command(Side side, int fork, int round) throws IOException, SkippedException {
    String arguments = side.task();
    Path json = Files.createTempFile("lanewise-proof", ".json");
    try {
      Files.delete(json);
      long start = System.nanoTime();
      int exit = start(("./lanewise " + arguments + " --json=" + json).split(" ", -1));
      double seconds = since(start) / side.times();
      // 5: a figure differs; that is another table's matter, but worth knowing.
      note("exit code of ./lanewise " + arguments, String.valueOf(exit));
      if (exit != 0 && exit != 5) {
        throw new SkippedException("./lanewise " + arguments + " ended with " + exit);
      }
      Map<String, Double> parts = new LinkedHashMap<>();
      for (JsonNode experiment :
          JsonMapper.shared().readTree(Files.readString(json)).path("results")) {
        parts.put(experiment.path("id").asString(), experiment.path("seconds").asDouble());
      }
      return new Turn(fork, round, seconds, null, parts);
    } finally {
      Files.deleteIfExists(json);
    }
  }

  /** Runs a command to its end and gives its exit code. */
  private int start(String... command) throws IOException, SkippedException {
    try {
      return new ProcessBuilder(command)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SkippedException("interrupted");
    }
  }

  private void warmUp(int processes) throws IOException {
    note(Claims.LATER_LOOK, Claims.EACH);
    for (int i = 1; i <= processes; i++) {
      say("warm-up, fresh JVM " + i + " of " + processes);
      try (Contestant fresh = Contestant.start(Side.Where.OURS, log)) {
        warmUp(fresh);
      } catch (SkippedException e) {
        say("  " + e.getMessage());
        note("warm-up", "failed: " + e.getMessage());
        return;
      }
      results.write(out);
    }
  }

  /**
   * Three seconds of all kernels in turns, as a program would use them, and then their rates; and
   * again when each has had as much, by which one that is stuck differs from one that is late.
   */
  private void warmUp(Contestant fresh) throws SkippedException {
    fresh.ask("open " + LIMIT);
    for (String kernel : Rows.KERNELS) {
      fresh.ask("open " + kernel);
    }
    double seconds = quick ? .1 * WARM_UP : WARM_UP;
    work(fresh, 1, seconds);
    look(fresh, results.warmUp());
    work(fresh, 20, (quick ? 1 : Rows.KERNELS.size()) * seconds);
    look(fresh, results.warmUpLater());
  }

  /** All kernels in turns of so many milliseconds, a call at least. */
  private static void work(Contestant fresh, int turn, double seconds) throws SkippedException {
    long start = System.nanoTime();
    while (since(start) < seconds) {
      for (String kernel : Rows.KERNELS) {
        seconds(fresh, kernel, turn);
      }
    }
  }

  /**
   * The best of several short turns, of a kernel and of the limit alike. Not the best of their
   * ratios: a turn of the limit that lost its processor made a kernel three times as fast.
   */
  private static void look(Contestant fresh, Map<String, List<Double>> rates)
      throws SkippedException {
    double limit = seconds(fresh, LIMIT, 200);
    Map<String, Double> best = new LinkedHashMap<>();
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      for (String kernel : Rows.KERNELS) {
        limit = Math.min(limit, seconds(fresh, LIMIT, 4));
        best.merge(kernel, seconds(fresh, kernel, 8), Math::min);
      }
    }
    for (Map.Entry<String, Double> kernel : best.entrySet()) {
      rates
          .computeIfAbsent(kernel.getKey(), key -> new ArrayList<>())
          .add(limit / kernel.getValue());
    }
  }

  /** The time of one repetition. */
  private static double seconds(Contestant contestant, String task, int milliseconds)
      throws SkippedException {
    String[] answer = contestant.ask("run " + milliseconds + " " + task);
    return Double.parseDouble(answer[0]) / 1e9;
  }
}
