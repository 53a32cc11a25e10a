package dev.lanewise.cli.serve;

import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the API says, as the records that become its JSON. The OpenAPI file describes each of them.
 */
final class Answers implements Desk.Clerk<Answers.Asked, Object> {

  /**
   * Images searched for together. On all of MNIST one alone costs 3 to 14 ms, one of 64 about 1.3;
   * more gain little and keep the first waiting.
   */
  private static final int AT_ONCE = 64;

  private final Workbench workbench;
  private final Limits limits;
  private final Metrics metrics;

  Answers(Workbench workbench, Limits limits, Metrics metrics) {
    this.workbench = workbench;
    this.limits = limits;
    this.metrics = metrics;
  }

  /**
   * A question, and whether the models are asked too.
   *
   * @param question what is asked
   * @param models whether {@link ClassifyAnswer} is wanted, or else {@link NeighborsAnswer}
   */
  record Asked(Question question, boolean models) {}

  /** A training image near to the one asked about. */
  @SuppressWarnings("ArrayRecordComponent") // becomes JSON and is compared by nobody
  record Neighbor(int row, int label, double distance, int @Nullable [] pixels) {}

  /** How many neighbours have a label. */
  record Count(int label, int votes) {}

  /** One image's neighbours. */
  record Nearest(int label, List<Count> votes, List<Neighbor> neighbors) {}

  /** The answer of /v1/neighbors. */
  record NeighborsAnswer(
      String backend, String metric, int k, double milliseconds, List<Nearest> results) {}

  /** One image's class as a model sees it. */
  record Guess(int label, List<Double> probabilities) {}

  /** What one model says of all images; without results as long as it is not trained. */
  record ModelAnswer(
      String model, String status, @Nullable Double milliseconds, @Nullable List<Guess> results) {}

  /** The answer of /v1/classify. */
  record ClassifyAnswer(
      String backend,
      List<ModelAnswer> models,
      NeighborsAnswer neighbors,
      @Nullable List<int[]> normalized) {}

  /** A model in the list of models. */
  record ModelInfo(
      String id,
      String title,
      String detail,
      String status,
      double progress,
      @Nullable Double accuracy,
      @Nullable Double trainingSeconds,
      boolean fromFile) {}

  /** The data behind all answers. */
  record DataInfo(String source, int images, int side, List<String> classes) {}

  /** What a request may hold. */
  record LimitsInfo(int bodyBytes, int images, int side, int k) {}

  /** The answer of /v1/models. */
  record ModelsAnswer(
      boolean ready,
      DataInfo data,
      List<ModelInfo> models,
      List<String> backends,
      List<String> metrics,
      LimitsInfo limits) {}

  @Override
  public boolean together(Asked one, Asked other) {
    return one.question().backend().equals(other.question().backend())
        && one.question().distance() == other.question().distance();
  }

  @Override
  public int size(Asked asked) {
    return asked.question().images().rows();
  }

  @Override
  public int atOnce() {
    return AT_ONCE;
  }

  /** One search for all; the first neighbours of the largest k are those of a smaller one. */
  @Override
  public List<Object> answer(List<Asked> asked) {
    Question first = asked.getFirst().question();
    int k = asked.stream().mapToInt(one -> one.question().k()).max().orElseThrow();
    long start = System.nanoTime();
    Neighbors found = workbench.index(first.backend(), first.distance()).search(images(asked), k);
    double seconds = (System.nanoTime() - start) / 1e9;
    metrics.searched();
    List<Object> answers = new ArrayList<>();
    int row = 0;
    for (Asked one : asked) {
      Question question = one.question();
      metrics.answered("knn", question.backend(), seconds);
      NeighborsAnswer neighbors = neighbors(question, found, row, seconds * 1e3);
      answers.add(one.models() ? classify(question, neighbors) : neighbors);
      row += question.images().rows();
    }
    return answers;
  }

  private static ByteMatrix images(List<Asked> asked) {
    ByteMatrix first = asked.getFirst().question().images();
    if (asked.size() == 1) {
      return first;
    }
    int rows = asked.stream().mapToInt(one -> one.question().images().rows()).sum();
    ByteMatrix all = ByteMatrix.zeros(rows, first.columns());
    int row = 0;
    for (Asked one : asked) {
      ByteMatrix images = one.question().images();
      all.rows(row, row + images.rows()).setAll(images);
      row += images.rows();
    }
    return all;
  }

  /** The nearest training images and their vote, of a question whose queries begin at a row. */
  private NeighborsAnswer neighbors(
      Question question, Neighbors found, int from, double milliseconds) {
    int[] labels = workbench.training().labels();
    int[] nearest = new int[question.k()];
    double[] distances = new double[question.k()];
    List<Nearest> results = new ArrayList<>();
    for (int query = from; query < from + question.images().rows(); query++) {
      List<Neighbor> neighbors = new ArrayList<>();
      for (int rank = 0; rank < nearest.length; rank++) {
        int row = found.index(query, rank);
        nearest[rank] = labels[row];
        distances[rank] = found.distance(query, rank);
        neighbors.add(
            new Neighbor(
                row,
                labels[row],
                distances[rank],
                question.pixels() ? pixels(workbench.training().images(), row) : null));
      }
      int label = Votes.smallestDistanceSum().decide(nearest, distances, nearest.length);
      results.add(new Nearest(label, votes(nearest, distances), neighbors));
    }
    return new NeighborsAnswer(
        question.backend(),
        question.distance().name().toLowerCase(Locale.ROOT),
        question.k(),
        milliseconds,
        results);
  }

  /**
   * How often each label is among the nearest, in the order in which {@link
   * Votes#smallestDistanceSum} prefers them.
   */
  static List<Count> votes(int[] nearest, double[] distances) {
    Map<Integer, Integer> votes = new TreeMap<>();
    Map<Integer, Double> sums = new HashMap<>();
    for (int rank = 0; rank < nearest.length; rank++) {
      votes.merge(nearest[rank], 1, Integer::sum);
      sums.merge(nearest[rank], distances[rank], Double::sum);
    }
    return votes.entrySet().stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(
            Comparator.comparingInt(Count::votes)
                .reversed()
                .thenComparing(count -> sums.get(count.label()))
                .thenComparing(Count::label))
        .toList();
  }

  /** What the neighbours and every model that is ready say. */
  private ClassifyAnswer classify(Question question, NeighborsAnswer neighbors) {
    List<ModelAnswer> answers = new ArrayList<>();
    for (Recipe recipe : Recipe.values()) {
      Model model = workbench.model(recipe, question.backend());
      String status = status(workbench.state(recipe));
      if (model == null) {
        answers.add(new ModelAnswer(recipe.id(), status, null, null));
        continue;
      }
      long start = System.nanoTime();
      FloatMatrix probabilities = model.probabilities(question.images());
      double seconds = (System.nanoTime() - start) / 1e9;
      metrics.answered(recipe.id(), question.backend(), seconds);
      List<Guess> guesses = new ArrayList<>();
      for (int row = 0; row < probabilities.rows(); row++) {
        float[] values = probabilities.row(row);
        List<Double> list = new ArrayList<>();
        for (float value : values) {
          list.add((double) value);
        }
        guesses.add(new Guess(mostProbable(values), list));
      }
      answers.add(new ModelAnswer(recipe.id(), status, seconds * 1e3, guesses));
    }
    List<int[]> normalized = null;
    if (question.pixels()) {
      normalized = new ArrayList<>();
      for (int row = 0; row < question.images().rows(); row++) {
        normalized.add(pixels(question.images(), row));
      }
    }
    return new ClassifyAnswer(question.backend(), answers, neighbors, normalized);
  }

  /** What this server can do, and how far its models are. */
  ModelsAnswer models() {
    ImageSet images = workbench.training();
    List<ModelInfo> models = new ArrayList<>();
    for (Recipe recipe : Recipe.values()) {
      Workbench.State state = workbench.state(recipe);
      models.add(
          new ModelInfo(
              recipe.id(),
              recipe.title(),
              recipe.detail(),
              status(state),
              state.progress(),
              orNull(state.accuracy()),
              orNull(state.seconds()),
              state.saved()));
    }
    return new ModelsAnswer(
        workbench.ready(),
        new DataInfo(images.source(), images.size(), images.side(), images.classes()),
        models,
        workbench.backends(),
        Arrays.stream(Distance.values())
            .map(distance -> distance.name().toLowerCase(Locale.ROOT))
            .toList(),
        new LimitsInfo(
            limits.bodyBytes(),
            limits.images(),
            limits.side(),
            Math.min(limits.neighbors(), images.size())));
  }

  private static String status(Workbench.State state) {
    return state.status().name().toLowerCase(Locale.ROOT);
  }

  private static @Nullable Double orNull(double value) {
    return Double.isNaN(value) ? null : value;
  }

  private static int[] pixels(ByteMatrix images, int row) {
    byte[] bytes = images.row(row);
    int[] pixels = new int[bytes.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = bytes[i] & 0xFF;
    }
    return pixels;
  }

  /** The place of the largest value; the first of several. */
  static int mostProbable(float... values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
