package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectionTest {

  private static final int WIDE = 512;

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

  /** Any projection bounds distances from below; a good one leaves most of them. */
  @ParameterizedTest
  @ValueSource(ints = {64, WIDE})
  void keepsMostOfADistanceAndNeverMore(int columns) {
    Random random = new Random(1);
    int[][] directions = new int[2][columns];
    for (int j = 0; j < columns; j++) {
      directions[0][j] = random.nextBoolean() ? 1 : -1;
      directions[1][j] = random.nextBoolean() ? 1 : -1;
    }
    ByteMatrix[] two = {rows(70, random, directions), rows(50, random, directions)};
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(2).open()) {
      for (ByteMatrix[] blocks : new ByteMatrix[][] {two, {two[0]}}) {
        Projection projection = Projection.fit(engine, blocks);
        assertThat(projection.wrong()).isNull();
        assertThat(projection.dimensions()).isEqualTo(columns == WIDE ? 127 : columns / 4);
        assertThat(projection.leading()).isEqualTo(columns == WIDE ? 46 : columns / 4);
        assertThat(projection.scale())
            .isBetween(projection.leadingScale(), (long) Projection.MAX_SCALE);
        assertThat(projection.leadingScale()).isPositive();
        FloatMatrix m = projection.matrix();
        keeps(m, projection.scale(), blocks[0]);
        keeps(m.rows(0, projection.leading()), projection.leadingScale(), blocks[0]);
      }
    }
  }

  private static void keeps(FloatMatrix m, long scale, ByteMatrix rows) {
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
    assertThat(kept / all).isGreaterThan(0.95);
  }
}
