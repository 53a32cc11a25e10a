package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * gemm of every backend against OpenBLAS and against sums in double, over random shapes,
 * transposes, leading dimensions and factors. Two correct results differ by at most the sum of
 * their bounds; see {@link Tolerance}.
 */
class GemmDifferentialTest {

  private static final int CASES = 3_000;

  private static final float[] FACTORS = {0, 1, -1};

  /** What the operands are made of. */
  private enum Numbers {
    GAUSSIAN,
    /** Sums in which nearly everything cancels. */
    LARGE_AND_SMALL,
    INTEGERS;

    DoubleSupplier of(RandomGenerator random) {
      return () ->
          switch (this) {
            case GAUSSIAN -> random.nextGaussian();
            case LARGE_AND_SMALL ->
                random.nextGaussian() * Math.scalb(1.0, random.nextInt(-30, 30));
            case INTEGERS -> random.nextInt(-9, 10);
          };
    }
  }

  private final RandomGenerator random =
      RandomGeneratorFactory.<RandomGenerator>of("L64X128MixRandom").create(1);

  private static Map<String, Kernels> backends() {
    Backends backends = Backends.discover();
    Map<String, Kernels> kernels = new LinkedHashMap<>();
    for (BackendRequest request :
        new BackendRequest[] {
          BackendRequest.OPENBLAS,
          BackendRequest.VECTOR,
          BackendRequest.SCALAR,
          BackendRequest.MIXED
        }) {
      Assumptions.assumeTrue(
          backends.probe(request.id()).available(), () -> request + " does not work here");
      kernels.put(
          request.id(), EngineKernels.of(Engine.builder().backend(request).threads(1).open()));
    }
    return kernels;
  }

  @Test
  void everyBackendIsWithinTheBoundOfTheOthersAndOfTheTruth() {
    Map<String, Kernels> backends = backends();
    int staleCases = 0;
    for (int i = 0; i < CASES; i++) {
      boolean transposedA = random.nextBoolean();
      boolean transposedB = random.nextBoolean();
      int m = side();
      int n = side();
      int k = side();
      DoubleSupplier number = Numbers.values()[i % Numbers.values().length].of(random);
      GuardedMatrix a =
          GuardedMatrix.filled(transposedA ? k : m, transposedA ? m : k, random, number);
      GuardedMatrix b =
          GuardedMatrix.filled(transposedB ? n : k, transposedB ? k : n, random, number);
      float alpha = factor();
      float beta = factor();
      int gap = random.nextInt(4);
      FloatMatrix before = GuardedMatrix.filled(m, n, random, number).view();
      if (beta == 0) {
        before.set(random.nextInt(m), random.nextInt(n), Float.NaN);
        before.set(random.nextInt(m), random.nextInt(n), Float.POSITIVE_INFINITY);
        staleCases++;
      }
      String what = "case %d: %d x %d x %d, alpha %s, beta %s".formatted(i, m, n, k, alpha, beta);
      Map<String, FloatMatrix> results = new LinkedHashMap<>();
      backends.forEach(
          (name, kernels) -> {
            GuardedMatrix c = new GuardedMatrix(m, n, gap);
            c.view().setAll(before);
            kernels.gemm(
                transposedA ? Transpose.YES : Transpose.NO,
                transposedB ? Transpose.YES : Transpose.NO,
                alpha,
                a.view(),
                b.view(),
                beta,
                c.view());
            c.assertGuardsIntact("C of " + name + ", " + what);
            results.put(name, c.view());
          });
      check(what, a.view(), transposedA, b.view(), transposedB, alpha, beta, before, results);
    }
    // The seed is fixed; docs/reliability.md gives the number.
    assertThat(staleCases).isEqualTo(760);
  }

  private static void check(
      String what,
      FloatMatrix a,
      boolean transposedA,
      FloatMatrix b,
      boolean transposedB,
      float alpha,
      float beta,
      FloatMatrix before,
      Map<String, FloatMatrix> results) {
    int k = transposedA ? a.rows() : a.columns();
    for (int row = 0; row < before.rows(); row++) {
      for (int column = 0; column < before.columns(); column++) {
        double sum = 0;
        double magnitude = 0;
        for (int p = 0; p < k && alpha != 0; p++) {
          double term =
              (double) (transposedA ? a.get(p, row) : a.get(row, p))
                  * (transposedB ? b.get(column, p) : b.get(p, column));
          sum += term;
          magnitude += Math.abs(term);
        }
        double kept = beta == 0 ? 0 : beta * (double) before.get(row, column);
        double expected = alpha * sum + kept;
        double tolerance = Tolerance.ofSum(k, Math.abs(alpha) * magnitude + Math.abs(kept));
        float first = 0;
        for (Map.Entry<String, FloatMatrix> result : results.entrySet()) {
          float actual = result.getValue().get(row, column);
          first = result.getKey().equals(BackendRequest.OPENBLAS.id()) ? actual : first;
          if (!Tolerance.accepts(actual, expected, tolerance)
              || !(Math.abs((double) actual - first) <= 2 * tolerance)) {
            assertThat((double) actual)
                .as(
                    "(%d, %d) by %s; OpenBLAS has %s; %s",
                    row, column, result.getKey(), first, what)
                .isEqualTo(expected);
          }
        }
      }
    }
  }

  /** Mostly small, where edges of tiles are; now and then beyond a block of any kernel. */
  private int side() {
    return switch (random.nextInt(20)) {
      case 0 -> 1;
      case 1 -> random.nextInt(64, 300);
      default -> 1 + random.nextInt(64);
    };
  }

  private float factor() {
    int which = random.nextInt(FACTORS.length + 1);
    return which < FACTORS.length ? FACTORS[which] : (float) random.nextGaussian();
  }
}
