package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VotesTest {

  private static int[] labels(int... labels) {
    return labels;
  }

  private static double[] distances(double... distances) {
    return distances;
  }

  @Test
  void pluralityTakesMostVotesThenTheSmallestLabel() {
    Vote vote = Votes.plurality();
    double[] any = new double[6];
    assertThat(vote.decide(labels(7), any, 1)).isEqualTo(7);
    assertThat(vote.decide(labels(7, 3, 3), any, 3)).isEqualTo(3);
    assertThat(vote.decide(labels(7, 3), any, 2)).isEqualTo(3);
    assertThat(vote.decide(labels(9, 9, 4, 4, 1), any, 5)).isEqualTo(4);
    assertThat(vote.decide(labels(-5, 2, 2, -5), any, 4)).isEqualTo(-5);
    // Only the first k count.
    assertThat(vote.decide(labels(9, 9, 4, 4, 4, 4), any, 3)).isEqualTo(9);
  }

  @Test
  void smallestDistanceSumBreaksTiesOfVotesOnly() {
    Vote vote = Votes.smallestDistanceSum();
    // 3 has most votes, whatever the sums.
    assertThat(vote.decide(labels(7, 3, 3), distances(1, 50, 60), 3)).isEqualTo(3);
    // 7 and 3 tie; 7: 1 + 9, 3: 4 + 5.
    assertThat(vote.decide(labels(7, 3, 3, 7), distances(1, 4, 5, 9), 4)).isEqualTo(3);
    assertThat(vote.decide(labels(7, 3, 3, 7), distances(1, 4, 6, 8), 4)).isEqualTo(7);
    // The sums tie as well: the smallest label.
    assertThat(vote.decide(labels(7, 3, 3, 7), distances(1, 2, 3, 4), 4)).isEqualTo(3);
    assertThat(vote.decide(labels(3, 7, 7, 3), distances(1, 2, 3, 4), 4)).isEqualTo(3);
    // A label with fewer votes does not count, near as it may be.
    assertThat(vote.decide(labels(0, 7, 3, 3, 7), distances(0, 1, 4, 5, 9), 5)).isEqualTo(3);
    // The tie of the first 2 is not touched by the third.
    assertThat(vote.decide(labels(5, 2, 2), distances(1, 2, 3), 2)).isEqualTo(5);
  }

  @Test
  void publishedRuleLetsHalfTheVotesStand() {
    Vote vote = Votes.publishedMiniMnist();
    // One each, and two each: 2 * count = k, so the tie goes to the smallest label.
    assertThat(vote.decide(labels(7, 3), distances(1, 2), 2)).isEqualTo(3);
    assertThat(vote.decide(labels(7, 3, 3, 7), distances(1, 20, 30, 40), 4)).isEqualTo(3);
    assertThat(vote.decide(labels(9, 9, 4), distances(1, 2, 3), 3)).isEqualTo(9);
    // Below half of the votes the neighbour at distance 0 would count against label 0.
    assertThat(vote.decide(labels(0, 0, 1, 2), distances(0, 9, 10, 11), 4)).isEqualTo(0);
  }

  @Test
  void publishedRuleTakesTheFirstLabelOfTheSetBelowHalf() {
    Vote vote = Votes.publishedMiniMnist();
    // No distance equals a label: all scores are 0 and the set's order decides. Not a tie, and
    // still not the plurality label.
    assertThat(vote.decide(labels(5, 5, 1, 2, 3), distances(10.5, 11.5, 12, 13, 14), 5))
        .isEqualTo(1);
    // 8 is in slot 0, before 1.
    assertThat(vote.decide(labels(8, 1, 2), distances(10.5, 11.5, 12.5), 3)).isEqualTo(8);
    assertThat(vote.decide(labels(1, 2, 8), distances(10.5, 11.5, 12.5), 3)).isEqualTo(8);
    // 9 is in slot 1 first, and 1 goes to 5 * 1 + 1 = 6.
    assertThat(vote.decide(labels(9, 1, 2), distances(10.5, 11.5, 12.5), 3)).isEqualTo(9);
    assertThat(vote.decide(labels(1, 9, 2), distances(10.5, 11.5, 12.5), 3)).isEqualTo(1);
    // Five labels: a larger table, in ascending order.
    assertThat(vote.decide(labels(8, 9, 1, 2, 3), distances(20, 21, 22, 23, 24), 5)).isEqualTo(1);
  }

  @Test
  void publishedRuleScoresDistancesEqualToALabel() {
    Vote vote = Votes.publishedMiniMnist();
    // The plurality label 0 has a neighbour at distance 0, which counts against label 0.
    assertThat(vote.decide(labels(0, 0, 1, 2, 3), distances(0, 9, 10, 11, 12), 5)).isEqualTo(1);
    // A neighbour of another label at distance 0 does not count.
    assertThat(vote.decide(labels(3, 0, 0, 1, 2), distances(0, 9, 10, 11, 12), 5)).isEqualTo(0);
    // Distance 1 of a plurality neighbour counts against label 1, so does 2 against label 2.
    assertThat(vote.decide(labels(1, 1, 2, 3, 4), distances(1, 2, 3, 4, 5), 5)).isEqualTo(3);
  }

  @Test
  void publishedRuleScalesDistances() {
    // Sums over blocks of 7 x 7: distance 49 is 1 in mean pixel values.
    int[] labels = labels(1, 1, 2, 3, 4);
    double[] distances = distances(49, 98, 100, 110, 120);
    assertThat(Votes.publishedMiniMnist(49).decide(labels, distances, 5)).isEqualTo(3);
    assertThat(Votes.publishedMiniMnist().decide(labels, distances, 5)).isEqualTo(1);
    for (double bad : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Votes.publishedMiniMnist(bad));
    }
  }

  @Test
  void setOrderIsThatOfPython() throws IOException {
    List<String> lines;
    try (InputStream in =
            Objects.requireNonNull(VotesTest.class.getResourceAsStream("python-set-order.txt"));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      lines = reader.lines().filter(line -> !line.startsWith("#")).toList();
    }
    assertThat(lines).hasSize(78);
    for (String line : lines) {
      int bar = line.indexOf('|');
      assertThat(PythonIntSet.order(ints(line.substring(0, bar))))
          .as(line)
          .containsExactly(ints(line.substring(bar + 1)));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> PythonIntSet.order(labels(3, -1)));
  }

  private static int[] ints(String numbers) {
    return Stream.of(numbers.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  @Test
  void oneSearchServesEveryK() {
    Neighbors neighbors =
        new Neighbors(2, 3, new int[] {2, 0, 1, 1, 2, 0}, new double[] {1, 2, 3, 1, 2, 3});
    int[] labels = {4, 4, 6};
    assertThat(KnnClassifier.vote(neighbors, labels, Votes.plurality(), 1)).containsExactly(6, 4);
    assertThat(KnnClassifier.vote(neighbors, labels, Votes.plurality(), 2)).containsExactly(4, 4);
    assertThat(KnnClassifier.vote(neighbors, labels, Votes.smallestDistanceSum(), 2))
        .containsExactly(6, 4);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KnnClassifier.vote(neighbors, labels, Votes.plurality(), 4));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KnnClassifier.vote(neighbors, labels, Votes.plurality(), 0));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> KnnClassifier.vote(neighbors, Arrays.copyOf(labels, 2), Votes.plurality(), 1))
        .withMessage("row 2 is a neighbour, but there are only 2 labels");
  }
}
