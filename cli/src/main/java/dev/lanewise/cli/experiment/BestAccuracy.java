package dev.lanewise.cli.experiment;

import dev.lanewise.data.ImageSet;
import dev.lanewise.data.ImageTransforms;
import dev.lanewise.data.MiniMnistSplit;
import dev.lanewise.data.Split;
import dev.lanewise.data.Splits;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.Votes;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/**
 * The best that the engine's own learners reach on one data set in less time than the write-up
 * took. Validation data choose among nearest neighbours and perceptrons, on images as they are and
 * deskewed; test data judge the chosen one alone.
 */
final class BestAccuracy implements Experiment {

  private static final int MAX_K = 10;

  /** Enough for the images' own jitter; farther shifts only blur what a perceptron can tell. */
  private static final int REACH = 1;

  private static final double RATE = 1e-3;

  /** The same images, three times. */
  private record Data(ImageSet train, ImageSet validation, ImageSet test) {

    Data deskewed() {
      return new Data(deskewed(train), deskewed(validation), deskewed(test));
    }

    private static ImageSet deskewed(ImageSet set) {
      return new ImageSet(
          set.name(),
          ImageTransforms.deskewed(set.images(), set.side()),
          set.labels(),
          set.side(),
          set.classes(),
          set.source());
    }
  }

  /** Something fitted: how it did on validation data, and how to judge it. */
  private record Candidate(String name, double validation, Judge test) {}

  /** Accuracy on test data, worked out only for the candidate that was chosen. */
  @FunctionalInterface
  private interface Judge {
    double accuracy();
  }

  /** The size of the perceptron and of its training. */
  private record Effort(int hidden, int batch, int passes) {}

  private final String id;
  private final String name;
  private final String why;
  private final Figure published;
  private final int seeds;
  private final Effort effort;
  private final BiFunction<Context, Integer, Data> data;

  private BestAccuracy(
      String id,
      String name,
      String why,
      Figure published,
      int seeds,
      Effort effort,
      BiFunction<Context, Integer, Data> data) {
    this.id = id;
    this.name = name;
    this.why = why;
    this.published = published;
    this.seeds = seeds;
    this.effort = effort;
    this.data = data;
  }

  /** On MNIST; the last twelfth of the training images is for validation. */
  static BestAccuracy mnist() {
    return new BestAccuracy(
        "best-mnist",
        "MNIST",
        "of another model: the best that the write-ups reached on MNIST, by mlp-mnist",
        new Figure("test accuracy", .9829, 4, 209.64),
        1,
        new Effort(512, 128, 12),
        (context, seed) -> {
          TrainTest mnist = context.mnist();
          int training = Splits.mnistTraining(mnist.train().size());
          return new Data(
              mnist.train().rows(0, training),
              mnist.train().rows(training, mnist.train().size()),
              mnist.test());
        });
  }

  /** On mini-MNIST, whose test images are those of the corrected variant. */
  static BestAccuracy miniMnist() {
    return new BestAccuracy(
        "best-mini-mnist",
        "mini-MNIST",
        "of another model and of test images that were mostly training images: the best of the"
            + " write-up, by mini-knn and ovr",
        new Figure("test accuracy", .99, 2),
        5,
        new Effort(256, 50, 60),
        (context, seed) -> {
          ImageSet images = context.miniMnist();
          MiniMnistSplit split = context.miniMnistSplit(seed);
          return new Data(
              images.gather(split.train()),
              images.gather(split.validation()),
              images.gather(split.correctedTest()));
        });
  }

  /** On notMNIST, divided as the write-up divides it. */
  static BestAccuracy notMnist() {
    return new BestAccuracy(
        "best-notmnist",
        "notMNIST",
        "of another model, trained on a larger file: the best of the write-up, by notmnist-mlp at"
            + " F = 2000",
        new Figure("test accuracy", .9185, 4, 645.494),
        1,
        new Effort(512, 128, 30),
        (context, seed) -> {
          ImageSet images = context.notMnist();
          Split split = Splits.notMnist(images.size());
          return new Data(
              images.gather(split.train()),
              images.gather(split.validation()),
              images.gather(split.test()));
        });
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String title() {
    return "the best model for " + name + " that validation data choose: kNN or an MLP with shifts";
  }

  @Override
  public String source() {
    return "no write-up: what these learners are good for";
  }

  @Override
  public List<Figure> published() {
    return List.of(published);
  }

  @Override
  public int defaultSeeds() {
    return seeds;
  }

  @Override
  public Result run(Context context) {
    int runs = context.seeds(this);
    Map<String, List<Double>> validation = new TreeMap<>();
    Map<String, Integer> chosen = new TreeMap<>();
    double[] test = new double[runs];
    double seconds = 0;
    String source = "";
    String set = "";
    try (Progress progress = context.progress(id, (long) runs * CANDIDATES)) {
      for (int seed = 0; seed < runs; seed++) {
        Data images = data.apply(context, seed);
        source = images.test().source();
        set = images.test().name();
        long start = System.nanoTime();
        List<Candidate> candidates = fit(context.engine(), images, new SeedStreams(seed), progress);
        Candidate best = candidates.getFirst();
        for (Candidate candidate : candidates) {
          validation
              .computeIfAbsent(candidate.name(), _ -> new ArrayList<>())
              .add(candidate.validation());
          if (candidate.validation() > best.validation()) {
            best = candidate;
          }
        }
        chosen.merge(best.name(), 1, Integer::sum);
        test[seed] = best.test().accuracy();
        seconds += (System.nanoTime() - start) / 1e9;
      }
    }
    List<Row> rows = new ArrayList<>();
    rows.add(
        new Row(
                Variant.SAME,
                published.label(),
                Spread.of(test),
                published,
                4,
                Verdict.NO_FIGURE,
                "",
                seconds / runs,
                true)
            .notComparable(why));
    validation.forEach(
        (candidate, accuracies) ->
            rows.add(
                Row.unpublished(
                    Variant.SAME,
                    "validation accuracy, " + candidate,
                    Spread.of(accuracies.stream().mapToDouble(Double::doubleValue).toArray()),
                    4)));
    return new Result(
        set,
        source,
        runs,
        rows,
        List.of(
            "Validation data chose, among "
                + CANDIDATES
                + " models (each with its own k or epoch): "
                + chosen.entrySet().stream()
                    .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
                    .collect(Collectors.joining(", "))
                + ". Test data judged the chosen one, once.",
            "Time is of one seed: fitting all candidates, choosing and judging."));
  }

  private static final int CANDIDATES = 4;

  private List<Candidate> fit(Engine engine, Data images, SeedStreams seeds, Progress progress) {
    List<Candidate> candidates = new ArrayList<>();
    Data deskewed = images.deskewed();
    for (boolean upright : new boolean[] {false, true}) {
      Data seen = upright ? deskewed : images;
      String suffix = upright ? ", deskewed" : "";
      candidates.add(neighbors(engine, seen, "kNN" + suffix));
      progress.step(1);
      candidates.add(perceptron(engine, seen, seeds, "MLP with shifts" + suffix));
      progress.step(1);
    }
    return candidates;
  }

  private static Candidate neighbors(Engine engine, Data images, String name) {
    NearestNeighbors index = NearestNeighbors.of(engine, images.train().images(), Distance.L2);
    double[] accuracies = new double[MAX_K];
    Neighbors found = index.search(images.validation().images(), MAX_K);
    for (int k = 1; k <= MAX_K; k++) {
      accuracies[k - 1] = accuracy(found, images.train().labels(), images.validation().labels(), k);
    }
    int k = best(accuracies) + 1;
    return new Candidate(
        name,
        accuracies[k - 1],
        () ->
            accuracy(
                index.search(images.test().images(), k),
                images.train().labels(),
                images.test().labels(),
                k));
  }

  private static double accuracy(Neighbors found, int[] labels, int[] truth, int k) {
    int[] predictions = KnnClassifier.vote(found, labels, Votes.smallestDistanceSum(), k);
    int correct = 0;
    for (int i = 0; i < truth.length; i++) {
      correct += predictions[i] == truth[i] ? 1 : 0;
    }
    return (double) correct / truth.length;
  }

  /** Where a list is largest; the first such place. */
  private static int best(double... values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Every pass sees the training images moved anew; the learning rate falls along a half cosine.
   * The pass with the best validation accuracy is kept.
   */
  private Candidate perceptron(Engine engine, Data images, SeedStreams seeds, String name) {
    ImageSet train = images.train();
    Samples validation = samples(images.validation().images(), images.validation().labels());
    Mlp mlp = null;
    Mlp best = null;
    double bestAccuracy = -1;
    for (int pass = 0; pass < effort.passes(); pass++) {
      double rate = RATE * (1 + Math.cos(Math.PI * pass / effort.passes())) / 2;
      MlpTrainer trainer =
          MlpTrainer.builder(
                  engine, train.images().columns(), effort.hidden(), train.classes().size())
              .optimizer(Optimizer.adam(rate))
              .batching(Batching.shuffled(effort.batch()))
              .epochs(1)
              .build();
      ByteMatrix moved =
          ImageTransforms.jittered(
              train.images(), train.side(), REACH, seeds.stream("shifts", pass));
      MlpTrainer.Run run = trainer.on(samples(moved, train.labels()));
      if (mlp != null) {
        run.startingFrom(mlp);
      }
      mlp = run.fit(seeds.child("pass", pass)).model();
      double accuracy = mlp.evaluate(validation).accuracy();
      if (accuracy > bestAccuracy) {
        bestAccuracy = accuracy;
        best = mlp;
      }
    }
    Mlp chosen = java.util.Objects.requireNonNull(best);
    return new Candidate(
        name,
        bestAccuracy,
        () -> chosen.evaluate(samples(images.test().images(), images.test().labels())).accuracy());
  }

  private static Samples samples(ByteMatrix images, int[] labels) {
    return new Samples(Scaling.unit(images), labels);
  }
}
