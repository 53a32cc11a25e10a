package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TopKTest {

  private record Pair(long distance, int row) {}

  private static final Comparator<Pair> NEAREST =
      Comparator.comparingLong(Pair::distance).thenComparingInt(Pair::row);

  /** One object over and over, as searches use it, with distances of which most are equal. */
  @Test
  void keepsTheSmallestPairsOfEachQuery() {
    Random random = new Random(1);
    TopK best = new TopK();
    for (int round = 0; round < 500; round++) {
      int queries = 1 + random.nextInt(4);
      int k = 1 + random.nextInt(20);
      best.reset(queries, k);
      List<List<Pair>> offered = new ArrayList<>();
      for (int query = 0; query < queries; query++) {
        List<Pair> pairs = new ArrayList<>();
        for (int row = random.nextInt(40); row >= 0; row--) {
          pairs.add(new Pair(random.nextInt(1 + round % 9), row));
        }
        Collections.shuffle(pairs, random);
        offered.add(pairs);
        List<Pair> kept = new ArrayList<>();
        for (Pair pair : pairs) {
          assertThat(best.limit(query, 77))
              .isEqualTo(kept.size() < k ? 77 : kept.getLast().distance());
          best.offer(query, pair.distance(), pair.row());
          kept.add(pair);
          kept.sort(NEAREST);
          kept = new ArrayList<>(kept.subList(0, Math.min(k, kept.size())));
        }
      }
      for (int query = 0; query < queries; query++) {
        List<Pair> expected = offered.get(query).stream().sorted(NEAREST).limit(k).toList();
        best.sort(query, expected.size());
        for (int rank = 0; rank < expected.size(); rank++) {
          assertThat(new Pair(best.distance(query, rank), best.row(query, rank)))
              .isEqualTo(expected.get(rank));
        }
      }
    }
  }

  @Test
  void fewerPairsThanExpectedAreAnError() {
    TopK best = new TopK();
    best.reset(1, 3);
    best.offer(0, 5, 1);
    best.offer(0, 4, 2);
    assertThatIllegalStateException()
        .isThrownBy(() -> best.sort(0, 3))
        .withMessageContaining("found 2 of 3 neighbours");
    best.sort(0, 2);
    assertThat(best.row(0, 0)).isEqualTo(2);
  }
}
