package dev.lanewise.cli.experiment;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.GradientScale;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.random.SeedStreams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** 54 networks: three depths, widths and activations, full batch and mini-batch. */
final class MlpGrid implements Experiment {

  private static final int FULL_TRIES = 20;
  private static final int MINI_BATCH_TRIES = 100;

  /** Layers in the code's count: what it trains, and what 2 to 4 hidden layers would be. */
  private static final List<GridModel> PUBLISHED_MODELS = GridModel.all(2, 4);

  private static final List<GridModel> CORRECTED_MODELS = GridModel.all(3, 5);

  private static final List<GridModel.Published> TABLE = GridModel.published();

  /** Seeds for what is shown of the defect alone: its effect is many times their scatter. */
  private static final int DEFECT_SEEDS = 3;

  /** Two standard deviations above guessing, which has .10 +- .03 on 100 images. */
  private static final double NEAR_CHANCE = .16;

  /** The printed totals, in seconds. */
  private static final double FULL_SECONDS = 585;

  private static final double MINI_BATCH_SECONDS = 352;

  @Override
  public String id() {
    return "mlp-grid";
  }

  @Override
  public String title() {
    return "54 networks on mini-MNIST, 7 x 7: layers, width, activation, full and mini-batch";
  }

  @Override
  public String source() {
    return MiniNetworks.SOURCE;
  }

  @Override
  public List<Figure> published() {
    List<Figure> figures = new ArrayList<>();
    for (int i = 0; i < TABLE.size(); i++) {
      figures.add(accuracyFigure(i));
      figures.add(updatesFigure(i));
    }
    figures.add(totalFigure(false));
    figures.add(totalFigure(true));
    return figures;
  }

  private static Figure accuracyFigure(int model) {
    GridModel.Published published = TABLE.get(model);
    return new Figure(
        PUBLISHED_MODELS.get(model).label(), published.accuracy(), 2, published.seconds());
  }

  private static Figure updatesFigure(int model) {
    return new Figure(
        PUBLISHED_MODELS.get(model).label() + ", updates", TABLE.get(model).updates(), 0);
  }

  private static Figure totalFigure(boolean miniBatch) {
    return new Figure(
        "updates of all 27, " + GridModel.batch(miniBatch),
        published(model -> model.miniBatch() == miniBatch, GridModel.Published::updates) * 27,
        0,
        miniBatch ? MINI_BATCH_SECONDS : FULL_SECONDS);
  }

  @Override
  public String defects() {
    return "Most test images are also training images; the layer count includes the output layer,"
        + " so 2 to 4 layers are 1 to 3 hidden ones; gradients are divided by the examples"
        + " of a digit (80 or 10), not by the batch (800 or 100): ten times the nominal"
        + " step. Corrected: test images of their own, 2 to 4 hidden layers. The step stays,"
        + " for most of the figures need it: rows \"divided by the batch\" show what becomes"
        + " of them without.";
  }

  @Override
  public int defaultSeeds() {
    // Some networks stop anywhere between 200 and 1,250 updates: fewer seeds miss that.
    return 20;
  }

  /** What became of some networks: [model][seed]. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Runs(List<GridModel> models, MiniNetworks.Fit[][] fits) {

    /** The mean over some of the networks, for every seed. */
    double[] means(Predicate<GridModel> which, ToDoubleFunction<MiniNetworks.Fit> figure) {
      return IntStream.range(0, fits[0].length)
          .mapToDouble(
              seed ->
                  IntStream.range(0, models.size())
                      .filter(model -> which.test(models.get(model)))
                      .mapToDouble(model -> figure.applyAsDouble(fits[model][seed]))
                      .average()
                      .orElseThrow())
          .toArray();
    }

    double[] of(int model, ToDoubleFunction<MiniNetworks.Fit> figure) {
      return Arrays.stream(fits[model]).mapToDouble(figure).toArray();
    }

    /** Only some of the networks. */
    Runs only(List<GridModel> some) {
      return new Runs(
          some,
          some.stream()
              .map(model -> fits[models.indexOf(model)])
              .toArray(MiniNetworks.Fit[][]::new));
    }

    double seconds(int model) {
      return Spread.of(of(model, MiniNetworks.Fit::seconds)).mean();
    }
  }

  @Override
  public Result run(Context context) {
    int seeds = context.seeds(this);
    boolean published = context.wants(Variant.PUBLISHED);
    boolean corrected = context.wants(Variant.CORRECTED);
    List<GridModel> models = GridModel.all(published ? 2 : 3, corrected ? 5 : 4);
    List<GridModel> divided = corrected ? PUBLISHED_MODELS : List.of();
    int defectSeeds = Math.min(seeds, DEFECT_SEEDS);
    Runs runs = new Runs(models, new MiniNetworks.Fit[models.size()][seeds]);
    Runs defect = new Runs(divided, new MiniNetworks.Fit[divided.size()][defectSeeds]);
    MiniNetworks networks = MiniNetworks.of(context, seeds);
    int tasks = models.size() * seeds;
    MiniNetworks.sideBySide(
        context,
        id(),
        tasks + divided.size() * defectSeeds,
        task -> {
          if (task < tasks) {
            runs.fits[task / seeds][task % seeds] =
                fit(networks, models.get(task / seeds), task % seeds, false);
          } else {
            int model = (task - tasks) / defectSeeds;
            int seed = (task - tasks) % defectSeeds;
            defect.fits[model][seed] = fit(networks, divided.get(model), seed, true);
          }
        });
    List<Row> rows = new ArrayList<>();
    List<Pictures.Grid> grids = new ArrayList<>();
    grids.add(
        grid(
            "The 54 networks as published",
            PUBLISHED_MODELS,
            model -> TABLE.get(model).accuracy()));
    if (published) {
      Runs ours = runs.only(PUBLISHED_MODELS);
      grids.add(
          grid(
              "The 54 networks here, published variant, means over the seeds",
              ours,
              MiniNetworks.Fit::publishedTest));
      addDerived(rows, ours);
      addTotals(rows, ours);
      rows.add(best(ours));
      addPublishedTable(rows, ours);
    }
    if (corrected) {
      Runs ours = runs.only(CORRECTED_MODELS);
      grids.add(
          grid(
              "2 to 4 hidden layers, corrected variant, means over the seeds",
              ours,
              MiniNetworks.Fit::correctedTest));
      addChosen(rows, ours);
      addMeans(rows, "2 to 4 hidden layers", ours, MiniNetworks.Fit::correctedTest);
      if (published) {
        addMeans(
            rows,
            "1 to 3 hidden layers",
            runs.only(PUBLISHED_MODELS),
            MiniNetworks.Fit::correctedTest);
      }
      addMeans(
          rows,
          "divided by the batch, published test images",
          defect,
          MiniNetworks.Fit::publishedTest);
      addTable(rows, ours);
    }
    return MiniNetworks.result(
            context,
            seeds,
            rows,
            List.of(
                "Labels: batch, layers counted with the output layer, width, activation. Validation"
                    + " data stop the training; the last weights are tested, as in the write-up."
                    + " Published: test data choose the best network, as in the write-up."
                    + " Corrected: validation data choose, test data only judge.",
                "Published means, shares and differences are computed from the published table."
                    + " Time is of one network on one thread; of \"all 27\" it is their sum."),
            List.of())
        .with(new Pictures(List.of(), grids, List.of()));
  }

  /** The table of the write-up: a row for each batch, depth and width, a column an activation. */
  private static Pictures.Grid grid(
      String title, List<GridModel> models, IntToDoubleFunction accuracy) {
    List<String> names = new ArrayList<>();
    List<List<Double>> values = new ArrayList<>();
    int columns = GridModel.ACTIVATIONS.size();
    for (int first = 0; first < models.size(); first += columns) {
      GridModel model = models.get(first);
      names.add(GridModel.batch(model.miniBatch()) + " " + model.layers() + " x " + model.width());
      values.add(
          IntStream.range(first, first + columns).mapToObj(accuracy::applyAsDouble).toList());
    }
    return new Pictures.Grid(
        title,
        "batch, layers x width",
        "activation",
        "test accuracy",
        names,
        GridModel.ACTIVATIONS.stream().map(GridModel::name).toList(),
        values,
        2);
  }

  private static Pictures.Grid grid(
      String title, Runs runs, ToDoubleFunction<MiniNetworks.Fit> accuracy) {
    return grid(title, runs.models, model -> Spread.of(runs.of(model, accuracy)).mean());
  }

  private MiniNetworks.Fit fit(
      MiniNetworks networks, GridModel model, int seed, boolean dividedByBatch) {
    MlpTrainer.Builder trainer =
        networks
            .trainer(model.layers(), model.width(), model.activation())
            .patience(MiniNetworks.patience(model.miniBatch() ? MINI_BATCH_TRIES : FULL_TRIES));
    if (model.miniBatch()) {
      trainer
          .batching(Batching.stratified(MiniNetworks.BATCH_PER_DIGIT))
          .gradientScale(GradientScale.dividedBy(MiniNetworks.BATCH_PER_DIGIT));
    }
    if (dividedByBatch) {
      trainer.gradientScale(GradientScale.mean());
    }
    return networks.fit(trainer.build(), seed, new SeedStreams(seed).child(id(), model.number()));
  }

  /** A mean over the published table. */
  private static double published(
      Predicate<GridModel> which, ToDoubleFunction<GridModel.Published> figure) {
    return IntStream.range(0, TABLE.size())
        .filter(model -> which.test(PUBLISHED_MODELS.get(model)))
        .mapToDouble(model -> figure.applyAsDouble(TABLE.get(model)))
        .average()
        .orElseThrow();
  }

  private static String meanLabel(boolean miniBatch, Activation activation) {
    return "mean accuracy, " + GridModel.batch(miniBatch) + " " + GridModel.name(activation);
  }

  /**
   * A figure computed from the whole table.
   *
   * @param ours of each seed
   * @param finding what it says about a claim, empty if nothing
   */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Derived(Figure figure, double[] ours, String finding) {}

  private static void addDerived(List<Row> rows, Runs ours) {
    List<Derived> means = means(ours);
    List<Derived> claims = claims(ours);
    List<Derived> all = new ArrayList<>(means);
    all.addAll(claims);
    Chance chance =
        Chance.of(
            "means, shares and differences",
            all.stream().map(Derived::figure).toList(),
            all.stream().map(Derived::ours).toArray(double[][]::new));
    for (Derived derived : all) {
      Row row =
          chance.explain(Row.random(Variant.PUBLISHED, derived.figure, Spread.of(derived.ours)));
      if (!derived.finding.isEmpty()) {
        row = row.note(derived.finding);
      }
      rows.add(means.contains(derived) ? row.asHeadline() : row);
    }
  }

  private static List<Derived> means(Runs ours) {
    List<Derived> means = new ArrayList<>();
    for (boolean miniBatch : new boolean[] {false, true}) {
      for (Activation activation : GridModel.ACTIVATIONS) {
        Predicate<GridModel> group =
            model -> model.miniBatch() == miniBatch && model.activation() == activation;
        means.add(
            new Derived(
                new Figure(
                    meanLabel(miniBatch, activation),
                    published(group, GridModel.Published::accuracy),
                    3),
                ours.means(group, MiniNetworks.Fit::publishedTest),
                ""));
      }
    }
    return means;
  }

  private static void addTotals(List<Row> rows, Runs ours) {
    for (boolean miniBatch : new boolean[] {false, true}) {
      Predicate<GridModel> group = model -> model.miniBatch() == miniBatch;
      rows.add(
          Row.random(
                  Variant.PUBLISHED,
                  totalFigure(miniBatch),
                  sums(ours.means(group, MiniNetworks.Fit::updates), 27))
              .took(sums(ours.means(group, MiniNetworks.Fit::seconds), 27).mean()));
    }
  }

  private static Spread sums(double[] means, int of) {
    return Spread.of(Arrays.stream(means).map(mean -> mean * of).toArray());
  }

  private static Row best(Runs ours) {
    int seeds = ours.fits[0].length;
    double[] best = new double[seeds];
    Map<String, Integer> names = new LinkedHashMap<>();
    for (int seed = 0; seed < seeds; seed++) {
      int winner = highest(ours, seed, MiniNetworks.Fit::publishedTest);
      best[seed] = ours.fits[winner][seed].publishedTest();
      names.merge(ours.models.get(winner).label(), 1, Integer::sum);
    }
    return Row.random(
            Variant.PUBLISHED,
            new Figure(
                "best of the 54",
                TABLE.stream().mapToDouble(GridModel.Published::accuracy).max().orElseThrow(),
                2),
            Spread.of(best))
        .note("published: mini-batch 2x64 sigmoid; here (seeds): " + counts(names))
        .asHeadline();
  }

  private static String counts(Map<String, Integer> names) {
    return names.entrySet().stream()
        .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
        .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
        .collect(Collectors.joining(", "));
  }

  /** The model with the highest figure at a seed; among equals the first of the table. */
  private static int highest(Runs runs, int seed, ToDoubleFunction<MiniNetworks.Fit> figure) {
    int best = 0;
    for (int model = 1; model < runs.models.size(); model++) {
      if (figure.applyAsDouble(runs.fits[model][seed])
          > figure.applyAsDouble(runs.fits[best][seed])) {
        best = model;
      }
    }
    return best;
  }

  private static void addPublishedTable(List<Row> rows, Runs ours) {
    int n = PUBLISHED_MODELS.size();
    double[][] accuracies = new double[n][];
    double[][] updates = new double[n][];
    for (int model = 0; model < n; model++) {
      accuracies[model] = ours.of(model, MiniNetworks.Fit::publishedTest);
      updates[model] = ours.of(model, MiniNetworks.Fit::updates);
    }
    Chance accuracyChance =
        Chance.of(
            "accuracies",
            IntStream.range(0, n).mapToObj(MlpGrid::accuracyFigure).toList(),
            accuracies);
    Chance updatesChance =
        Chance.of(
            "update counts",
            IntStream.range(0, n).mapToObj(MlpGrid::updatesFigure).toList(),
            updates);
    for (int model = 0; model < n; model++) {
      rows.add(
          accuracyChance
              .explain(
                  Row.random(
                      Variant.PUBLISHED, accuracyFigure(model), Spread.of(accuracies[model])))
              .took(ours.seconds(model)));
      rows.add(
          updatesChance.explain(
              Row.random(Variant.PUBLISHED, updatesFigure(model), Spread.of(updates[model]))));
    }
  }

  private static void addMeans(
      List<Row> rows, String what, Runs runs, ToDoubleFunction<MiniNetworks.Fit> accuracy) {
    for (boolean miniBatch : new boolean[] {false, true}) {
      for (Activation activation : GridModel.ACTIVATIONS) {
        rows.add(
            Row.unpublished(
                Variant.CORRECTED,
                meanLabel(miniBatch, activation) + " (" + what + ")",
                Spread.of(
                    runs.means(
                        model -> model.miniBatch() == miniBatch && model.activation() == activation,
                        accuracy)),
                3));
      }
    }
  }

  private static void addChosen(List<Row> rows, Runs ours) {
    int seeds = ours.fits[0].length;
    double[] test = new double[seeds];
    double[] validation = new double[seeds];
    Map<String, Integer> names = new LinkedHashMap<>();
    for (int seed = 0; seed < seeds; seed++) {
      int chosen = highest(ours, seed, MiniNetworks.Fit::last);
      test[seed] = ours.fits[chosen][seed].correctedTest();
      validation[seed] = ours.fits[chosen][seed].last();
      names.merge(ours.models.get(chosen).label(), 1, Integer::sum);
    }
    rows.add(
        Row.unpublished(Variant.CORRECTED, "chosen by validation", Spread.of(test), 3)
            .note("chosen (seeds): " + counts(names))
            .asHeadline());
    rows.add(
        Row.unpublished(Variant.CORRECTED, "its validation accuracy", Spread.of(validation), 3));
  }

  private static void addTable(List<Row> rows, Runs ours) {
    for (int model = 0; model < ours.models.size(); model++) {
      String label = ours.models.get(model).label();
      rows.add(
          Row.unpublished(
                  Variant.CORRECTED,
                  label,
                  Spread.of(ours.of(model, MiniNetworks.Fit::correctedTest)),
                  3)
              .took(ours.seconds(model)));
      rows.add(
          Row.unpublished(
              Variant.CORRECTED,
              label + ", updates",
              Spread.of(ours.of(model, MiniNetworks.Fit::updates)),
              0));
    }
  }

  /** What the write-up says about its table, each held against ours. */
  private static List<Derived> claims(Runs ours) {
    List<Derived> claims = new ArrayList<>();
    Predicate<GridModel> relu = model -> model.activation() == Activation.RELU;
    Predicate<GridModel> others = relu.negate();
    double[] near = ours.means(relu, fit -> fit.publishedTest() <= NEAR_CHANCE + 1e-9 ? 1 : 0);
    claims.add(
        claim(
            "share of ReLU networks near chance, up to " + NEAR_CHANCE,
            published(relu, model -> model.accuracy() <= NEAR_CHANCE + 1e-9 ? 1 : 0),
            near,
            "ReLU networks stay near chance in almost every case",
            Spread.of(near).mean() >= .8,
            "true if at least four in five do"));

    double[] width =
        difference(
            ours,
            others.and(model -> model.width() == 64),
            others.and(model -> model.width() == 16));
    claims.add(
        claim(
            "atan and sigmoid: width 64 less width 16",
            published(others.and(model -> model.width() == 64), GridModel.Published::accuracy)
                - published(
                    others.and(model -> model.width() == 16), GridModel.Published::accuracy),
            width,
            "width helps",
            standardErrors(width) > 2,
            sigmas(width)));

    double[] depth =
        difference(
            ours,
            others.and(model -> model.layers() == 4),
            others.and(model -> model.layers() == 2));
    claims.add(
        claim(
            "atan and sigmoid: 4 layers less 2 layers",
            published(others.and(model -> model.layers() == 4), GridModel.Published::accuracy)
                - published(
                    others.and(model -> model.layers() == 2), GridModel.Published::accuracy),
            depth,
            "the number of hidden layers does not matter",
            Math.abs(standardErrors(depth)) <= 2,
            sigmas(depth)));

    for (String batch : List.of("", GridModel.batch(false), GridModel.batch(true))) {
      Predicate<GridModel> some =
          model -> batch.isEmpty() || GridModel.batch(model.miniBatch()).equals(batch);
      Predicate<GridModel> sigmoid = some.and(model -> model.activation() == Activation.SIGMOID);
      Predicate<GridModel> atan = some.and(model -> model.activation() == Activation.ATAN);
      double[] better = difference(ours, sigmoid, atan);
      claims.add(
          claim(
              "sigmoid less atan" + (batch.isEmpty() ? "" : ", " + batch),
              published(sigmoid, GridModel.Published::accuracy)
                  - published(atan, GridModel.Published::accuracy),
              better,
              "sigmoid is slightly better than atan" + (batch.isEmpty() ? "" : ", " + batch),
              standardErrors(better) > 2,
              sigmas(better)));
    }

    double[] full = ours.means(model -> !model.miniBatch(), fit -> work(fit.updates(), false));
    double[] mini = ours.means(GridModel::miniBatch, fit -> work(fit.updates(), true));
    double[] ratio = IntStream.range(0, full.length).mapToDouble(i -> mini[i] / full[i]).toArray();
    claims.add(
        claim(
            "work of mini-batch over full batch",
            published(GridModel::miniBatch, model -> work(model.updates(), true))
                / published(model -> !model.miniBatch(), model -> work(model.updates(), false)),
            ratio,
            "mini-batch networks take less time",
            Spread.of(ratio).mean() + 2 * standardError(Spread.of(ratio)) < 1,
            "work is rows passed forward, back and into the gradient, validation rows included;"
                + " times are at the updates of all 27"));
    return claims;
  }

  /** Multiplications by all weights: three a training row, one a validation row. */
  private static double work(int updates, boolean miniBatch) {
    int perDigit = miniBatch ? MiniNetworks.BATCH_PER_DIGIT : MiniNetworks.TRAIN_PER_DIGIT;
    int validation = MiniNetworks.CLASSES * MiniNetworks.BATCH_PER_DIGIT;
    return updates * (3.0 * MiniNetworks.CLASSES * perDigit + validation);
  }

  /** Seed by seed, the mean accuracy of some networks less that of others. */
  private static double[] difference(
      Runs ours, Predicate<GridModel> some, Predicate<GridModel> less) {
    double[] a = ours.means(some, MiniNetworks.Fit::publishedTest);
    double[] b = ours.means(less, MiniNetworks.Fit::publishedTest);
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] - b[i]).toArray();
  }

  private static double standardError(Spread spread) {
    return spread.sd() / Math.sqrt(spread.runs());
  }

  private static double standardErrors(double... ours) {
    Spread spread = Spread.of(ours);
    return spread.mean() / standardError(spread);
  }

  private static String sigmas(double... ours) {
    return String.format(
        Locale.ROOT, "the mean is %.1f standard errors from 0", standardErrors(ours));
  }

  private static Derived claim(
      String label, double published, double[] ours, String claim, boolean holds, String why) {
    return new Derived(
        new Figure(label, published, 3),
        ours,
        ours.length < Row.FEWEST_RUNS
            ? ""
            : "the claim that " + claim + " is " + (holds ? "true" : "false") + ": " + why);
  }
}
