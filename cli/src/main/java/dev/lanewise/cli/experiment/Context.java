package dev.lanewise.cli.experiment;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.MiniMnistSplit;
import dev.lanewise.data.Splits;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an experiment runs with. Data sets are read once and shared by the experiments of a run. */
public final class Context {

  // Two 64-bit halves that fail different tests and a mixer: the JDK's general-purpose choice.
  private static final RandomGeneratorFactory<RandomGenerator> GENERATORS =
      RandomGeneratorFactory.of("L64X128MixRandom");

  private final Engine engine;
  private final DataCatalog catalog;
  private final Set<Variant> variants;
  private final OptionalInt seeds;
  private final Progress.Factory progress;
  private @Nullable TrainTest mnist;
  private @Nullable ImageSet miniMnist;
  private @Nullable ImageSet notMnist;
  private @Nullable NotMnistRuns notMnistRuns;

  /**
   * Collects what to run with.
   *
   * @param variants which variants to run; {@link Variant#SAME} is always run
   * @param seeds how many seeds; empty for each experiment's own number
   */
  public Context(
      Engine engine,
      DataCatalog catalog,
      Set<Variant> variants,
      OptionalInt seeds,
      Progress.Factory progress) {
    this.engine = engine;
    this.catalog = catalog;
    this.variants = Set.copyOf(variants);
    this.seeds = seeds;
    this.progress = progress;
  }

  /** The kernels and threads. */
  public Engine engine() {
    return engine;
  }

  /** Whether rows of a variant are asked for. */
  public boolean wants(Variant variant) {
    return variant == Variant.SAME || variants.contains(variant);
  }

  /** Of the two readings of a write-up those that are asked for, as published first. */
  List<Variant> variants() {
    return Stream.of(Variant.PUBLISHED, Variant.CORRECTED).filter(this::wants).toList();
  }

  /** How many seeds to run: 0 .. n - 1. */
  public int seeds(Experiment experiment) {
    return seeds.orElse(experiment.defaultSeeds());
  }

  /** The generator of one seed. Equal seeds give equal numbers on every machine. */
  public RandomGenerator random(long seed) {
    return GENERATORS.create(seed);
  }

  /** Starts to report on a long job. */
  public Progress progress(String task, long steps) {
    return progress.start(task, steps);
  }

  /** Whether {@link #mnist} is the whole set, so that published figures can be compared. */
  public boolean hasFullMnist() {
    return catalog.hasFullMnist();
  }

  /** MNIST: all of it, else the embedded part. */
  public TrainTest mnist() {
    if (mnist == null) {
      mnist = catalog.mnist();
    }
    return mnist;
  }

  /** The 1,000 images of mini-MNIST. */
  public ImageSet miniMnist() {
    if (miniMnist == null) {
      miniMnist = catalog.miniMnist();
    }
    return miniMnist;
  }

  /** The split of mini-MNIST that every experiment uses at one seed. */
  public MiniMnistSplit miniMnistSplit(long seed) {
    return Splits.miniMnist(miniMnist().labels(), random(seed));
  }

  /**
   * The images of letters.
   *
   * @throws dev.lanewise.data.MissingDataException if they are not here: nothing is embedded
   */
  public ImageSet notMnist() {
    if (notMnist == null) {
      notMnist = catalog.notMnist();
    }
    return notMnist;
  }

  /** The trainings that both experiments of write-up 004 read, made by the first that asks. */
  NotMnistRuns notMnistRuns(int seeds) {
    if (notMnistRuns == null || notMnistRuns.seeds() != seeds) {
      notMnistRuns = NotMnistRuns.train(this, seeds);
    }
    return notMnistRuns;
  }
}
