package dev.lanewise.benchmarks;

import java.util.Locale;
import java.util.Map;

/**
 * What one operation of a benchmark does, so that a time becomes a rate.
 *
 * @param amount how much, in units
 * @param unit of what: FLOP, element, byte or call
 * @param limit the method of {@link Roofline} that bounds it on one thread; empty for none
 */
record Work(double amount, String unit, String limit) {

  /** Whose rate says no more than its time. */
  static final Work CALL = new Work(1, "call");

  /** That no limit of the machine is known for. */
  Work(double amount, String unit) {
    this(amount, unit, "");
  }

  /** A product of floats, on one thread. */
  static Work multiplyAdds(double count) {
    return new Work(2 * count, "FLOP", "fma");
  }

  /** Gives the work of one operation of a benchmark from its parameters. */
  @FunctionalInterface
  interface Rule {
    Work of(Map<String, String> parameters);
  }

  private static final Map<Class<?>, Rule> RULES =
      Map.of(
          GemmBenchmark.class, p -> GemmBenchmark.work(parameter(p, "shape")),
          DistanceBenchmark.class, p -> DistanceBenchmark.work(parameter(p, "shape")),
          KernelBenchmark.class, p -> KernelBenchmark.work(parameter(p, "kernel")),
          SoftmaxBenchmark.class, p -> SoftmaxBenchmark.work(parameter(p, "shape")),
          KnnBenchmark.class, p -> KnnBenchmark.work(parameter(p, "shape")),
          TrainingBenchmark.class, p -> TrainingBenchmark.work(parameter(p, "network")));

  /**
   * The work of one operation.
   *
   * @param benchmark the full name, class and method
   * @throws IllegalArgumentException if there is no such benchmark
   */
  static Work of(String benchmark, Map<String, String> parameters) {
    if (benchmark.equals(Roofline.class.getName() + ".fma")
        || benchmark.equals(Roofline.class.getName() + ".fmaAllCores")) {
      return new Work(Roofline.FLOP, "FLOP");
    }
    if (benchmark.startsWith(Roofline.class.getName() + ".read")) {
      return new Work(Roofline.BYTES, "B");
    }
    if (benchmark.startsWith(TaskBenchmark.class.getName() + ".")) {
      return CALL;
    }
    for (Map.Entry<Class<?>, Rule> rule : RULES.entrySet()) {
      if (benchmark.startsWith(rule.getKey().getName() + ".")) {
        return rule.getValue().of(parameters);
      }
    }
    throw new IllegalArgumentException("no rule for the work of " + benchmark);
  }

  private static String parameter(Map<String, String> parameters, String name) {
    String value = parameters.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no parameter " + name + " among " + parameters);
    }
    return value;
  }

  /** The rate, as in {@code 41.2 GFLOP/s}; {@code -} where the time says as much. */
  String rate(double microseconds, int threads) {
    if (equals(CALL)) {
      return "-";
    }
    return String.format(Locale.ROOT, "%.2f G%s/s", amount * threads / (microseconds * 1e3), unit);
  }
}
