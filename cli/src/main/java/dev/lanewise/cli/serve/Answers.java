package dev.lanewise.cli.serve;

import dev.lanewise.data.ImageSet;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.Votes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the API says, as the records that become its JSON. The OpenAPI file describes each of them.
 */
final class Answers {

  private final Workbench workbench;
  private final Limits limits;
  private final Metrics metrics;

  Answers(Workbench workbench, Limits limits, Metrics metrics) {
    this.workbench = workbench;
    this.limits = limits;
    this.metrics = metrics;
  }

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

  /** The nearest training images and their vote. */
  NeighborsAnswer neighbors(Question question) {
    long start = System.nanoTime();
    Neighbors found =
        workbench
            .index(question.backend(), question.distance())
            .search(question.images(), question.k());
    int[] labels = workbench.training().labels();
    int[] voted = KnnClassifier.vote(found, labels, Votes.smallestDistanceSum(), question.k());
    double milliseconds = lap(start, "knn", question);
    List<Nearest> results = new ArrayList<>();
    for (int query = 0; query < voted.length; query++) {
      int[] votes = new int[workbench.training().classes().size()];
      List<Neighbor> neighbors = new ArrayList<>();
      for (int rank = 0; rank < question.k(); rank++) {
        int row = found.index(query, rank);
        votes[labels[row]]++;
        neighbors.add(
            new Neighbor(
                row,
                labels[row],
                found.distance(query, rank),
                question.pixels() ? pixels(workbench.training().images(), row) : null));
      }
      List<Count> counted = new ArrayList<>();
      for (int label = 0; label < votes.length; label++) {
        if (votes[label] > 0) {
          counted.add(new Count(label, votes[label]));
        }
      }
      counted.sort((a, b) -> Integer.compare(b.votes(), a.votes()));
      results.add(new Nearest(voted[query], counted, neighbors));
    }
    return new NeighborsAnswer(
        question.backend(),
        question.distance().name().toLowerCase(Locale.ROOT),
        question.k(),
        milliseconds,
        results);
  }

  /** What the neighbours and every model that is ready say. */
  ClassifyAnswer classify(Question question) {
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
      double milliseconds = lap(start, recipe.id(), question);
      List<Guess> guesses = new ArrayList<>();
      for (int row = 0; row < probabilities.rows(); row++) {
        float[] values = probabilities.row(row);
        List<Double> list = new ArrayList<>();
        for (float value : values) {
          list.add((double) value);
        }
        guesses.add(new Guess(mostProbable(values), list));
      }
      answers.add(new ModelAnswer(recipe.id(), status, milliseconds, guesses));
    }
    List<int[]> normalized = null;
    if (question.pixels()) {
      normalized = new ArrayList<>();
      for (int row = 0; row < question.images().rows(); row++) {
        normalized.add(pixels(question.images(), row));
      }
    }
    return new ClassifyAnswer(question.backend(), answers, neighbors(question), normalized);
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

  private double lap(long start, String what, Question question) {
    double seconds = (System.nanoTime() - start) / 1e9;
    metrics.answered(what, question.backend(), seconds);
    return seconds * 1e3;
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
