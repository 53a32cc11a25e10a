package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The element-wise primitives of {@link Kernels}. */
public abstract class ElementwiseContract extends KernelContract {

  /** Four vectors of the widest species and a bit: every remainder occurs, in long rows too. */
  private static final int LONGEST = 67;

  private final Kernels scalar = new ScalarKernels();

  /** A contract for one backend. */
  protected ElementwiseContract(BackendRequest request) {
    super(request);
  }

  @Test
  void addRowAddsToEveryRow() {
    RandomGenerator random = random(1);
    for (int n = 0; n <= LONGEST; n++) {
      int m = random.nextInt(6);
      GuardedMatrix row = GuardedMatrix.filled(1, n, random, random::nextGaussian);
      GuardedMatrix x = GuardedMatrix.filled(m, n, random, random::nextGaussian);
      FloatMatrix expected = x.view().copy();
      scalar.addRow(row.view(), expected);
      kernels().addRow(row.view(), x.view());
      // One addition an element: no rounding to differ in.
      assertThat(x.view().toArray()).as("%d x %d", m, n).isEqualTo(expected.toArray());
      x.assertGuardsIntact("x");
    }
  }

  @Test
  void rowsWithoutElementsAreAddedAndSummed() {
    kernels().addRow(FloatMatrix.zeros(1, 0), FloatMatrix.zeros(5, 0));
    FloatMatrix sums = FloatMatrix.zeros(1, 0);
    kernels().columnSums(FloatMatrix.zeros(5, 0), sums);
    assertThat(sums.toArray()).isEmpty();
  }

  @Test
  void columnSumsAreWithinTheBoundOfASum() {
    RandomGenerator random = random(2);
    for (int n = 0; n <= LONGEST; n++) {
      int m = random.nextInt(40);
      GuardedMatrix x = GuardedMatrix.filled(m, n, random, random::nextGaussian);
      GuardedMatrix sums = GuardedMatrix.filled(1, n, random, () -> Double.NaN);
      kernels().columnSums(x.view(), sums.view());
      for (int j = 0; j < n; j++) {
        double sum = 0;
        double magnitude = 0;
        for (int i = 0; i < m; i++) {
          sum += x.view().get(i, j);
          magnitude += Math.abs(x.view().get(i, j));
        }
        assertThat(Tolerance.accepts(sums.view().get(0, j), sum, Tolerance.ofSum(m, magnitude)))
            .as("column %d of %d x %d: %s is not %s", j, m, n, sums.view().get(0, j), sum)
            .isTrue();
      }
      sums.assertGuardsIntact("sums");
    }
  }

  /** Whole numbers, whose sums are exact: rows enough that a narrow one repeats over and over. */
  @Test
  void rowsAreAddedToTallMatricesAndTheirColumnsSummed() {
    RandomGenerator random = random(11);
    for (int n : new int[] {1, 3, 4, 5, 10, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129}) {
      for (int m : new int[] {2, 15, 16, 17, 32, 33, 51, 52, 100, 520}) {
        for (int before : new int[] {0, 1}) {
          GuardedMatrix row = GuardedMatrix.filled(1, n, random, () -> random.nextInt(-99, 99));
          GuardedMatrix x = new GuardedMatrix(m, n, before);
          x.fill(() -> random.nextInt(-99, 99));
          FloatMatrix expected = x.view().copy();
          scalar.addRow(row.view(), expected);
          kernels().addRow(row.view(), x.view());
          assertThat(x.view().toArray()).as("%d x %d", m, n).isEqualTo(expected.toArray());
          x.assertGuardsIntact("x");
          GuardedMatrix sums = GuardedMatrix.filled(1, n, random, () -> Double.NaN);
          FloatMatrix expectedSums = FloatMatrix.zeros(1, n);
          scalar.columnSums(expected, expectedSums);
          kernels().columnSums(x.view(), sums.view());
          assertThat(sums.view().toArray())
              .as("sums of %d x %d", m, n)
              .isEqualTo(expectedSums.toArray());
          sums.assertGuardsIntact("sums");
        }
      }
    }
  }

  @Test
  void axpyAddsAMultiple() {
    RandomGenerator random = random(3);
    for (float alpha : new float[] {0, 1, -1, 2.5f}) {
      for (int n = 0; n <= LONGEST; n++) {
        int m = random.nextInt(5);
        GuardedMatrix x = GuardedMatrix.filled(m, n, random, random::nextGaussian);
        GuardedMatrix y = GuardedMatrix.filled(m, n, random, random::nextGaussian);
        FloatMatrix before = y.view().copy();
        kernels().axpy(alpha, x.view(), y.view());
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            double term = (double) alpha * x.view().get(i, j);
            double kept = before.get(i, j);
            assertThat(
                    Tolerance.accepts(
                        y.view().get(i, j),
                        kept + term,
                        Tolerance.ofSum(1, Math.abs(kept) + Math.abs(term))))
                .as("(%d, %d) of %d x %d, alpha = %s", i, j, m, n, alpha)
                .isTrue();
          }
        }
        y.assertGuardsIntact("y");
      }
    }
  }

  @Test
  void specialsGoThroughAdditionAsIeee754HasIt() {
    float[] specials = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      Float.NEGATIVE_INFINITY,
      0f,
      -0f,
      Float.MIN_VALUE,
      Float.MAX_VALUE,
      1
    };
    int n = specials.length * specials.length;
    FloatMatrix x = FloatMatrix.zeros(1, n);
    FloatMatrix y = FloatMatrix.zeros(1, n);
    for (int j = 0; j < n; j++) {
      x.set(0, j, specials[j / specials.length]);
      y.set(0, j, specials[j % specials.length]);
    }
    FloatMatrix expected = y.copy();
    scalar.addRow(x, expected);
    FloatMatrix added = y.copy();
    kernels().addRow(x, added);
    assertThat(added.toArray()).isEqualTo(expected.toArray());
    FloatMatrix multiplied = y.copy();
    kernels().axpy(1, x, multiplied);
    assertThat(multiplied.toArray()).isEqualTo(expected.toArray());
  }

  @Test
  void softmaxIsWithinAFewUlpOfTheDefinition() {
    RandomGenerator random = random(4);
    for (double spread : new double[] {1, 20, 300}) {
      for (int n = 1; n <= LONGEST; n++) {
        int m = random.nextInt(4);
        GuardedMatrix z = GuardedMatrix.filled(m, n, random, () -> spread * random.nextGaussian());
        GuardedMatrix p = GuardedMatrix.filled(m, n, random, () -> Double.NaN);
        kernels().softmaxRows(z.view(), p.view());
        for (int i = 0; i < m; i++) {
          checkSoftmax(z.view().row(i), p.view().row(i));
        }
        p.assertGuardsIntact("probabilities");
        float[] separate = p.view().toArray();
        kernels().softmaxRows(z.view(), z.view());
        assertThat(z.view().toArray()).as("in place").isEqualTo(separate);
      }
    }
  }

  /** Longer than what is kept in scratch memory, which has 122,864 places at 512 bits. */
  @Test
  void softmaxOfAVeryLongRowIsWithinAFewUlpOfTheDefinition() {
    RandomGenerator random = random(5);
    for (double spread : new double[] {1, 300}) {
      GuardedMatrix z =
          GuardedMatrix.filled(1, 130_001, random, () -> spread * random.nextGaussian());
      GuardedMatrix p = GuardedMatrix.filled(1, 130_001, random, () -> Double.NaN);
      kernels().softmaxRows(z.view(), p.view());
      checkSoftmax(z.view().row(0), p.view().row(0));
      p.assertGuardsIntact("probabilities");
    }
  }

  /** Beyond what a loop takes in its first calls: 256 places at 512 bits, later 4,096. */
  @Test
  void softmaxOfALongRowIsWithinAFewUlpOfTheDefinition() {
    RandomGenerator random = random(12);
    for (double spread : new double[] {1, 300}) {
      for (int n : new int[] {255, 256, 257, 300, 511, 769, 4_200}) {
        GuardedMatrix z = GuardedMatrix.filled(2, n, random, () -> spread * random.nextGaussian());
        GuardedMatrix p = GuardedMatrix.filled(2, n, random, () -> Double.NaN);
        kernels().softmaxRows(z.view(), p.view());
        for (int i = 0; i < 2; i++) {
          checkSoftmax(z.view().row(i), p.view().row(i));
        }
        p.assertGuardsIntact("probabilities");
      }
    }
  }

  /** Though a kernel may be at work on several rows at once, and not on those of other kinds. */
  @Test
  void softmaxOfARowDoesNotDependOnTheOthers() {
    RandomGenerator random = random(13);
    double[] spreads = {1, 300, Double.NaN, 0, 1, 1, 20, 1, 300, 300, 1, 1, 1};
    for (int n : new int[] {10, 16, 31, 32, 33, 47, 63, 64, 65, 66, 100, 129, 300, 1_025, 4_200}) {
      for (int first = 0; first < spreads.length; first += 1 + n / 300) {
        int m = spreads.length - first;
        GuardedMatrix z = GuardedMatrix.filled(m, n, random, random::nextGaussian);
        GuardedMatrix p = GuardedMatrix.filled(m, n, random, () -> Double.NaN);
        for (int i = 0; i < m; i++) {
          float spread = (float) spreads[first + i];
          kernels().axpby(0, z.view().rows(i, i + 1), spread, z.view().rows(i, i + 1));
        }
        kernels().softmaxRows(z.view(), p.view());
        p.assertGuardsIntact("probabilities");
        for (int i = 0; i < m; i++) {
          FloatMatrix alone = FloatMatrix.zeros(1, n);
          kernels().softmaxRows(z.view().rows(i, i + 1), alone);
          assertThat(p.view().row(i)).as("row %d of %d x %d", i, m, n).isEqualTo(alone.row(0));
        }
        kernels().softmaxRows(z.view(), z.view());
        assertThat(z.view().toArray()).as("in place").isEqualTo(p.view().toArray());
        z.assertGuardsIntact("logits");
      }
    }
  }

  /** Scratch memory keeps what a longer row left behind a shorter one. */
  @Test
  void softmaxOfARowSeesNothingOfALongerOneBefore() {
    RandomGenerator random = random(10);
    FloatMatrix longer = FloatMatrix.zeros(1, 300);
    for (int n = 1; n <= 128; n++) {
      kernels().softmaxRows(FloatMatrix.zeros(1, 300), longer);
      // So low that the exponential of any probability less these is infinite.
      FloatMatrix z =
          GuardedMatrix.filled(1, n, random, () -> -1000 + 50 * random.nextGaussian()).view();
      FloatMatrix p = FloatMatrix.zeros(1, n);
      kernels().softmaxRows(z, p);
      checkSoftmax(z.row(0), p.row(0));
    }
  }

  /** Rows whose largest element is next to 0, on either side, or far from it. */
  @Test
  void softmaxOfLogitsOfOneSign() {
    RandomGenerator random = random(9);
    for (double spread : new double[] {1e-3, -1e-3, 43, -43}) {
      for (int n = 1; n <= LONGEST; n++) {
        FloatMatrix z =
            GuardedMatrix.filled(3, n, random, () -> spread * random.nextDouble()).view();
        FloatMatrix p = FloatMatrix.zeros(3, n);
        kernels().softmaxRows(z, p);
        for (int i = 0; i < 3; i++) {
          checkSoftmax(z.row(i), p.row(i));
        }
      }
    }
  }

  private static void checkSoftmax(float[] z, float[] p) {
    double max = Double.NEGATIVE_INFINITY;
    for (float value : z) {
      max = Math.max(max, value);
    }
    double sum = 0;
    for (float value : z) {
      // The subtraction is a float's by definition: what exp is taken of is part of the contract.
      sum += Math.exp((float) (value - max));
    }
    for (int j = 0; j < z.length; j++) {
      double expected = Math.exp((float) (z[j] - max)) / sum;
      // 2 ulp for each exp, one for each addition, one for the division.
      double tolerance = (z.length + 4) * 0x1p-23 * expected + 2 * Float.MIN_VALUE;
      assertThat(Tolerance.accepts(p[j], expected, tolerance))
          .as("exp(%s - %s) / %s: %s, not %s", z[j], max, sum, p[j], expected)
          .isTrue();
    }
  }

  @Test
  void softmaxOfHugeOrEqualLogitsNeitherOverflowsNorVanishes() {
    for (int n : new int[] {1, 2, 10, 16, 33}) {
      FloatMatrix z = FloatMatrix.zeros(3, n);
      for (int j = 0; j < n; j++) {
        z.set(0, j, Float.MAX_VALUE);
        z.set(1, j, -Float.MAX_VALUE);
        z.set(2, j, j == n / 2 ? 0 : Float.NEGATIVE_INFINITY);
      }
      kernels().softmaxRows(z, z);
      for (int j = 0; j < n; j++) {
        assertThat(z.get(0, j)).isEqualTo(1f / n);
        assertThat(z.get(1, j)).isEqualTo(1f / n);
        assertThat(z.get(2, j)).isEqualTo(j == n / 2 ? 1 : 0);
      }
    }
  }

  @Test
  void softmaxOfARowWithNanOrInfinityIsNan() {
    for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (int n = 1; n <= LONGEST; n++) {
        for (int where : new int[] {0, n / 2, n - 1}) {
          FloatMatrix z = FloatMatrix.zeros(3, n);
          z.set(1, where, special);
          kernels().softmaxRows(z, z);
          for (int j = 0; j < n; j++) {
            assertThat(z.get(0, j)).isEqualTo(1f / n);
            assertThat(z.get(1, j)).as("%s at %d of %d, element %d", special, where, n, j).isNaN();
            assertThat(z.get(2, j)).isEqualTo(1f / n);
          }
        }
      }
    }
  }

  @Test
  void transposeMovesEveryElementAndNothingElse() {
    RandomGenerator random = random(9);
    for (int m = 0; m <= 9; m++) {
      for (int n = 0; n <= LONGEST; n += 1 + n / 9) {
        GuardedMatrix x = GuardedMatrix.filled(m, n, random, random::nextGaussian);
        GuardedMatrix out = GuardedMatrix.filled(n, m, random, () -> Double.NaN);
        kernels().transpose(x.view(), out.view());
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            assertThat(out.view().get(j, i)).isEqualTo(x.view().get(i, j));
          }
        }
        out.assertGuardsIntact("transpose");
      }
    }
  }

  @Test
  void inverseProbabilitiesAreWithinAFewUlpOfTheDefinition() {
    RandomGenerator random = random(8);
    for (double spread : new double[] {1, 10}) {
      for (int m = 0; m <= LONGEST; m++) {
        int n = random.nextInt(1, 12);
        checkInverse(n, m, spread, random);
      }
      checkInverse(3, 1024, spread, random);
      checkInverse(3, 1025, spread, random);
      checkInverse(2, 2 * 1024 + 5, spread, random);
    }
  }

  private void checkInverse(int n, int m, double spread, RandomGenerator random) {
    GuardedMatrix x = GuardedMatrix.filled(n, m, random, () -> spread * random.nextGaussian());
    GuardedMatrix y = GuardedMatrix.filled(n, m, random, random::nextGaussian);
    int[] labels = IntStream.range(0, m).map(i -> random.nextInt(n)).toArray();
    float[] out = new float[m + 1];
    kernels().inverseProbabilities(x.view(), y.view(), labels, out);
    for (int i = 0; i < m; i++) {
      float label = x.view().get(labels[i], i) + y.view().get(labels[i], i);
      double sum = 0;
      for (int j = 0; j < n; j++) {
        // Float sums and differences by definition.
        float z = x.view().get(j, i) + y.view().get(j, i);
        sum += Math.exp(z - label);
      }
      assertThat(Tolerance.accepts(out[i], sum, (n + 2) * 0x1p-23 * sum))
          .as("column %d of %d x %d: %s, not %s", i, n, m, out[i], sum)
          .isTrue();
    }
    assertThat(out[m]).isEqualTo(0);
  }

  @Test
  void anInverseProbabilityIsTheSameWhereverItsColumnIs() {
    FloatMatrix x = FloatMatrix.zeros(5, LONGEST);
    FloatMatrix y = FloatMatrix.zeros(5, LONGEST);
    for (int i = 0; i < LONGEST; i++) {
      for (int j = 0; j < 5; j++) {
        x.set(j, i, .37f * j * j);
        y.set(j, i, -.11f * j);
      }
    }
    float[] first = new float[1];
    kernels().inverseProbabilities(column(x, 0), column(y, 0), new int[1], first);
    for (int m = 1; m <= LONGEST; m++) {
      float[] out = new float[m];
      kernels()
          .inverseProbabilities(
              x.block(0, 5, 0, m), y.block(0, 5, LONGEST - m, LONGEST), new int[m], out);
      assertThat(out).containsOnly(first[0]);
    }
  }

  private static FloatMatrix column(FloatMatrix x, int j) {
    return x.block(0, x.rows(), j, j + 1);
  }

  @Test
  void inverseProbabilitiesOfExtremeColumns() {
    for (int n = 2; n <= 12; n++) {
      for (int copies : new int[] {1, 5}) {
        FloatMatrix x = FloatMatrix.zeros(n, 6 * copies);
        FloatMatrix y = FloatMatrix.zeros(n, 6 * copies);
        int last = n - 1;
        float[] expected = new float[6 * copies];
        for (int i = 0; i < 6 * copies; i += 6) {
          x.set(last, i, 1000); // The label's is far below.
          x.set(0, i + 1, 1000); // The label's is far above.
          y.set(last, i + 2, Float.NaN);
          x.set(0, i + 3, Float.POSITIVE_INFINITY);
          x.set(last, i + 4, Float.NEGATIVE_INFINITY);
          x.set(last, i + 5, Float.POSITIVE_INFINITY);
          float infinite = Float.POSITIVE_INFINITY;
          float[] six = {infinite, 1, Float.NaN, Float.NaN, last, infinite};
          System.arraycopy(six, 0, expected, i, 6);
        }
        float[] out = new float[6 * copies];
        kernels().inverseProbabilities(x, y, new int[6 * copies], out);
        assertThat(out).as("%d classes", n).containsExactly(expected);
      }
    }
  }

  /** What follows a row longer than a first call takes would be hits too. */
  @Test
  void atMostEndsWhereALongRowDoes() {
    for (int n : new int[] {255, 256, 257, 300, 511, 4_200}) {
      IntMatrix integers = IntMatrix.zeros(1, 2 * n).block(0, 1, 0, n);
      FloatMatrix floats = FloatMatrix.zeros(1, 2 * n).block(0, 1, 0, n);
      for (int j = 0; j < n; j++) {
        integers.set(0, j, j % 7);
        floats.set(0, j, j % 7);
      }
      int[] expected = IntStream.range(0, n).filter(j -> j % 7 == 0).toArray();
      int[] hits = new int[2 * n];
      int count = kernels().atMost(integers, 0, 0, hits);
      assertThat(Arrays.copyOf(hits, count)).as("%d integers", n).isEqualTo(expected);
      count = kernels().atMost(floats, 0, 0, hits);
      assertThat(Arrays.copyOf(hits, count)).as("%d floats", n).isEqualTo(expected);
    }
  }

  @Test
  void atMostFindsTheColumnsOfIntegers() {
    RandomGenerator random = random(5);
    for (int n = 0; n <= LONGEST; n++) {
      IntMatrix whole = IntMatrix.zeros(3, n + 3);
      for (int i = 0; i < 3; i++) {
        for (int j = 0; j < n + 3; j++) {
          whole.set(i, j, random.nextInt(-5, 5));
        }
      }
      IntMatrix values = whole.block(0, 3, 1, 1 + n);
      for (int limit : new int[] {Integer.MIN_VALUE, -6, -2, 0, 4, Integer.MAX_VALUE}) {
        int[] expected =
            IntStream.range(0, values.columns()).filter(j -> values.get(1, j) <= limit).toArray();
        int[] hits = new int[n];
        int count = kernels().atMost(values, 1, limit, hits);
        assertThat(Arrays.copyOf(hits, count)).as("limit %d", limit).isEqualTo(expected);
      }
    }
  }

  @Test
  void atMostFindsTheColumnsOfFloatsAndNeverNan() {
    RandomGenerator random = random(6);
    for (int n = 0; n <= LONGEST; n++) {
      GuardedMatrix guarded =
          GuardedMatrix.filled(
              3, n, random, () -> random.nextInt(5) == 0 ? Double.NaN : random.nextInt(-5, 5));
      FloatMatrix values = guarded.view();
      for (float limit :
          new float[] {Float.NEGATIVE_INFINITY, -2, 0, -0f, Float.POSITIVE_INFINITY, Float.NaN}) {
        int[] expected = IntStream.range(0, n).filter(j -> values.get(2, j) <= limit).toArray();
        int[] hits = new int[n];
        int count = kernels().atMost(values, 2, limit, hits);
        assertThat(Arrays.copyOf(hits, count)).as("limit %s", limit).isEqualTo(expected);
      }
    }
  }

  @Test
  void theSameCallGivesTheSameBitsBeforeAndAfterItIsCompiled() {
    RandomGenerator random = random(7);
    GuardedMatrix z = GuardedMatrix.filled(3, 45, random, random::nextGaussian);
    FloatMatrix first = FloatMatrix.zeros(3, 45);
    kernels().softmaxRows(z.view(), first);
    FloatMatrix later = FloatMatrix.zeros(3, 45);
    for (int round = 0; round < affordable(20_000); round++) {
      kernels().softmaxRows(z.view(), later);
    }
    assertThat(later.toArray()).isEqualTo(first.toArray());
    int[] labels = random.ints(45, 0, 3).toArray();
    float[] firstInverse = new float[45];
    kernels().inverseProbabilities(z.view(), first, labels, firstInverse);
    float[] laterInverse = new float[45];
    for (int round = 0; round < affordable(20_000); round++) {
      kernels().inverseProbabilities(z.view(), first, labels, laterInverse);
    }
    assertThat(laterInverse).isEqualTo(firstInverse);
  }

  @Test
  void wrongShapesAreRefusedAndNamed() {
    FloatMatrix a = FloatMatrix.zeros(2, 3);
    FloatMatrix b = FloatMatrix.zeros(4, 5);
    assertThatThrownBy(() -> kernels().addRow(b, a))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2 x 3", "4 x 5");
    assertThatThrownBy(() -> kernels().columnSums(a, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2 x 3", "4 x 5");
    assertThatThrownBy(() -> kernels().axpy(1, a, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2 x 3", "4 x 5");
    assertThatThrownBy(() -> kernels().softmaxRows(a, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2 x 3", "4 x 5");
    assertThatThrownBy(() -> kernels().inverseProbabilities(a, b, new int[5], new float[5]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2 x 3", "4 x 5");
    assertThatThrownBy(() -> kernels().inverseProbabilities(a, a, new int[2], new float[3]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("3 columns", "2 labels", "3 values");
    assertThatThrownBy(() -> kernels().inverseProbabilities(a, a, new int[3], new float[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("3 columns", "3 labels", "2 values");
    assertThatThrownBy(() -> kernels().transpose(a, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("2 x 3", "4 x 5");
    for (int label : new int[] {-1, 2}) {
      assertThatThrownBy(
              () -> kernels().inverseProbabilities(a, a, new int[] {0, 0, label}, new float[3]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThatThrownBy(() -> kernels().atMost(b, 0, 1f, new int[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("4 hits", "5 columns");
    IntMatrix ints = IntMatrix.zeros(2, 5);
    assertThatThrownBy(() -> kernels().atMost(ints, 0, 1, new int[4]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("4 hits", "5 columns");
    for (int row : new int[] {-1, 2}) {
      assertThatThrownBy(() -> kernels().atMost(ints, row, 1, new int[5]))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> kernels().atMost(a, row, 1f, new int[5]))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }
}
