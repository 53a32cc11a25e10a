package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@link Kernels#gemm}, against sums in double and, where every sum is exact, bit for bit. */
public abstract class GemmContract extends KernelContract {

  private static final float[] FACTORS = {0, 1, -1, 2.5f};

  /** Sides at and around the edges of tiles of all widths: 4, 5, 8, 10, 16, 32 and 48. */
  private static final int[] SIDES = {
    1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 15, 16, 17, 24, 31, 33, 47, 48, 50
  };

  /** A contract for one backend. */
  protected GemmContract(BackendRequest request) {
    super(request);
  }

  private record Product(
      Transpose transposeA,
      Transpose transposeB,
      int m,
      int n,
      int k,
      float alpha,
      float beta,
      GuardedMatrix a,
      GuardedMatrix b,
      GuardedMatrix c) {

    static Product of(
        Transpose transposeA,
        Transpose transposeB,
        int m,
        int n,
        int k,
        float alpha,
        float beta,
        RandomGenerator random,
        DoubleSupplier value) {
      boolean plainA = transposeA == Transpose.NO;
      boolean plainB = transposeB == Transpose.NO;
      return new Product(
          transposeA,
          transposeB,
          m,
          n,
          k,
          alpha,
          beta,
          GuardedMatrix.filled(plainA ? m : k, plainA ? k : m, random, value),
          GuardedMatrix.filled(plainB ? k : n, plainB ? n : k, random, value),
          GuardedMatrix.filled(m, n, random, value));
    }

    /** op(A), row-major. */
    double[] operandA() {
      return read(a.view(), transposeA == Transpose.YES);
    }

    /** op(B) transposed, row-major, so that both operands of a sum lie in a row. */
    double[] operandB() {
      return read(b.view(), transposeB == Transpose.NO);
    }

    private static double[] read(FloatMatrix x, boolean transposed) {
      double[] result = new double[x.rows() * x.columns()];
      for (int i = 0; i < x.rows(); i++) {
        float[] row = x.row(i);
        for (int j = 0; j < row.length; j++) {
          result[transposed ? j * x.rows() + i : i * row.length + j] = row[j];
        }
      }
      return result;
    }

    void run(Kernels kernels) {
      kernels.gemm(transposeA, transposeB, alpha, a.view(), b.view(), beta, c.view());
    }

    /** Runs it and compares every element with a sum in double. */
    void check(Kernels kernels) {
      FloatMatrix before = c.view().copy();
      run(kernels);
      FloatMatrix after = c.view();
      double[] operandA = operandA();
      double[] operandB = operandB();
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          double magnitude = 0;
          for (int p = 0; p < k && alpha != 0; p++) {
            double term = operandA[i * k + p] * operandB[j * k + p];
            sum += term;
            magnitude += Math.abs(term);
          }
          double scaled = alpha == 0 ? 0 : alpha * sum;
          double kept = beta == 0 ? 0 : beta * (double) before.get(i, j);
          double tolerance = Tolerance.ofSum(k, Math.abs(alpha) * magnitude + Math.abs(kept));
          if (!Tolerance.accepts(after.get(i, j), scaled + kept, tolerance)) {
            assertThat((double) after.get(i, j))
                .as("element (%d, %d) of %s, tolerance %s", i, j, this, tolerance)
                .isEqualTo(scaled + kept);
          }
        }
      }
      a.assertGuardsIntact("A of " + this);
      b.assertGuardsIntact("B of " + this);
      c.assertGuardsIntact("C of " + this);
    }

    @Override
    public String toString() {
      return "gemm "
          + transposeA
          + " "
          + transposeB
          + ", m = "
          + m
          + ", n = "
          + n
          + ", k = "
          + k
          + ", alpha = "
          + alpha
          + ", beta = "
          + beta;
    }
  }

  /** What a view leaves out may hold anything, and a kernel that copies whole rows meets it. */
  @Test
  void whatLiesBetweenRowsIsNotRead() {
    RandomGenerator random = random(31);
    for (int k : new int[] {1, 5, 6, 7, 8, 9, 10, 15, 16}) {
      for (int gap : new int[] {1, 2, 3, 4, 10 - Math.min(k, 9), 16}) {
        for (Transpose transposeA : Transpose.values()) {
          for (Transpose transposeB : Transpose.values()) {
            FloatMatrix a = amongNans(transposeA, 40, k, gap, random);
            FloatMatrix b = amongNans(transposeB, k, 64, gap, random);
            FloatMatrix c = FloatMatrix.zeros(40, 64);
            kernels().gemm(transposeA, transposeB, 1, a, b, 0, c);
            FloatMatrix expected = FloatMatrix.zeros(40, 64);
            kernels().gemm(transposeA, transposeB, 1, a.copy(), b.copy(), 0, expected);
            assertThat(c.toArray())
                .as("%s %s, depth %d, gap %d", transposeA, transposeB, k, gap)
                .isEqualTo(expected.toArray())
                .doesNotContain(Float.NaN);
          }
        }
      }
    }
  }

  /** A matrix, or its transposed, in a wider and longer one that is NaN everywhere else. */
  private static FloatMatrix amongNans(
      Transpose transpose, int rows, int columns, int gap, RandomGenerator random) {
    int m = transpose == Transpose.NO ? rows : columns;
    int n = transpose == Transpose.NO ? columns : rows;
    FloatMatrix whole = FloatMatrix.zeros(m + 2, n + gap);
    whole.segment().asSlice(0, 4L * (m + 2) * (n + gap)).fill((byte) 0xFF);
    FloatMatrix view = whole.block(1, m + 1, 0, n);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        view.set(i, j, (float) random.nextGaussian());
      }
    }
    return view;
  }

  /** A small B that is transposed may be transposed back, if A has rows enough. */
  @Test
  void manyRowsTimesASmallMatrixTransposed() {
    RandomGenerator random = random(40);
    int[][] shapes = {{10, 16}, {16, 16}, {17, 16}, {31, 32}, {32, 10}, {33, 33}, {16, 191}};
    int[][] more = {{64, 64}, {64, 127}, {64, 128}, {64, 129}, {8, 192}, {7, 20}};
    for (int m : new int[] {63, 64, 65, 100}) {
      for (int[] shape : Stream.of(shapes, more).flatMap(Stream::of).toArray(int[][]::new)) {
        for (float factor : new float[] {0, 1}) {
          Product.of(
                  Transpose.NO,
                  Transpose.YES,
                  m,
                  shape[0],
                  shape[1],
                  1 + factor,
                  factor,
                  random,
                  random::nextGaussian)
              .check(kernels());
          Product.of(
                  Transpose.NO,
                  Transpose.YES,
                  m,
                  shape[0],
                  shape[1],
                  1,
                  factor,
                  random,
                  random::nextGaussian)
              .check(kernels());
        }
      }
    }
  }

  private static Transpose anyTranspose(RandomGenerator random) {
    return random.nextBoolean() ? Transpose.YES : Transpose.NO;
  }

  private static float anyFactor(RandomGenerator random) {
    return FACTORS[random.nextInt(FACTORS.length)];
  }

  @Test
  void everySideAroundTheEdgesOfTiles() {
    RandomGenerator random = random(1);
    for (Transpose transposeA : Transpose.values()) {
      for (Transpose transposeB : Transpose.values()) {
        for (int side : SIDES) {
          for (int which = 0; which < 3; which++) {
            Product.of(
                    transposeA,
                    transposeB,
                    which == 0 ? side : 1 + random.nextInt(affordable(40)),
                    which == 1 ? side : 1 + random.nextInt(affordable(40)),
                    which == 2 ? side : 1 + random.nextInt(affordable(40)),
                    anyFactor(random),
                    anyFactor(random),
                    random,
                    random::nextGaussian)
                .check(kernels());
          }
        }
      }
    }
  }

  @Test
  void everyColumnCountUpToThreeTiles() {
    RandomGenerator random = random(2);
    for (int n = 1; n <= affordable(150); n++) {
      Product.of(
              anyTranspose(random),
              anyTranspose(random),
              1 + random.nextInt(20),
              n,
              1 + random.nextInt(20),
              1,
              0,
              random,
              random::nextGaussian)
          .check(kernels());
    }
  }

  @Test
  void everyFactorWithEveryTranspose() {
    RandomGenerator random = random(3);
    for (Transpose transposeA : Transpose.values()) {
      for (Transpose transposeB : Transpose.values()) {
        for (float alpha : FACTORS) {
          for (float beta : FACTORS) {
            for (int[] shape : new int[][] {{3, 5, 7}, {13, 10, 40}, {affordable(61), 57, 33}}) {
              Product.of(
                      transposeA,
                      transposeB,
                      shape[0],
                      shape[1],
                      shape[2],
                      alpha,
                      beta,
                      random,
                      random::nextGaussian)
                  .check(kernels());
            }
          }
        }
      }
    }
  }

  @Test
  void theShapesOfTheExperiments() {
    RandomGenerator random = random(4);
    int[][] shapes = {
      {8, 300, 784},
      {8, 10, 300},
      {128, 10, 784},
      {784, 300, 8},
      {784, 10, 128},
      {300, 10, 8},
      {10, 300, 8},
      {8, 300, 10},
      {8, 784, 300},
      {200, 10, 1000},
      {1, 300, 784},
      {1, 1, 784},
      {300, 1, 784}
    };
    for (int[] shape : shapes) {
      for (Transpose transposeA : Transpose.values()) {
        for (Transpose transposeB : Transpose.values()) {
          Product.of(
                  transposeA,
                  transposeB,
                  affordable(shape[0]),
                  shape[1] > 10 ? affordable(shape[1]) : shape[1],
                  affordable(shape[2]),
                  1,
                  anyFactor(random),
                  random,
                  random::nextGaussian)
              .check(kernels());
        }
      }
    }
  }

  @Test
  void sidesBeyondOneBlock() {
    RandomGenerator random = random(5);
    // Deeper, higher and wider than any block that a kernel packs at once, and whole blocks.
    int[][] shapes = {
      {7, 9, 2100},
      {530, 6, 17},
      {6, 2300, 17},
      {250, 40, 260},
      {12, 1100, 260},
      {21, 10, 193},
      {4, 7, 160_000},
      {9, 8, 70_000},
      {3_300, 10, 3},
      {5, 97, 15},
      {5, 103, 16},
      {5, 103, 17},
      {9, 33, 255},
      {19, 129, 64},
      {13, 201, 83},
      {70, 97, 11},
      {70, 111, 16},
      {600, 97, 8},
      {120, 1056, 1024},
      // Around the sides from which a mix leaves products to its other backend.
      {128, 128, 128},
      {127, 128, 129},
      {128, 127, 130},
      {129, 130, 127},
      {141, 133, 260}
    };
    for (int[] shape : shapes) {
      for (Transpose transposeA : Transpose.values()) {
        for (Transpose transposeB : Transpose.values()) {
          Product.of(
                  transposeA,
                  transposeB,
                  affordable(shape[0]),
                  affordable(shape[1]),
                  affordable(shape[2]),
                  // Not 0: each shape is here for what is done with it.
                  FACTORS[1 + random.nextInt(FACTORS.length - 1)],
                  anyFactor(random),
                  random,
                  random::nextGaussian)
              .check(kernels());
        }
      }
    }
  }

  /** Sides at and around the edges of what is held, copied and multiplied at once. */
  @Test
  void littleDepthLongRowsAndSmallMatrices() {
    RandomGenerator random = random(13);
    int[][] shapes = {
      {33, 63, 10},
      {8, 32, 6},
      {16, 33, 7},
      {32, 47, 8},
      {31, 65, 9},
      {65, 100, 8},
      {15, 31, 10},
      {16, 4_096, 10},
      {17, 4_097, 6},
      {9, 4_127, 9},
      {16, 4_129, 10},
      {384, 15, 8},
      {32, 8, 5},
      {385, 10, 6},
      {31, 9, 8},
      {770, 14, 7},
      {8, 32, 256},
      {9, 33, 15},
      {15, 40, 17},
      {8, 64, 128},
      {20, 32, 16},
      {11, 70, 31},
    };
    for (int[] shape : shapes) {
      for (Transpose transposeA : Transpose.values()) {
        for (Transpose transposeB : Transpose.values()) {
          for (float[] factors : new float[][] {{1, 0}, {2.5f, -1}}) {
            Product.of(
                    transposeA,
                    transposeB,
                    affordable(shape[0]),
                    affordable(shape[1]),
                    affordable(shape[2]),
                    factors[0],
                    factors[1],
                    random,
                    random::nextGaussian)
                .check(kernels());
          }
        }
      }
    }
  }

  @Test
  void smallIntegersAgreeBitForBitWithTheSpecification() {
    RandomGenerator random = random(6);
    Kernels scalar = new ScalarKernels();
    for (int round = 0; round < 120; round++) {
      Product product =
          Product.of(
              anyTranspose(random),
              anyTranspose(random),
              1 + random.nextInt(affordable(60)),
              1 + random.nextInt(affordable(60)),
              1 + random.nextInt(affordable(600)),
              anyFactor(random),
              anyFactor(random),
              random,
              () -> random.nextInt(-8, 9));
      FloatMatrix expected = product.c().view().copy();
      scalar.gemm(
          product.transposeA(),
          product.transposeB(),
          product.alpha(),
          product.a().view(),
          product.b().view(),
          product.beta(),
          expected);
      product.run(kernels());
      assertThat(unsignedZeros(product.c().view()))
          .as(product.toString())
          .isEqualTo(unsignedZeros(expected));
    }
  }

  /** A sum of nothing but zeros may have either sign: adding zero makes it plus. */
  private static float[] unsignedZeros(FloatMatrix x) {
    float[] result = x.toArray();
    for (int i = 0; i < result.length; i++) {
      result[i] += 0f;
    }
    return result;
  }

  @Test
  void withBetaZeroNothingStaleLeaks() {
    RandomGenerator random = random(7);
    for (int[] shape :
        new int[][] {{1, 1, 1}, {8, 10, 30}, {33, 50, 20}, {5, 7, 0}, {70, 90, 300}}) {
      for (Transpose transposeA : Transpose.values()) {
        for (Transpose transposeB : Transpose.values()) {
          for (float alpha : new float[] {0, 1}) {
            Product product =
                Product.of(
                    transposeA,
                    transposeB,
                    shape[0],
                    shape[1],
                    shape[2],
                    alpha,
                    0,
                    random,
                    random::nextGaussian);
            product.c().fill(() -> Double.NaN);
            product.check(kernels());
          }
        }
      }
    }
  }

  @Test
  void withAlphaZeroNothingOfTheOperandsIsRead() {
    RandomGenerator random = random(8);
    for (float beta : FACTORS) {
      Product product =
          Product.of(Transpose.NO, Transpose.NO, 9, 20, 11, 0, beta, random, random::nextGaussian);
      product.a().fill(() -> Double.NaN);
      product.b().fill(() -> Double.POSITIVE_INFINITY);
      product.check(kernels());
    }
  }

  @Test
  void notANumberAndInfinityGoWhereTheArithmeticTakesThem() {
    RandomGenerator random = random(9);
    float[] specials = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY};
    for (int round = 0; round < 90; round++) {
      Product product =
          Product.of(
              anyTranspose(random),
              anyTranspose(random),
              1 + random.nextInt(affordable(40)),
              1 + random.nextInt(affordable(40)),
              1 + random.nextInt(affordable(40)),
              anyFactor(random),
              anyFactor(random),
              random,
              () -> random.nextInt(4) == 0 ? 0 : random.nextGaussian());
      FloatMatrix hit =
          switch (round % 3) {
            case 0 -> product.a().view();
            case 1 -> product.b().view();
            default -> product.c().view();
          };
      hit.set(
          random.nextInt(hit.rows()),
          random.nextInt(hit.columns()),
          specials[random.nextInt(specials.length)]);
      product.check(kernels());
    }
  }

  @Test
  void numbersBelowTheNormalRangeAreNotFlushedToZero() {
    RandomGenerator random = random(10);
    for (int[] shape : new int[][] {{3, 3, 3}, {8, 10, 30}, {40, 50, 30}}) {
      Product product =
          Product.of(
              Transpose.NO,
              Transpose.NO,
              shape[0],
              shape[1],
              shape[2],
              1,
              1,
              random,
              () -> random.nextInt(1, 1000) * (double) Float.MIN_VALUE);
      product.b().fill(() -> random.nextInt(1, 4));
      FloatMatrix expected = product.c().view().copy();
      new ScalarKernels()
          .gemm(Transpose.NO, Transpose.NO, 1, product.a().view(), product.b().view(), 1, expected);
      product.run(kernels());
      // Multiples of the smallest float with small factors: every sum is exact.
      assertThat(product.c().view().toArray()).isEqualTo(expected.toArray());
    }
  }

  @Test
  void emptySides() {
    RandomGenerator random = random(11);
    for (Transpose transposeA : Transpose.values()) {
      for (Transpose transposeB : Transpose.values()) {
        for (int[] shape : new int[][] {{0, 5, 3}, {5, 0, 3}, {5, 3, 0}, {0, 0, 0}, {20, 40, 0}}) {
          for (float beta : FACTORS) {
            Product.of(
                    transposeA,
                    transposeB,
                    shape[0],
                    shape[1],
                    shape[2],
                    1,
                    beta,
                    random,
                    random::nextGaussian)
                .check(kernels());
          }
        }
      }
    }
  }

  @Test
  void theSameCallGivesTheSameBits() {
    RandomGenerator random = random(12);
    for (int round = 0; round < 20; round++) {
      Product product =
          Product.of(
              anyTranspose(random),
              anyTranspose(random),
              1 + random.nextInt(affordable(100)),
              1 + random.nextInt(affordable(100)),
              1 + random.nextInt(affordable(400)),
              1,
              0,
              random,
              random::nextGaussian);
      product.run(kernels());
      float[] first = product.c().view().toArray();
      product.run(kernels());
      assertThat(product.c().view().toArray()).as(product.toString()).isEqualTo(first);
    }
  }

  @Test
  void wrongShapesAreRefusedAndNamed() {
    FloatMatrix a = FloatMatrix.zeros(2, 3);
    FloatMatrix b = FloatMatrix.zeros(4, 5);
    FloatMatrix c = FloatMatrix.zeros(2, 5);
    assertThatThrownBy(() -> kernels().gemm(Transpose.NO, Transpose.NO, 1, a, b, 0, c))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 x 3")
        .hasMessageContaining("4 x 5");
    FloatMatrix fitting = FloatMatrix.zeros(3, 5);
    FloatMatrix tooSmall = FloatMatrix.zeros(2, 4);
    assertThatThrownBy(() -> kernels().gemm(Transpose.NO, Transpose.NO, 1, a, fitting, 0, tooSmall))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 x 4");
  }
}
