package dev.lanewise.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** {@link Kernels#sparseGemm}. */
public abstract class SparseContract extends KernelContract {

  /** Every way to cut a row for 4, 8 and 16 lanes: masks, pairs, groups of ten, what they leave. */
  private static final int[] WIDTHS = {
    0, 1, 3, 4, 5, 7, 8, 9, 10, 12, 15, 16, 17, 23, 24, 25, 31, 33, 40, 44, 45, 48, 79, 80, 81, 88,
    97, 160, 176, 185
  };

  private static final float[] FACTORS = {0, 1, -1, 0.3f};

  /** A contract for one backend. */
  protected SparseContract(BackendRequest request) {
    super(request);
  }

  private static FloatMatrix mostlyZeros(int rows, int columns, RandomGenerator random) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextInt(4) == 0 ? (float) random.nextGaussian() : 0);
      }
    }
    return x;
  }

  private static FloatMatrix gaussian(int rows, int columns, RandomGenerator random) {
    return GuardedMatrix.filled(rows, columns, random, random::nextGaussian).view().copy();
  }

  @Test
  void isWithinTheBoundOfADenseProduct() {
    RandomGenerator random = random(1);
    for (Transpose transpose : Transpose.values()) {
      for (int n : WIDTHS) {
        for (float alpha : FACTORS) {
          for (float beta : FACTORS) {
            check(transpose, n, alpha, beta, random);
          }
        }
      }
    }
  }

  @Test
  void fewRowsOfManyColumnsToo() {
    RandomGenerator random = random(3);
    for (int n : new int[] {96, 97, 111, 112, 113, 127, 128}) {
      for (int k : new int[] {7, 8, 9, 16}) {
        for (float beta : FACTORS) {
          check(Transpose.YES, mostlyZeros(k, 70, random), n, 0.3f, beta, random);
        }
      }
    }
    check(Transpose.YES, mostlyZeros(8, 600, random), 96, 1, 1, random);
    // Without a zero: all the room that there is for what is not.
    check(Transpose.YES, gaussian(16, 600, random), 96, 1, 1, random);
  }

  /** Rows enough for groups, and columns too many for a product by all of them. */
  @Test
  void manyRowsOfManyColumnsToo() {
    RandomGenerator random = random(6);
    for (int n : new int[] {95, 96, 128, 185}) {
      for (float alpha : FACTORS) {
        for (float beta : FACTORS) {
          check(Transpose.NO, mostlyZeros(26, 33, random), n, alpha, beta, random);
        }
      }
    }
  }

  @Test
  void fewRowsOfManyColumnsReadNothingThatIsNotStored() {
    RandomGenerator random = random(4);
    for (int unread : new int[] {0, 5, 7}) {
      FloatMatrix dense = mostlyZeros(8, 70, random);
      for (int i = 0; i < 70; i++) {
        dense.set(unread, i, 0);
      }
      SparseRows sparse = SparseRows.of(dense);
      FloatMatrix b = GuardedMatrix.filled(8, 96, random, random::nextGaussian).view();
      FloatMatrix finite = FloatMatrix.zeros(70, 96);
      kernels().sparseGemm(Transpose.YES, 1, sparse, b, 0, finite);
      for (int j : new int[] {0, 17, 95}) {
        FloatMatrix special = b.copy();
        special.set(unread, j, j == 17 ? Float.NaN : Float.NEGATIVE_INFINITY);
        FloatMatrix c = FloatMatrix.zeros(70, 96);
        kernels().sparseGemm(Transpose.YES, 1, sparse, special, 0, c);
        assertThat(c.toArray()).as("row %d, column %d", unread, j).isEqualTo(finite.toArray());
      }
    }
  }

  private void check(Transpose transpose, int n, float alpha, float beta, RandomGenerator random) {
    FloatMatrix dense = mostlyZeros(random.nextInt(6), random.nextInt(30), random);
    check(transpose, dense, n, alpha, beta, random);
  }

  private void check(
      Transpose transpose,
      FloatMatrix dense,
      int n,
      float alpha,
      float beta,
      RandomGenerator random) {
    int m = transpose == Transpose.NO ? dense.rows() : dense.columns();
    int k = transpose == Transpose.NO ? dense.columns() : dense.rows();
    GuardedMatrix b = GuardedMatrix.filled(k, n, random, random::nextGaussian);
    GuardedMatrix c = GuardedMatrix.filled(m, n, random, random::nextGaussian);
    FloatMatrix before = c.view().copy();
    if (beta == 0) {
      c.fill(() -> Double.NaN);
    }
    kernels().sparseGemm(transpose, alpha, SparseRows.of(dense), b.view(), beta, c.view());
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = (double) beta * before.get(i, j);
        double magnitude = Math.abs(sum);
        for (int p = 0; p < k; p++) {
          float x = transpose == Transpose.NO ? dense.get(i, p) : dense.get(p, i);
          double term = (double) alpha * x * b.view().get(p, j);
          sum += term;
          magnitude += Math.abs(term);
        }
        assertThat(Tolerance.accepts(c.view().get(i, j), sum, Tolerance.ofSum(k, magnitude)))
            .as(
                "(%d, %d) of %s %d x %d x %d, alpha %s, beta %s: %s is not %s",
                i, j, transpose, m, k, n, alpha, beta, c.view().get(i, j), sum)
            .isTrue();
      }
    }
    c.assertGuardsIntact("c");
    b.assertGuardsIntact("b");
  }

  @Test
  void whatIsNotStoredIsNotRead() {
    FloatMatrix dense = FloatMatrix.copyOf(new float[][] {{2, 0, 3}, {0, 0, -1}});
    SparseRows sparse = SparseRows.of(dense);
    for (int n : new int[] {1, 10, 33, 80}) {
      FloatMatrix b = FloatMatrix.zeros(3, n);
      for (int j = 0; j < n; j++) {
        b.set(0, j, j);
        b.set(1, j, Float.NaN);
        b.set(2, j, 1);
      }
      FloatMatrix c = FloatMatrix.zeros(2, n);
      kernels().sparseGemm(Transpose.NO, 1, sparse, b, 0, c);
      for (int j = 0; j < n; j++) {
        assertThat(c.get(0, j)).isEqualTo(2f * j + 3);
        assertThat(c.get(1, j)).isEqualTo(-1);
      }
      b.set(0, 0, Float.POSITIVE_INFINITY);
      kernels().sparseGemm(Transpose.NO, 0, sparse, b, 1, c);
      assertThat(c.get(0, 0)).as("alpha 0 reads nothing").isEqualTo(3);
    }
  }

  /**
   * Threads that share C count on it. Arithmetic, even times 1, would turn these bits to others.
   */
  @Test
  void withBetaOneRowsWithoutElementsAreNotWritten() {
    // Of 70 columns one has elements; eight rows, as more or fewer, may be multiplied otherwise.
    for (int rows : new int[] {2, 8, 9}) {
      FloatMatrix dense = FloatMatrix.zeros(rows, 70);
      for (int i = 0; i < rows; i++) {
        dense.set(i, 1, i + 2);
      }
      for (int n : new int[] {1, 4, 8, 10, 16, 33, 80, 97}) {
        assertOnlyRowOneIsWritten(SparseRows.of(dense), rows, n);
      }
    }
  }

  private void assertOnlyRowOneIsWritten(SparseRows sparse, int rows, int n) {
    int signalling = 0x7FA0_0001;
    FloatMatrix c = FloatMatrix.zeros(70, n);
    for (int j = 0; j < 70 * n; j++) {
      c.segment().setAtIndex(ValueLayout.JAVA_INT, c.offset() + j, signalling);
    }
    kernels().sparseGemm(Transpose.YES, 1, sparse, FloatMatrix.zeros(rows, n), 1, c);
    for (int j = 0; j < 70 * n; j++) {
      if (j / n != 1) {
        assertThat(c.segment().getAtIndex(ValueLayout.JAVA_INT, c.offset() + j))
            .as("column %d of row %d, %d columns", j % n, j / n, n)
            .isEqualTo(signalling);
      }
    }
  }

  @Test
  void aSecondProductGivesTheBitsOfTheFirst() {
    RandomGenerator random = random(5);
    for (int share : new int[] {1, 2, 4, 16}) {
      for (int m : new int[] {7, 8, 9, 24, 31}) {
        FloatMatrix dense = GuardedMatrix.filled(m, 33, random, random::nextGaussian).view().copy();
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < 33; j++) {
            if (random.nextInt(share) != 0 || j == 5 || i == 2) {
              dense.set(i, j, 0);
            }
          }
        }
        for (int n : new int[] {47, 96, 97, 112, 127, 128, 129, 143, 144, 145, 160, 161, 185}) {
          twice(SparseRows.of(dense), GuardedMatrix.filled(33, n, random, random::nextGaussian));
        }
      }
    }
  }

  private void twice(SparseRows a, GuardedMatrix b) {
    int n = b.view().columns();
    FloatMatrix first = FloatMatrix.zeros(a.rows(), n);
    kernels().sparseGemm(Transpose.NO, 1, a, b.view(), 0, first);
    // Where no row reads, and where one row reads and its neighbours must not.
    FloatMatrix special = b.view().copy();
    for (int j = 0; j < n; j++) {
      special.set(5, j, Float.NaN);
    }
    special.set(9, n - 1, Float.POSITIVE_INFINITY);
    GuardedMatrix second = GuardedMatrix.filled(a.rows(), n, random(6), () -> Double.NaN);
    // A result that is not finite is made anew in another way: what is stale must not be the cause.
    for (double stale : new double[] {Double.NaN, 7, Double.NaN}) {
      second.fill(() -> stale);
      kernels().sparseGemm(Transpose.NO, 1, a, b.view(), 0, second.view());
      assertThat(second.view().toArray()).isEqualTo(first.toArray());
    }
    second.fill(() -> Double.NaN);
    kernels().sparseGemm(Transpose.NO, 1, a, special, 0, second.view());
    for (int i = 0; i < a.rows(); i++) {
      boolean reads = stores(a, i, 9);
      for (int j = 0; j < n; j++) {
        if (reads && j == n - 1) {
          assertThat(second.view().get(i, j)).isInfinite();
        } else {
          assertThat(second.view().get(i, j)).isEqualTo(first.get(i, j));
        }
      }
    }
    // With C on both sides of the product, and a factor.
    for (float beta : new float[] {0, 1}) {
      FloatMatrix c = FloatMatrix.zeros(a.rows(), n);
      kernels().sparseGemm(Transpose.NO, 2, a, b.view(), beta, c);
      for (int i = 0; i < a.rows(); i++) {
        for (int j = 0; j < n; j++) {
          assertThat(c.get(i, j)).isEqualTo(2 * first.get(i, j));
        }
      }
    }
    second.assertGuardsIntact("c");
    b.assertGuardsIntact("b");
  }

  private static boolean stores(SparseRows a, int row, int column) {
    for (int k = a.start(row); k < a.end(row); k++) {
      if (a.columnArray()[k] == column) {
        return true;
      }
    }
    return false;
  }

  @Test
  void infinityAndNanAreStoredAndGoWhereArithmeticTakesThem() {
    for (float special : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      SparseRows sparse = SparseRows.of(FloatMatrix.copyOf(new float[][] {{0, special}, {1, 0}}));
      for (int n : new int[] {1, 10, 80}) {
        FloatMatrix b = FloatMatrix.zeros(2, n);
        for (int j = 0; j < n; j++) {
          b.set(0, j, 1);
          b.set(1, j, 1);
        }
        FloatMatrix c = FloatMatrix.zeros(2, n);
        kernels().sparseGemm(Transpose.NO, 1, sparse, b, 0, c);
        for (int j = 0; j < n; j++) {
          assertThat(Float.compare(c.get(0, j), special)).isZero();
          assertThat(c.get(1, j)).isEqualTo(1);
        }
        FloatMatrix infinite = FloatMatrix.zeros(2, n);
        infinite.set(0, 0, Float.NEGATIVE_INFINITY);
        kernels().sparseGemm(Transpose.NO, 0, sparse, b, 2, infinite);
        assertThat(infinite.get(0, 0)).isEqualTo(Float.NEGATIVE_INFINITY);
      }
    }
  }

  @Test
  void selectionsOfRowsGiveTheBitsOfTheirRows() {
    RandomGenerator random = random(2);
    SparseRows all = SparseRows.of(mostlyZeros(20, 30, random));
    for (int n : new int[] {3, 10, 97}) {
      FloatMatrix b = GuardedMatrix.filled(30, n, random, random::nextGaussian).view();
      FloatMatrix whole = FloatMatrix.zeros(20, n);
      kernels().sparseGemm(Transpose.NO, 1, all, b, 0, whole);
      FloatMatrix middle = FloatMatrix.zeros(6, n);
      kernels().sparseGemm(Transpose.NO, 1, all.rows(5, 11), b, 0, middle);
      assertThat(middle.toArray()).isEqualTo(whole.rows(5, 11).copy().toArray());
      int[] order = {9, 19, 0, 7, 7, 3};
      FloatMatrix picked = FloatMatrix.zeros(4, n);
      kernels().sparseGemm(Transpose.NO, 1, all.gather(order, 1, 5), b, 0, picked);
      assertThat(picked.toArray()).isEqualTo(whole.gather(19, 0, 7, 7).toArray());
    }
  }

  @Test
  void theSameCallGivesTheSameBitsBeforeAndAfterItIsCompiled() {
    RandomGenerator random = random(3);
    SparseRows a = SparseRows.of(mostlyZeros(3, 20, random));
    FloatMatrix b = GuardedMatrix.filled(20, 105, random, random::nextGaussian).view();
    FloatMatrix first = FloatMatrix.zeros(3, 105);
    kernels().sparseGemm(Transpose.NO, 1, a, b, 0, first);
    FloatMatrix later = FloatMatrix.zeros(3, 105);
    for (int round = 0; round < affordable(8_000); round++) {
      kernels().sparseGemm(Transpose.NO, 1, a, b, 0, later);
    }
    assertThat(later.toArray()).isEqualTo(first.toArray());
  }

  @Test
  void wrongShapesAreRefusedAndNamed() {
    SparseRows a = SparseRows.of(FloatMatrix.zeros(2, 3));
    FloatMatrix b = FloatMatrix.zeros(3, 5);
    FloatMatrix c = FloatMatrix.zeros(2, 5);
    kernels().sparseGemm(Transpose.NO, 1, a, b, 0, c);
    assertThatThrownBy(() -> kernels().sparseGemm(Transpose.YES, 1, a, b, 0, c))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("3 x 2", "3 x 5", "2 x 5");
    assertThatThrownBy(() -> kernels().sparseGemm(Transpose.NO, 1, a, b, 0, b))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("C is 3 x 5");
  }
}
