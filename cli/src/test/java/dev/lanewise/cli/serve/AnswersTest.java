package dev.lanewise.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.engine.neighbors.Votes;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnswersTest {

  @Test
  void votesBeginWithTheLabelThatTheRuleDecidesFor() {
    Random random = new Random(11);
    for (int run = 0; run < 2000; run++) {
      int k = 1 + random.nextInt(12);
      int[] labels = random.ints(k, 0, 4).toArray();
      // Few distances, so that sums tie too.
      double[] distances = random.ints(k, 1, 4).asDoubleStream().sorted().toArray();
      List<Answers.Count> votes = Answers.votes(labels, distances);
      assertThat(votes.getFirst().label())
          .as("%s at %s", Arrays.toString(labels), Arrays.toString(distances))
          .isEqualTo(Votes.smallestDistanceSum().decide(labels, distances, k));
      assertThat(votes.stream().mapToInt(Answers.Count::votes).sum()).isEqualTo(k);
    }
  }

  @Test
  void aTieIsListedBySumOfDistancesThenByLabel() {
    assertThat(Answers.votes(new int[] {7, 3, 3, 7, 1, 5}, new double[] {1, 2, 3, 5, 6, 6}))
        .containsExactly(
            new Answers.Count(3, 2),
            new Answers.Count(7, 2),
            new Answers.Count(1, 1),
            new Answers.Count(5, 1));
  }
}
