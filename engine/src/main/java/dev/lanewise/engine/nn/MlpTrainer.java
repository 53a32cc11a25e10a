package dev.lanewise.engine.nn;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.memory.Scratch;
import dev.lanewise.engine.random.SeedStreams;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * How to train an {@link Mlp}: everything but the data and the seed.
 *
 * <pre>{@code
 * MlpTrainer trainer =
 *     MlpTrainer.builder(engine, 784, 300, 10)
 *         .optimizer(Optimizer.adam(0.001))
 *         .batching(Batching.shuffled(64))
 *         .epochs(20)
 *         .build();
 * Mlp mlp = trainer.on(train).watch("validation", validation).fit(new SeedStreams(1)).model();
 * }</pre>
 *
 * <p>A training uses the streams {@code weights} and {@code batches} of its seed and nothing else
 * that is random: the same seed gives the same network, bit for bit, on one backend, for any number
 * of threads.
 *
 * <p><b>Cost.</b> An epoch over n rows takes about 3 n w multiply-adds, w the number of weights.
 *
 * <p>Thread-safety: immutable; any number of trainings may run at once. To train many small
 * networks, run one a thread on an engine with one thread.
 */
public final class MlpTrainer {

  private final Engine engine;
  private final int[] sizes;
  private final Activation activation;
  private final Output output;
  private final Initializer initializer;
  private final Loss loss;
  private final List<Measure> measures;
  private final GradientScale scale;
  private final Optimizer optimizer;
  private final Optimizer biasOptimizer;
  private final IntToDoubleFunction rateFactor;
  private final Batching batching;
  private final int epochs;
  private final long updates;
  private final @Nullable Patience patience;
  private final @Nullable ToDoubleFunction<EpochReport> score;
  private final boolean restoreBest;
  private final boolean keepGoing;

  private MlpTrainer(Builder b) {
    this.engine = b.engine;
    this.sizes = b.sizes;
    this.activation = b.activation;
    this.output = b.output;
    this.initializer = b.initializer;
    this.loss = b.loss;
    this.measures = b.measures.isEmpty() ? List.of(b.loss.measure()) : b.measures;
    this.scale = b.scale;
    this.optimizer = b.optimizer;
    this.biasOptimizer = b.biasOptimizer == null ? b.optimizer : b.biasOptimizer;
    this.rateFactor = b.rateFactor;
    this.batching = b.batching;
    this.epochs = b.epochs;
    this.updates = b.updates;
    this.patience = b.patience;
    this.score = b.score;
    this.restoreBest = b.restoreBest;
    this.keepGoing = b.keepGoing;
  }

  /**
   * To describe a trainer.
   *
   * @param sizes the number of features, of neurons in each hidden layer, if any, and of classes
   * @throws IllegalArgumentException if there are fewer than two sizes or one is less than 1
   */
  public static Builder builder(Engine engine, int... sizes) {
    return new Builder(engine, sizes);
  }

  /** A network that has its first weights but has learned nothing. */
  public Mlp initial(SeedStreams seeds) {
    return Mlp.owning(engine, initialParameters(seeds), output);
  }

  private Parameters initialParameters(SeedStreams seeds) {
    Parameters parameters = Parameters.zeros(sizes, activation);
    var random = seeds.stream("weights");
    for (int l = 0; l < parameters.layers(); l++) {
      initializer.initialize(parameters.weights[l], parameters.biases[l], random);
    }
    return parameters;
  }

  /**
   * The gradient of this trainer's loss, so scaled, with all samples as one batch.
   *
   * @throws IllegalArgumentException if the samples or the network do not fit this trainer
   */
  public Gradients gradients(Mlp mlp, Samples samples) {
    Parameters parameters = adopted(mlp);
    parameters.checkSamples(EngineKernels.of(engine), "the batch", samples);
    Parameters gradients = Parameters.zeros(sizes, activation);
    int n = samples.size();
    try (Arena arena = Scratch.take()) {
      List<Tile> tiles =
          Tile.of(
              EngineKernels.of(engine), parameters, gradients, optimizer, biasOptimizer, n, arena);
      TrainingStep step =
          new TrainingStep(engine, parameters, tiles, loss, output, scale, measures, n, arena);
      step.gradients(samples.rows(), samples.labels());
      return new Gradients(
          Arrays.stream(gradients.weights).map(FloatMatrix::copy).toList(),
          List.of(gradients.biases),
          step.tally().evaluation(n));
    }
  }

  /** A copy of a network's parameters, under this trainer's activation. */
  private Parameters adopted(Mlp mlp) {
    Parameters parameters = Parameters.zeros(sizes, activation);
    if (!Arrays.equals(sizes, mlp.parameters().sizes)) {
      throw new IllegalArgumentException(
          "the network has layers "
              + Arrays.toString(mlp.parameters().sizes)
              + ", the trainer "
              + Arrays.toString(sizes));
    }
    parameters.setAll(mlp.parameters());
    return parameters;
  }

  /** Begins a training on samples; nothing runs before {@link Run#fit}. */
  public Run on(Samples train) {
    return new Run(train);
  }

  /**
   * Trains on samples without watching anything.
   *
   * @throws IllegalArgumentException if the samples do not fit, or hold NaN or an infinity
   * @throws DivergenceException if training leaves the finite numbers
   */
  public Training fit(Samples train, SeedStreams seeds) {
    return on(train).fit(seeds);
  }

  /** One training to be: the data, and what is watched. Belongs to one thread. */
  public final class Run {
    private final Samples train;
    private final Map<String, Samples> after = new LinkedHashMap<>();
    private final Map<String, Samples> before = new LinkedHashMap<>();
    private TrainingListener listener = new TrainingListener() {};
    private @Nullable Mlp start;

    private Run(Samples train) {
      this.train = train;
    }

    /**
     * Evaluates samples after every epoch. The first watched set's accuracy is the score that
     * patience and the best epoch go by, unless the trainer has another.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Run watch(String name, Samples samples) {
      return put(after, name, samples);
    }

    /**
     * Evaluates samples before every epoch's first update.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Run watchBefore(String name, Samples samples) {
      return put(before, name, samples);
    }

    private Run put(Map<String, Samples> sets, String name, Samples samples) {
      if (after.containsKey(name) || before.containsKey(name)) {
        throw new IllegalArgumentException("a set '" + name + "' is already watched");
      }
      sets.put(name, samples);
      return this;
    }

    /** Tells a listener; the last one given counts. */
    public Run listener(TrainingListener newListener) {
      this.listener = newListener;
      return this;
    }

    /** Starts from a copy of a network's parameters, not from the initialiser. */
    public Run startingFrom(Mlp mlp) {
      this.start = mlp;
      return this;
    }

    /**
     * Trains.
     *
     * @throws IllegalArgumentException if samples or the network to start from do not fit, or
     *     samples hold NaN or an infinity
     * @throws DivergenceException if training leaves the finite numbers and was not told to keep
     *     going
     * @throws CancellationException if the thread is interrupted; its interrupt status stays set
     */
    public Training fit(SeedStreams seeds) {
      Parameters parameters = start == null ? initialParameters(seeds) : adopted(start);
      parameters.checkSamples(EngineKernels.of(engine), "the training set", train);
      after.forEach((name, set) -> parameters.checkSamples(EngineKernels.of(engine), name, set));
      before.forEach((name, set) -> parameters.checkSamples(EngineKernels.of(engine), name, set));
      return Events.fit(
          engine.info(),
          "mlp",
          train.size(),
          sizes[0],
          () -> {
            // Nothing of a training but its parameters outlives it.
            try (Arena arena = Scratch.take()) {
              return new Loop(this, parameters, seeds, arena).train();
            }
          });
    }
  }

  private record Watched(Samples samples, Inference inference) {}

  /** The state of one training. */
  private final class Loop {
    private final TrainingListener listener;
    private final Parameters parameters;
    private final SparseForms forms = new SparseForms(engine.parallelism());
    private final BatchSource source;
    private final List<Tile> tiles;
    private final TrainingStep[] steps;
    private final Map<String, Watched> before;
    private final Map<String, Watched> after;
    private final Patience.@Nullable Counter counter;
    private final @Nullable Parameters best;
    private long updatesMade;
    private boolean stopped;
    private int bestEpoch = -1;
    private double bestScore = Double.NaN;

    Loop(Run run, Parameters parameters, SeedStreams seeds, Arena arena) {
      this.listener = run.listener;
      this.parameters = parameters;
      this.source =
          BatchSource.of(batching, run.train, forms, seeds.stream("batches"), classes(), arena);
      int[] batchSizes = source.sizes();
      this.tiles =
          Tile.forTraining(
              EngineKernels.of(engine), parameters, optimizer, biasOptimizer, batchSizes[0], arena);
      this.steps = new TrainingStep[batchSizes.length];
      for (int i = 0; i < steps.length; i++) {
        steps[i] =
            new TrainingStep(
                engine, parameters, tiles, loss, output, scale, measures, batchSizes[i], arena);
      }
      this.before = prepared(run.before, arena);
      this.after = prepared(run.after, arena);
      this.counter =
          patience == null && !restoreBest
              ? null
              : (patience == null ? new Patience(Integer.MAX_VALUE) : patience).counter();
      this.best = restoreBest ? parameters.copy() : null;
    }

    private int classes() {
      return sizes[sizes.length - 1];
    }

    private Map<String, Watched> prepared(Map<String, Samples> sets, Arena arena) {
      Map<String, Watched> result = new LinkedHashMap<>();
      sets.forEach(
          (name, samples) -> {
            FloatMatrix x = samples.rows();
            Inference inference = new Inference(engine, parameters, output, x, forms.of(x), arena);
            result.put(name, new Watched(samples, inference));
          });
      return result;
    }

    Training train() {
      int epoch = 0;
      Training.Reason reason = Training.Reason.COMPLETED;
      while (epoch < epochs && updatesMade < updates) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("interrupted before epoch " + epoch);
        }
        Map<String, Evaluation> watched = new LinkedHashMap<>();
        evaluate(before, watched);
        Evaluation batches = epoch(epoch);
        checkParameters(epoch);
        evaluate(after, watched);
        boolean record = record(epoch, batches, watched);
        EpochReport report = report(epoch, batches, watched, record);
        epoch++;
        if (listener.onEpoch(report) == Decision.STOP || stopped) {
          reason = Training.Reason.STOPPED_BY_LISTENER;
          break;
        }
        if (counter != null && counter.exhausted()) {
          reason = Training.Reason.OUT_OF_PATIENCE;
          break;
        }
      }
      if (best != null && bestEpoch >= 0) {
        parameters.setAll(best);
      }
      return new Training(
          Mlp.owning(engine, parameters, output), epoch, updatesMade, bestEpoch, bestScore, reason);
    }

    private Evaluation epoch(int epoch) {
      source.startEpoch();
      double factor = rateFactor.applyAsDouble(epoch);
      int rows = 0;
      int correct = 0;
      double[] sums = new double[measures.size()];
      for (int u = 0; u < source.updates() && updatesMade < updates && !stopped; u++) {
        source.load(u);
        TrainingStep step = steps[source.sizeIndex(u)];
        step.run(source.rows(), source.sparse(), source.labels(), factor);
        Tally tally = step.tally();
        double lossSum = tally.sum(0);
        if (!keepGoing && !Double.isFinite(lossSum)) {
          throw new DivergenceException("the loss is " + lossSum, epoch, updatesMade);
        }
        int batchRows = source.labels().length;
        rows += batchRows;
        correct += tally.correct();
        sums[0] += lossSum;
        for (int m = 1; m < sums.length; m++) {
          sums[m] += tally.sum(m);
        }
        stopped = listener.onUpdate(updatesMade, batchRows, lossSum) == Decision.STOP;
        updatesMade++;
      }
      tiles.forEach(Tile::publish);
      return new Evaluation(rows, correct, sums);
    }

    private void checkParameters(int epoch) {
      if (!keepGoing) {
        String what = parameters.nonFinite(EngineKernels.of(engine));
        if (what != null) {
          throw new DivergenceException(what, epoch, updatesMade - 1);
        }
      }
    }

    private void evaluate(Map<String, Watched> sets, Map<String, Evaluation> into) {
      sets.forEach(
          (name, set) -> into.put(name, set.inference.evaluate(set.samples.labels(), measures)));
    }

    private boolean record(int epoch, Evaluation batches, Map<String, Evaluation> watched) {
      if (counter == null) {
        return false;
      }
      EpochReport soFar = report(epoch, batches, watched, false);
      double now;
      if (score != null) {
        now = score.applyAsDouble(soFar);
      } else if (!after.isEmpty()) {
        now = soFar.watched(after.keySet().iterator().next()).accuracy();
      } else {
        now = batches.accuracy();
      }
      boolean record = counter.record(now);
      if (record) {
        bestEpoch = epoch;
        bestScore = now;
        if (best != null) {
          best.setAll(parameters);
        }
      }
      return record;
    }

    private EpochReport report(
        int epoch, Evaluation batches, Map<String, Evaluation> watched, boolean record) {
      return new EpochReport(
          epoch,
          updatesMade,
          batches,
          watched,
          record,
          () -> Mlp.owning(engine, parameters.copy(), output));
    }
  }

  /** Collects choices for {@link MlpTrainer}; the defaults are named at each. */
  public static final class Builder {
    private final Engine engine;
    private final int[] sizes;
    private Activation activation = Activation.RELU;
    private Output output = Output.LOGITS;
    private Initializer initializer = Initializer.heNormal();
    private Loss loss = Loss.softmaxCrossEntropy();
    private List<Measure> measures = List.of();
    private GradientScale scale = GradientScale.mean();
    private Optimizer optimizer = Optimizer.sgd(0.1);
    private @Nullable Optimizer biasOptimizer;
    private IntToDoubleFunction rateFactor = epoch -> 1;
    private Batching batching = Batching.shuffled(32);
    private int epochs = Integer.MAX_VALUE;
    private long updates = Long.MAX_VALUE;
    private @Nullable Patience patience;
    private @Nullable ToDoubleFunction<EpochReport> score;
    private boolean restoreBest;
    private boolean keepGoing;

    private Builder(Engine engine, int... sizes) {
      if (sizes.length < 2) {
        throw new IllegalArgumentException(
            "a network has at least a number of features and of classes, not "
                + sizes.length
                + " sizes");
      }
      for (int size : sizes) {
        if (size < 1) {
          throw new IllegalArgumentException("a layer must have at least one neuron, not " + size);
        }
      }
      this.engine = engine;
      this.sizes = sizes.clone();
    }

    /** Of the hidden layers; by default ReLU. */
    public Builder activation(Activation newActivation) {
      this.activation = newActivation;
      return this;
    }

    /** What becomes of the logits, in training and in evaluation; by default nothing. */
    public Builder output(Output newOutput) {
      this.output = newOutput;
      return this;
    }

    /** By default {@link Initializer#heNormal}. */
    public Builder initializer(Initializer newInitializer) {
      this.initializer = newInitializer;
      return this;
    }

    /** What is minimised; by default {@link Loss#softmaxCrossEntropy()}. */
    public Builder loss(Loss newLoss) {
      this.loss = newLoss;
      return this;
    }

    /** What is reported, in this order; by default the loss. */
    public Builder measures(Measure... newMeasures) {
      this.measures = List.of(newMeasures);
      return this;
    }

    /** By default the mean over the batch. */
    public Builder gradientScale(GradientScale newScale) {
      this.scale = newScale;
      return this;
    }

    /** Of the weights, and of the biases unless they have their own; by default SGD at 0.1. */
    public Builder optimizer(Optimizer newOptimizer) {
      this.optimizer = newOptimizer;
      return this;
    }

    /** Of the biases alone. */
    public Builder biasOptimizer(Optimizer newOptimizer) {
      this.biasOptimizer = newOptimizer;
      return this;
    }

    /**
     * What all learning rates are multiplied by in an epoch, counted from 0; by default 1.
     *
     * <p>With momentum the factor applies to new gradients, not to the velocity they have built up.
     */
    public Builder rateFactor(IntToDoubleFunction factorOfEpoch) {
      this.rateFactor = factorOfEpoch;
      return this;
    }

    /** By default shuffled batches of 32. */
    public Builder batching(Batching newBatching) {
      this.batching = newBatching;
      return this;
    }

    /**
     * The most epochs.
     *
     * @throws IllegalArgumentException if there is not at least one
     */
    public Builder epochs(int most) {
      if (most < 1) {
        throw new IllegalArgumentException("there must be at least one epoch, not " + most);
      }
      this.epochs = most;
      return this;
    }

    /**
     * The most updates; the last epoch may be cut short.
     *
     * @throws IllegalArgumentException if there is not at least one
     */
    public Builder updates(long most) {
      if (most < 1) {
        throw new IllegalArgumentException("there must be at least one update, not " + most);
      }
      this.updates = most;
      return this;
    }

    /** Stops when the score has had no record for some epochs. */
    public Builder patience(Patience newPatience) {
      this.patience = newPatience;
      return this;
    }

    /**
     * What patience and the best epoch go by, higher being better; by default the accuracy of the
     * first set that is watched after epochs, or of the batches if there is none.
     */
    public Builder score(ToDoubleFunction<EpochReport> newScore) {
      this.score = newScore;
      return this;
    }

    /** Returns to the weights of the epoch with the best score; by default the last ones stay. */
    public Builder restoreBest() {
      this.restoreBest = true;
      return this;
    }

    /**
     * Goes on when the loss or a parameter is no longer finite; by default that is a {@link
     * DivergenceException}.
     */
    public Builder keepGoing() {
      this.keepGoing = true;
      return this;
    }

    /**
     * The trainer.
     *
     * @throws IllegalStateException if nothing would ever end a training
     */
    public MlpTrainer build() {
      if (epochs == Integer.MAX_VALUE && updates == Long.MAX_VALUE && patience == null) {
        throw new IllegalStateException(
            "nothing ends this training: give it epochs, updates or patience");
      }
      return new MlpTrainer(this);
    }
  }
}
