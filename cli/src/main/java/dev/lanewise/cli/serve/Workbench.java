package dev.lanewise.cli.serve;

import dev.lanewise.cli.experiment.Progress;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.kernel.Probe;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The images, the backends, and what was made of both: an index for each backend and distance,
 * built when first asked for, and the trained models. The models are trained once, by the engine
 * that the server was given, and asked on any.
 *
 * <p>Thread-safe.
 */
final class Workbench {

  /** Queries that bring the kernels of a backend to speed before anybody waits for them. */
  private static final int WARM_UP = 200;

  private static final int MANY = 16;
  private static final int MANY_WARM_UP = 20;

  private final Engine engine;
  private final TrainTest data;
  private final Progress.Factory progress;
  private final ModelStore store;
  private final Consumer<String> log;
  private final Map<String, Engine> engines = new LinkedHashMap<>();
  private final Map<IndexKey, NearestNeighbors> indexes = new ConcurrentHashMap<>();
  private final Map<Recipe, State> states = new EnumMap<>(Recipe.class);
  private volatile boolean warm;

  private record IndexKey(String backend, Distance distance) {}

  /** How far a model is. */
  enum Status {
    WAITING,
    TRAINING,
    READY,
    FAILED
  }

  /** What there is to know of one model. */
  static final class State {
    private final Map<String, Model> models = new ConcurrentHashMap<>();
    private volatile Status status = Status.WAITING;
    private volatile long steps;
    private final AtomicLong done = new AtomicLong();
    private volatile double accuracy = Double.NaN;
    private volatile double seconds = Double.NaN;
    private volatile boolean saved;

    Status status() {
      return status;
    }

    /** Of the training, 0..1. */
    double progress() {
      return status == Status.READY ? 1 : steps == 0 ? 0 : (double) done.get() / steps;
    }

    /** Of the test images, or NaN. */
    double accuracy() {
      return accuracy;
    }

    /** That the training took, or NaN if the model was read from a file. */
    double seconds() {
      return seconds;
    }

    /** Whether it was read from a file. */
    boolean saved() {
      return saved;
    }
  }

  /**
   * Loads nothing and trains nothing yet.
   *
   * @param engine trains; stays the caller's
   * @param folder where trained models are kept
   * @param log for what goes wrong and does not stop the server
   */
  Workbench(
      Engine engine, TrainTest data, Path folder, Progress.Factory progress, Consumer<String> log) {
    this.engine = engine;
    this.data = data;
    this.progress = progress;
    this.log = log;
    this.store = new ModelStore(folder, log);
    engines.put(engine.info().backend(), engine.serial());
    for (Probe probe : Backends.discover().probeAll()) {
      if (probe.available() && !engines.containsKey(probe.name())) {
        engines.put(
            probe.name(),
            Engine.builder().backend(BackendRequest.parse(probe.name())).threads(1).open());
      }
    }
    for (Recipe recipe : Recipe.values()) {
      states.put(recipe, new State());
    }
  }

  ImageSet training() {
    return data.train();
  }

  /** The backends that work here, that of the server's engine first. */
  List<String> backends() {
    return List.copyOf(engines.keySet());
  }

  State state(Recipe recipe) {
    return java.util.Objects.requireNonNull(states.get(recipe));
  }

  /** Whether the first answers come as fast as later ones, and all models are there. */
  boolean ready() {
    return warm && states.values().stream().allMatch(state -> state.status == Status.READY);
  }

  /** The index of a backend, built when first asked for. */
  NearestNeighbors index(String backend, Distance distance) {
    return indexes.computeIfAbsent(
        new IndexKey(backend, distance),
        key -> NearestNeighbors.of(engine(backend), data.train().images(), distance));
  }

  /** The model on a backend, or null as long as it is not trained. */
  @Nullable Model model(Recipe recipe, String backend) {
    State state = state(recipe);
    Model trained = state.models.get(engine.info().backend());
    if (trained == null) {
      return null;
    }
    return state.models.computeIfAbsent(backend, name -> trained.on(engine(name)));
  }

  private Engine engine(String backend) {
    Engine found = engines.get(backend);
    if (found == null) {
      throw new IllegalArgumentException("no backend '" + backend + "' among " + backends());
    }
    return found;
  }

  /**
   * Gets everything ready: reads or trains the models, and warms the server's backend up. Runs
   * until done, or until the thread is interrupted.
   */
  void prepare() {
    String backend = engine.info().backend();
    try {
      // The indexes first: neighbours are shown while the models are still being trained.
      for (Distance distance : Distance.values()) {
        NearestNeighbors index = index(backend, distance);
        for (int row = 0; row < WARM_UP; row++) {
          index.search(testImage(row), 1);
        }
        // Questions that wait together take another way through the kernels.
        ByteMatrix many = data.test().images().rows(0, Math.min(MANY, data.test().size()));
        for (int run = 0; run < MANY_WARM_UP; run++) {
          index.search(many, 1);
        }
      }
      String key = ModelStore.key(data.train());
      // The quick one first.
      for (Recipe recipe : List.of(Recipe.SOFTMAX, Recipe.MLP)) {
        prepare(recipe, key);
        Model model = java.util.Objects.requireNonNull(model(recipe, backend));
        for (int row = 0; row < WARM_UP; row++) {
          model.probabilities(testImage(row));
        }
      }
      warm = true;
    } catch (CancellationException e) {
      log.accept("training was stopped before its end");
    } catch (RuntimeException e) {
      states.values().stream()
          .filter(state -> state.status != Status.READY)
          .forEach(state -> state.status = Status.FAILED);
      log.accept("the models cannot be trained: " + e);
    }
  }

  private ByteMatrix testImage(int row) {
    int at = row % data.test().size();
    return data.test().images().rows(at, at + 1);
  }

  private void prepare(Recipe recipe, String key) {
    State state = state(recipe);
    Model model = store.load(recipe, key, engine, data.train()).orElse(null);
    state.saved = model != null;
    if (model == null) {
      model = train(recipe, state);
      store.save(recipe, key, engine, model);
    }
    state.accuracy = accuracy(model);
    state.models.put(engine.info().backend(), model.on(engine.serial()));
    state.status = Status.READY;
  }

  private Model train(Recipe recipe, State state) {
    long start = System.nanoTime();
    state.steps = recipe.steps(data.train().size());
    state.status = Status.TRAINING;
    try (Progress bar = progress.start("training the " + recipe.title(), state.steps)) {
      Model model =
          recipe.train(
              engine,
              data.train(),
              more -> {
                if (Thread.currentThread().isInterrupted()) {
                  throw new CancellationException();
                }
                bar.step(more);
                state.done.addAndGet(more);
              });
      state.seconds = (System.nanoTime() - start) / 1e9;
      return model;
    }
  }

  private double accuracy(Model model) {
    FloatMatrix probabilities = model.probabilities(data.test().images());
    int correct = 0;
    for (int row = 0; row < probabilities.rows(); row++) {
      correct += Answers.mostProbable(probabilities.row(row)) == data.test().labels()[row] ? 1 : 0;
    }
    return (double) correct / probabilities.rows();
  }
}
