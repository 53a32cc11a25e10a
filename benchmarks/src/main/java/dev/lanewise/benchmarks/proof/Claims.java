package dev.lanewise.benchmarks.proof;

import dev.lanewise.benchmarks.proof.Results.SideResult;
import dev.lanewise.benchmarks.proof.Results.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The targets, each with the rule that judges it by results. */
final class Claims {

  /**
   * A judged target.
   *
   * @param target as it was set
   * @param ours our figure
   * @param peer theirs, or the limit
   * @param ratio what is compared with the target, with its spread
   * @param met whether it is
   */
  record Verdict(String target, String ours, String peer, String ratio, boolean met) {}

  /** A target and its rule; the rule gives nothing where something was not measured. */
  record Claim(String target, Function<Results, Optional<Verdict>> rule) {
    Optional<Verdict> judge(Results results) {
      return rule.apply(results);
    }
  }

  private Claims() {}

  static List<Claim> all() {
    List<Claim> claims = new ArrayList<>();
    for (int k : new int[] {1, 3, 10}) {
      String row = "knn-l2-" + k;
      claims.add(
          faster(
              "kNN L2, k = " + k + ": >= 5x own gemm brute force",
              row,
              "lanewise",
              "own gemm brute force",
              5));
      claims.add(
          faster("kNN L2, k = " + k + ": >= 6x faiss flat", row, "lanewise", "faiss flat", 6));
    }
    claims.add(
        faster(
            "kNN L2, uniform random data: <= 1.15x the time of gemm brute force",
            "knn-l2-uniform",
            "lanewise",
            "own gemm brute force",
            1 / 1.15));
    for (int k : new int[] {1, 3, 10}) {
      claims.add(
          faster(
              "kNN L1, k = " + k + ": >= 5x own SIMD brute force",
              "knn-l1-" + k,
              "lanewise",
              "own SIMD brute force",
              5));
    }
    for (String peer : List.of("faiss", "sklearn", "scipy")) {
      claims.add(
          faster("kNN L1, k = 3: >= 150x " + peer, "knn-l1-3", "lanewise", peer + " L1", 150));
    }
    for (String metric : List.of("l2", "l1")) {
      claims.add(
          best(
              "one query, " + metric.toUpperCase(Locale.ROOT) + ": under a third of a float32 scan",
              "query-" + metric,
              "lanewise",
              "float32 scan, ",
              3));
    }
    claims.add(
        products(
            "sgemm, one thread: geometric mean >= 1.1x OpenBLAS",
            "sgemm-1-",
            "lanewise (vector)",
            "OpenBLAS",
            false,
            1.1));
    claims.add(
        products(
            "sgemm, two threads: geometric mean >= 1.0x OpenBLAS",
            "sgemm-2-",
            "lanewise (vector)",
            "OpenBLAS",
            false,
            1));
    claims.add(
        products(
            "sgemm: no shape under 0.9x OpenBLAS, one thread",
            "sgemm-1-",
            "lanewise (vector)",
            "OpenBLAS",
            true,
            .9));
    claims.add(
        products(
            "sgemm: no shape under 0.9x OpenBLAS, two threads",
            "sgemm-2-",
            "lanewise (vector)",
            "OpenBLAS",
            true,
            .9));
    for (int threads = 1; threads <= 2; threads++) {
      claims.add(
          products(
              "sgemm, squares from 256, " + threads + " thread(s): >= 0.85x MKL",
              "sgemm-" + threads + "-nn-(256|512|1024|2048)x",
              "lanewise (vector)",
              "MKL",
              true,
              .85));
      claims.add(auto(threads));
    }
    claims.add(new Claim(SOON_WARM, Claims::soonWarm));
    claims.add(new Claim(EACH_WARM, Claims::eachWarm));
    claims.add(under("knn-1000, whole process: under 2 s", "knn-1000", "lanewise", 2));
    claims.add(
        best(
            "mlp-mnist epoch: >= 7x the best PyTorch form",
            "mlp-epoch",
            "lanewise",
            "PyTorch ",
            7));
    claims.add(
        faster(
            "mlp-mnist epoch: >= 25x NumPy as written",
            "mlp-epoch",
            "lanewise",
            "NumPy as written",
            25));
    claims.add(
        best("softmax-sgd epoch: >= 8x PyTorch", "softmax-epoch", "lanewise", "PyTorch, ", 8));
    claims.add(faster("softmax-sgd epoch: >= 10x NumPy", "softmax-epoch", "lanewise", "NumPy", 10));
    claims.add(
        faster(
            "notmnist-mlp epoch, F = 1000: >= 1.7x PyTorch",
            "notmnist-epoch",
            "lanewise",
            "PyTorch",
            1.7));
    claims.add(
        faster(
            "54-model grid: >= 15x batched PyTorch",
            "grid",
            "lanewise",
            "PyTorch, nine networks a batch",
            15));
    claims.add(under("quadratic-ovr at 28 x 28, 50 passes: under 1 s", "quadratic", "lanewise", 1));
    for (int threads = 1; threads <= 2; threads++) {
      for (String work : List.of("softmax", "sigmoid")) {
        for (String place : List.of("", ", in place")) {
          claims.add(
              faster(
                  (work.equals("softmax") ? "row softmax" : "exp")
                      + place
                      + ", "
                      + threads
                      + " thread(s): within 15 % of a copy",
                  work + "-" + threads,
                  "lanewise" + place,
                  "a copy of the same bytes",
                  1 / 1.15));
        }
      }
    }
    claims.add(reproduce("reproduce without notmnist-mlp: 60 s or less", false, 60));
    claims.add(reproduce("reproduce, everything: 180 s or less", true, 180));
    claims.add(new Claim("kernels allocate nothing", Claims::allocation));
    return claims;
  }

  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  /** Peer's time divided by ours, turn by turn: both were measured within seconds of each other. */
  static double[] ratios(SideResult ours, SideResult peer) {
    List<Double> ratios = new ArrayList<>();
    for (Turn turn : ours.turns()) {
      for (Turn other : peer.turns()) {
        if (turn.fork() == other.fork() && turn.round() == other.round()) {
          ratios.add(other.seconds() / turn.seconds());
        }
      }
    }
    return ratios.stream().mapToDouble(Double::doubleValue).toArray();
  }

  static String seconds(double seconds) {
    return seconds >= 1
        ? String.format(Locale.ROOT, "%.2f s", seconds)
        : seconds >= 1e-3
            ? String.format(Locale.ROOT, "%.2f ms", seconds * 1e3)
            : String.format(Locale.ROOT, "%.2f us", seconds * 1e6);
  }

  static String spread(double... ratios) {
    return String.format(
        Locale.ROOT,
        "%.2f (%.2f..%.2f)",
        median(ratios),
        Arrays.stream(ratios).min().orElse(Double.NaN),
        Arrays.stream(ratios).max().orElse(Double.NaN));
  }

  private static Optional<Verdict> compare(
      String target, Results results, String row, String ours, String peer, double least) {
    Optional<SideResult> a = results.side(row, ours);
    Optional<SideResult> b = results.side(row, peer);
    if (a.isEmpty() || b.isEmpty()) {
      return Optional.empty();
    }
    double[] ratios = ratios(a.get(), b.get());
    if (ratios.length == 0) {
      return Optional.empty();
    }
    return Optional.of(
        new Verdict(
            target,
            seconds(median(a.get().seconds())),
            peer + ": " + seconds(median(b.get().seconds())),
            spread(ratios),
            median(ratios) >= least));
  }

  private static Claim faster(String target, String row, String ours, String peer, double least) {
    return new Claim(target, results -> compare(target, results, row, ours, peer, least));
  }

  /** Against the fastest of the contestants whose label begins so. */
  private static Claim best(String target, String row, String ours, String prefix, double least) {
    return new Claim(
        target,
        results ->
            labels(results, row).stream()
                .filter(label -> label.contains(prefix))
                .filter(label -> results.side(row, label).isPresent())
                .min(
                    Comparator.comparingDouble(
                        label -> median(results.side(row, label).orElseThrow().seconds())))
                .flatMap(label -> compare(target, results, row, ours, label, least)));
  }

  private static List<String> labels(Results results, String row) {
    var result = results.rows().get(row);
    return result == null ? List.of() : List.copyOf(result.sides().keySet());
  }

  private static Claim under(String target, String row, String ours, double limit) {
    return new Claim(
        target,
        results ->
            results
                .side(row, ours)
                .map(
                    side ->
                        new Verdict(
                            target,
                            seconds(median(side.seconds())),
                            "limit: " + seconds(limit),
                            spread(Arrays.stream(side.seconds()).map(s -> limit / s).toArray()),
                            median(side.seconds()) < limit)));
  }

  /** Over all shapes of a group: the geometric mean, or the worst. */
  private static Claim products(
      String target, String rows, String ours, String peer, boolean worst, double least) {
    return new Claim(
        target,
        results -> {
          double logs = 0;
          int count = 0;
          double lowest = Double.POSITIVE_INFINITY;
          String where = "";
          for (String row : results.rows().keySet()) {
            if (!row.matches(rows + ".*")) {
              continue;
            }
            Optional<SideResult> a = results.side(row, ours);
            Optional<SideResult> b = results.side(row, peer);
            if (a.isPresent() && b.isPresent()) {
              double ratio = median(ratios(a.get(), b.get()));
              logs += Math.log(ratio);
              count++;
              if (ratio < lowest) {
                lowest = ratio;
                where = row;
              }
            }
          }
          if (count == 0) {
            return Optional.empty();
          }
          double ratio = worst ? lowest : Math.exp(logs / count);
          return Optional.of(
              new Verdict(
                  target,
                  count + " shapes",
                  worst ? peer + ", worst: " + where : peer,
                  String.format(Locale.ROOT, "%.2f", ratio),
                  ratio >= least));
        });
  }

  /** Whether auto is as fast as the better of the two, turn by turn, within 5 %. */
  private static Claim auto(int threads) {
    String target =
        "auto: never more than 5 % slower than the better backend, " + threads + " thread(s)";
    return new Claim(
        target,
        results -> {
          double lowest = Double.POSITIVE_INFINITY;
          String where = "";
          for (String row : results.rows().keySet()) {
            Optional<SideResult> auto = results.side(row, "lanewise (auto)");
            Optional<SideResult> vector = results.side(row, "lanewise (vector)");
            Optional<SideResult> blas = results.side(row, "OpenBLAS");
            if (row.startsWith("sgemm-" + threads + "-")
                && auto.isPresent()
                && vector.isPresent()
                && blas.isPresent()) {
              double ratio =
                  Math.min(
                      median(ratios(auto.get(), vector.get())),
                      median(ratios(auto.get(), blas.get())));
              if (ratio < lowest) {
                lowest = ratio;
                where = row;
              }
            }
          }
          return Double.isInfinite(lowest)
              ? Optional.empty()
              : Optional.of(
                  new Verdict(
                      target,
                      "auto",
                      "the better of vector and OpenBLAS, worst: " + where,
                      String.format(Locale.ROOT, "%.2f", lowest),
                      lowest >= 1 / 1.05));
        });
  }

  /** A kernel is slow in a JVM where it is slower than this share of the median. */
  static final double WARM = .9;

  /** The fact that says when a run looked at kernels for the second time; not in older files. */
  static final String LATER_LOOK = "later look at kernels";

  /** What that fact says. */
  static final String EACH = "after three seconds of each";

  private static final String SOON_WARM =
      "warm-up, three seconds of all kernels in turns: each of 20 fresh JVMs within 10 % of the"
          + " median";

  private static final String EACH_WARM =
      "warm-up, three seconds of each kernel: each of 20 fresh JVMs within 10 % of the median";

  private static Optional<Verdict> soonWarm(Results results) {
    long own = 0;
    for (List<Double> rates : results.warmUp().values()) {
      double median = Results.median(rates);
      own += slow(Results.doubles(rates).map(rate -> rate / median).toArray());
    }
    return warm(
        SOON_WARM, results, results.warmUp(), " (" + own + " than the median of that time)");
  }

  private static Optional<Verdict> eachWarm(Results results) {
    return EACH.equals(results.facts().get(LATER_LOOK))
        ? warm(EACH_WARM, results, results.warmUpLater(), "")
        : Optional.empty();
  }

  private static Optional<Verdict> warm(
      String target, Results results, Map<String, List<Double>> look, String note) {
    double worst = Double.POSITIVE_INFINITY;
    String where = "";
    int processes = Integer.MAX_VALUE;
    long pairs = 0;
    long slow = 0;
    for (String kernel : look.keySet()) {
      double[] rates = results.warmth(kernel, look);
      double slowest = Arrays.stream(rates).min().orElseThrow();
      processes = Math.min(processes, rates.length);
      pairs += rates.length;
      slow += slow(rates);
      if (slowest < worst) {
        worst = slowest;
        where = kernel;
      }
    }
    return pairs == 0
        ? Optional.empty()
        : Optional.of(
            new Verdict(
                target,
                look.size() + " kernels, " + processes + " JVMs",
                String.format(
                    Locale.ROOT, "%d of %d slower%s; worst: %s", slow, pairs, note, where),
                String.format(Locale.ROOT, "%.2f", worst),
                worst >= WARM && processes >= 20));
  }

  static long slow(double... rates) {
    return Arrays.stream(rates).filter(rate -> rate < WARM).count();
  }

  /** The whole command, or all but the time of notmnist-mlp, which the run itself told. */
  private static Claim reproduce(String target, boolean everything, double limit) {
    return new Claim(
        target,
        results ->
            results
                .side("reproduce", "lanewise")
                .map(
                    side -> {
                      Turn turn = side.turns().getLast();
                      Map<String, Double> parts = turn.parts() == null ? Map.of() : turn.parts();
                      double less = everything ? 0 : parts.getOrDefault("notmnist-mlp", 0.);
                      double seconds = turn.seconds() - less;
                      return new Verdict(
                          target,
                          seconds(seconds),
                          "limit: " + seconds(limit),
                          String.format(Locale.ROOT, "%.2f", limit / seconds),
                          seconds <= limit);
                    }));
  }

  private static Optional<Verdict> allocation(Results results) {
    double most = -1;
    String where = "";
    for (String label : labels(results, "kernels")) {
      for (Turn turn : results.side("kernels", label).map(SideResult::turns).orElse(List.of())) {
        Double bytes = turn.bytes();
        if (bytes != null && bytes > most) {
          most = bytes;
          where = label;
        }
      }
    }
    // The protocol of the worker itself takes a few kilobytes a turn, which calls share.
    return most < 0
        ? Optional.empty()
        : Optional.of(
            new Verdict(
                "kernels allocate nothing",
                String.format(Locale.ROOT, "%.1f bytes a call at most (%s)", most, where),
                "limit: 0, but for a few kB a turn of the harness",
                "-",
                most < 64));
  }
}
