package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectionTest {

  private static final int WIDE = 512;

  @AutoClose
  private final Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(2).open();

  private static int[][] directions(int columns, Random random) {
    int[][] directions = new int[2][columns];
    for (int[] direction : directions) {
      Arrays.setAll(direction, j -> random.nextBoolean() ? 1 : -1);
    }
    return directions;
  }

  /** Rows far from 0 that differ in two directions, and by a little noise in all. */
  private static ByteMatrix rows(int count, Random random, int[][] directions) {
    int columns = directions[0].length;
    ByteMatrix rows = ByteMatrix.zeros(count, columns);
    for (int i = 0; i < count; i++) {
      double first = random.nextDouble(-1, 1);
      double second = random.nextDouble(-1, 1);
      for (int j = 0; j < columns; j++) {
        double value = 150 + 50 * first * directions[0][j] + 30 * second * directions[1][j];
        rows.set(i, j, (int) Math.round(value) + random.nextInt(2));
      }
    }
    return rows;
  }

  /** The share of all squared distances to the first row, of none of which it may be more. */
  private static double kept(FloatMatrix m, long scale, ByteMatrix rows) {
    double kept = 0;
    double all = 0;
    for (int i = 1; i < rows.rows(); i++) {
      double projected = 0;
      for (int d = 0; d < m.rows(); d++) {
        double y = 0;
        for (int j = 0; j < rows.columns(); j++) {
          y += m.get(d, j) * (double) (rows.get(i, j) - rows.get(0, j));
        }
        projected += y * y / scale;
      }
      double distance = 0;
      for (int j = 0; j < rows.columns(); j++) {
        distance += Math.pow(rows.get(i, j) - (double) rows.get(0, j), 2);
      }
      assertThat(projected).isLessThanOrEqualTo(distance * (1 + 1e-9));
      kept += projected;
      all += distance;
    }
    return kept / all;
  }

  /** Any projection bounds distances from below; a good one leaves most of them. */
  @ParameterizedTest
  @ValueSource(ints = {64, WIDE})
  void keepsMostOfADistanceAndNeverMore(int columns) {
    Random random = new Random(1);
    ByteMatrix[] two = {
      rows(70, random, directions(columns, random)), rows(50, random, directions(columns, random))
    };
    for (ByteMatrix[] blocks : new ByteMatrix[][] {two, {two[0]}}) {
      Projection projection = Projection.fit(engine, blocks);
      assertThat(projection.wrong()).isNull();
      assertThat(projection.dimensions()).isEqualTo(columns == WIDE ? 127 : columns / 4);
      assertThat(projection.leading()).isEqualTo(columns == WIDE ? 46 : columns / 4);
      assertThat(projection.scale())
          .isBetween(projection.leadingScale(), (long) Projection.MAX_SCALE);
      assertThat(projection.leadingScale()).isPositive();
      FloatMatrix m = projection.matrix();
      for (ByteMatrix block : blocks) {
        assertThat(kept(m, projection.scale(), block)).isGreaterThan(columns == WIDE ? 0.95 : 0.98);
        assertThat(kept(m.rows(0, projection.leading()), projection.leadingScale(), block))
            .isGreaterThan(0.95);
      }
    }
  }

  /**
   * As many directions as there are to find: one spent on the mean of the rows would be missing.
   */
  @Test
  void wastesNoDirectionOnWhereTheRowsAre() {
    Random random = new Random(2);
    ByteMatrix rows = ByteMatrix.zeros(200, 64);
    for (int i = 0; i < rows.rows(); i++) {
      for (int group = 0; group < rows.columns(); group += 4) {
        int shift = random.nextInt(61) - 30;
        for (int j = group; j < group + 4; j++) {
          rows.set(i, j, 128 + (j % 2 == 0 ? shift : -shift));
        }
      }
    }
    Projection projection = Projection.fit(engine, new ByteMatrix[] {rows});
    assertThat(kept(projection.matrix(), projection.scale(), rows)).isGreaterThan(0.98);
  }

  /**
   * Columns that vary less and less: the best directions are about the first so many of them, of
   * which a sample's own are a little ahead.
   */
  @Test
  void keepsWhatTheBestDirectionsDo() {
    Random random = new Random(4);
    ByteMatrix rows = ByteMatrix.zeros(400, WIDE);
    for (int i = 0; i < rows.rows(); i++) {
      for (int j = 0; j < WIDE; j++) {
        long value = 128 + Math.round(30 * Math.pow(0.985, j) * random.nextGaussian());
        rows.set(i, j, Math.clamp(value, 0, 255));
      }
    }
    Projection projection = Projection.fit(engine, new ByteMatrix[] {rows});
    FloatMatrix m = projection.matrix();
    assertThat(kept(m, projection.scale(), rows))
        .isGreaterThan(0.97 * kept(axes(projection.dimensions()), 1, rows));
    assertThat(kept(m.rows(0, projection.leading()), projection.leadingScale(), rows))
        .isGreaterThan(kept(axes(projection.leading()), 1, rows));
  }

  /** The first so many columns themselves. */
  private static FloatMatrix axes(int count) {
    FloatMatrix m = FloatMatrix.zeros(count, WIDE);
    for (int i = 0; i < count; i++) {
      m.set(i, i, 1);
    }
    return m;
  }

  @Test
  void manyColumnsStayExactToo() {
    Random random = new Random(3);
    byte[] bytes = new byte[60 * 784];
    random.nextBytes(bytes);
    ByteMatrix[] blocks = {ByteMatrix.copyOf(bytes, 60, 784)};
    assertThat(Projection.fit(engine, blocks).wrong()).isNull();
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
    long scale = 65_000L * 65_000 + 793 * 793 + 260_000;
    assertThat(projection(whole, scale).wrong()).isNull();
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
    FloatMatrix m = FloatMatrix.copyOf(whole, 2, 3);
    assertThat(new Projection(m, scale, 1, 25).wrong()).isNull();
    assertThat(new Projection(m, scale, 1, 24).wrong())
        .isEqualTo("has scale 25 in its leading rows, not 24");
  }

  private static Projection projection(float[] twoRows, long scale) {
    return new Projection(FloatMatrix.copyOf(twoRows, 2, 3), scale, 2, scale);
  }
}
