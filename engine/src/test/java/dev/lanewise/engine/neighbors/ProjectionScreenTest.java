package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How well it prunes; that it loses nothing is {@link ScreenTest}'s. */
class ProjectionScreenTest {

  /** Of ten clusters the bound of a projection leaves little but the query's own. */
  @Test
  void aProjectionLeavesTheClusterOfTheQuery() {
    int n = 1_000;
    int k = 10;
    Random random = new Random(5);
    int[][] rows = ScreenTest.values(ScreenTest.Kind.CLUSTERED, random, n, 64);
    int[][] queries = ScreenTest.values(ScreenTest.Kind.CLUSTERED, random, 20, 64);
    Neighbors nearest = BruteForce.search(rows, queries, Distance.L2, n / 5);
    int[] limits = new int[queries.length];
    Arrays.setAll(limits, i -> (int) Math.round(Math.pow(nearest.distance(i, k - 1), 2)));
    try (Engine engine = Engine.builder().threads(1).open()) {
      ByteMatrix[] blocks = {NearestNeighborsTest.bytes(rows)};
      Screen screen = new ProjectionScreen(engine, blocks, 1);
      Screen.Scratch scratch = screen.scratch(queries.length);
      screen.prepare(NearestNeighborsTest.bytes(queries), scratch);
      int[] counts = new int[ByteIndex.QUERIES];
      screen.scan(0, limits, scratch, counts, new int[ByteIndex.QUERIES * ByteIndex.ROWS]);
      TopK seeds = new TopK();
      seeds.reset(queries.length, k);
      Table table = Table.take(queries.length);
      screen.estimate(0, 0, n, scratch, table, seeds);
      table.giveBack();
      for (int query = 0; query < queries.length; query++) {
        assertThat(counts[query]).isBetween(k, n / 5);
        int[] near = Arrays.copyOfRange(nearest.indices(), query * n / 5, (query + 1) * n / 5);
        for (int rank = 0; rank < k; rank++) {
          assertThat(near).contains(seeds.row(query, rank));
        }
      }
    }
  }

  /** Rows that differ little are rounded little, and their bytes tell each from the others. */
  @Test
  void theSecondBoundLeavesTheRowItself() {
    int n = 60;
    int[][] rows = ScreenTest.values(ScreenTest.Kind.CONSTANT, new Random(6), n, 784);
    for (int i = 0; i < n; i++) {
      rows[i][13 * i] += 2;
    }
    try (Engine engine = Engine.builder().threads(1).open()) {
      ByteMatrix[] blocks = {
        NearestNeighborsTest.bytes(Arrays.copyOf(rows, n / 2)),
        NearestNeighborsTest.bytes(Arrays.copyOfRange(rows, n / 2, n))
      };
      Screen screen = new ProjectionScreen(engine, blocks, 1);
      Screen.Scratch scratch = screen.scratch(n);
      screen.prepare(NearestNeighborsTest.bytes(rows), scratch);
      for (int query = 0; query < n; query++) {
        for (int block = 0; block < 2; block++) {
          int[] chosen = new int[n / 2];
          Arrays.setAll(chosen, i -> i);
          boolean has = query / (n / 2) == block;
          assertThat(screen.narrow(block, query, 0, scratch, chosen, n / 2)).isEqualTo(has ? 1 : 0);
          if (has) {
            assertThat(chosen[0]).isEqualTo(query % (n / 2));
          }
        }
      }
    }
  }
}
