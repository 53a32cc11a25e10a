package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.kernel.scalar.ScalarKernels;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ProjectionTest {

  private static final int COLUMNS = 64;

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

  /** Any projection bounds distances from below; a good one leaves most of them. */
  @Test
  void keepsMostOfADistanceAndNeverMore() {
    Random random = new Random(1);
    int[][] directions = new int[2][COLUMNS];
    for (int j = 0; j < COLUMNS; j++) {
      directions[0][j] = random.nextBoolean() ? 1 : -1;
      directions[1][j] = random.nextBoolean() ? 1 : -1;
    }
    ByteMatrix[] two = {rows(70, random, directions), rows(50, random, directions)};
    for (ByteMatrix[] blocks : new ByteMatrix[][] {two, {two[0]}}) {
      Projection projection = Projection.fit(new ScalarKernels(), blocks);
      assertThat(projection.wrong()).isNull();
      assertThat(projection.dimensions()).isEqualTo(COLUMNS / 4);
      assertThat(projection.scale()).isBetween(1L, (long) Projection.MAX_SCALE);
      FloatMatrix m = projection.matrix();
      double kept = 0;
      double all = 0;
      for (int i = 1; i < blocks[0].rows(); i++) {
        double projected = 0;
        for (int d = 0; d < m.rows(); d++) {
          double y = 0;
          for (int j = 0; j < COLUMNS; j++) {
            y += m.get(d, j) * (double) (blocks[0].get(i, j) - blocks[0].get(0, j));
          }
          projected += y * y / projection.scale();
        }
        double distance = 0;
        for (int j = 0; j < COLUMNS; j++) {
          distance += Math.pow(blocks[0].get(i, j) - (double) blocks[0].get(0, j), 2);
        }
        assertThat(projected).isLessThanOrEqualTo(distance * (1 + 1e-9));
        kept += projected;
        all += distance;
      }
      assertThat(kept / all).isGreaterThan(0.98);
    }
  }
}
