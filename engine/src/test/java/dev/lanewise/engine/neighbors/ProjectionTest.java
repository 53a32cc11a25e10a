package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProjectionTest {

  private static final int COLUMNS = 64;

  private static int[][] directions(Random random) {
    int[][] directions = new int[2][COLUMNS];
    for (int[] direction : directions) {
      Arrays.setAll(direction, j -> random.nextBoolean() ? 1 : -1);
    }
    return directions;
  }

  /** Rows far from 0 that differ in two directions, and by a little noise in all. */
  private static ByteMatrix rows(int count, Random random, int[][] directions) {
    ByteMatrix rows = ByteMatrix.zeros(count, COLUMNS);
    for (int i = 0; i < count; i++) {
      double first = random.nextDouble(-1, 1);
      double second = random.nextDouble(-1, 1);
      for (int j = 0; j < COLUMNS; j++) {
        double value = 150 + 50 * first * directions[0][j] + 30 * second * directions[1][j];
        rows.set(i, j, (int) Math.round(value) + random.nextInt(2));
      }
    }
    return rows;
  }

  /** The share of all squared distances to the first row, of none of which it may be more. */
  private static double kept(Projection projection, ByteMatrix rows) {
    FloatMatrix m = projection.matrix();
    double kept = 0;
    double all = 0;
    for (int i = 1; i < rows.rows(); i++) {
      double projected = 0;
      for (int d = 0; d < m.rows(); d++) {
        double y = 0;
        for (int j = 0; j < COLUMNS; j++) {
          y += m.get(d, j) * (double) (rows.get(i, j) - rows.get(0, j));
        }
        projected += y * y / projection.scale();
      }
      double distance = 0;
      for (int j = 0; j < COLUMNS; j++) {
        distance += Math.pow(rows.get(i, j) - (double) rows.get(0, j), 2);
      }
      assertThat(projected).isLessThanOrEqualTo(distance * (1 + 1e-9));
      kept += projected;
      all += distance;
    }
    return kept / all;
  }

  /** Any projection bounds distances from below; a good one leaves most of them. */
  @Test
  void keepsMostOfADistanceAndNeverMore() {
    Random random = new Random(1);
    ByteMatrix[] two = {rows(70, random, directions(random)), rows(50, random, directions(random))};
    for (ByteMatrix[] blocks : new ByteMatrix[][] {two, {two[0]}}) {
      Projection projection = Projection.fit(new ScalarKernels(), blocks);
      assertThat(projection.wrong()).isNull();
      assertThat(projection.dimensions()).isEqualTo(COLUMNS / 4);
      assertThat(projection.scale()).isBetween(1L, (long) Projection.MAX_SCALE);
      for (ByteMatrix block : blocks) {
        assertThat(kept(projection, block)).isGreaterThan(0.98);
      }
    }
  }

  /**
   * As many directions as there are to find: one spent on the mean of the rows would be missing.
   */
  @Test
  void wastesNoDirectionOnWhereTheRowsAre() {
    Random random = new Random(2);
    ByteMatrix rows = ByteMatrix.zeros(200, COLUMNS);
    for (int i = 0; i < rows.rows(); i++) {
      for (int group = 0; group < COLUMNS; group += 4) {
        int shift = random.nextInt(61) - 30;
        for (int j = group; j < group + 4; j++) {
          rows.set(i, j, 128 + (j % 2 == 0 ? shift : -shift));
        }
      }
    }
    Projection projection = Projection.fit(new ScalarKernels(), new ByteMatrix[] {rows});
    assertThat(kept(projection, rows)).isGreaterThan(0.98);
  }

  @Test
  void manyColumnsStayExactToo() {
    Random random = new Random(3);
    byte[] bytes = new byte[60 * 784];
    random.nextBytes(bytes);
    ByteMatrix[] blocks = {ByteMatrix.copyOf(bytes, 60, 784)};
    assertThat(Projection.fit(new ScalarKernels(), blocks).wrong()).isNull();
  }

  @Test
  void bytesBecomeTheFloatsOfTheirUnsignedValues() {
    ByteMatrix bytes = ByteMatrix.copyOf(new byte[] {0, 1, 127, -128, -1, 5}, 2, 3);
    FloatMatrix floats = FloatMatrix.zeros(2, 3);
    Projection.convert(bytes, floats);
    assertThat(floats.toArray()).containsExactly(0, 1, 127, 128, 255, 5);
  }

  /** What a file may hold instead of a projection. */
  @Test
  void namesWhatIsWrongWithOne() {
    float[] whole = {3, -4, 0, 0, 65_000, -793};
    assertThat(projection(whole, 65_000L * 65_000 + 793 * 793 + 260_000).wrong()).isNull();
    assertThat(projection(whole, 7).wrong()).isEqualTo("has scale 4225888849, not 7");
    assertThat(projection(new float[] {3, 4, 0, 0, 1, 2}, 25).wrong())
        .isEqualTo("has scale 29, not 25");
    assertThat(projection(new float[] {0, 0, 0, 0, 65_000, -794}, 1).wrong())
        .isEqualTo("has a row 1 whose absolute values sum to 65794.0");
    assertThat(projection(new float[] {0, 0, 0, 0, 0, 2.5f}, 1).wrong())
        .isEqualTo("has a fraction, 2.5, in row 1, column 2");
    assertThat(projection(new float[] {0, Float.NaN, 0, 0, 0, 0}, 1).wrong())
        .isEqualTo("has a fraction, NaN, in row 0, column 1");
    assertThat(projection(new float[] {0, 0, Float.NEGATIVE_INFINITY, 0, 0, 0}, 1).wrong())
        .isEqualTo("has a row 0 whose absolute values sum to Infinity");
  }

  private static Projection projection(float[] twoRows, long scale) {
    return new Projection(FloatMatrix.copyOf(twoRows, 2, 3), scale);
  }
}
