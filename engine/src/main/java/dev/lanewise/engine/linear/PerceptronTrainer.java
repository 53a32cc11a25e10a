package dev.lanewise.engine.linear;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Trains a {@link Perceptron}. All weights start at 0, rows are taken in the order given, pass
 * after pass. A machine answers -1 if w . phi(x) &lt; 0, else +1; where that is not the truth, w +=
 * truth phi(x). There is no bias but what the features hold, and no randomness.
 *
 * <p><b>Two forms, one function.</b> The explicit form keeps w. The dual form keeps how often each
 * row was added or taken away, and every machine's score of every row: a mistake adds one row of
 * the Gram matrix to the scores, whatever the number of features. It needs 8 bytes for each pair of
 * a training row and a training or watched row. When inputs are integers and all scores stay below
 * 2^53 (and a quadratic map has divisor 1), both forms are exact, and so make the same mistakes and
 * predictions. Otherwise they differ by rounding, which matters where a score is 0 up to rounding.
 *
 * <p><b>Cost.</b> For n rows, m machines and f features, a pass of the explicit form takes n m f
 * multiply-adds, and f more a mistake; the dual form takes n^2 columns / 2 once, and then n
 * additions a mistake.
 *
 * <p><b>Speed.</b> Machines do not depend on each other and are trained in parallel. A machine that
 * made no mistake in a pass never will again and is left alone.
 *
 * <p>Thread-safety: none while it is being configured; {@link #fit} changes nothing here.
 */
public final class PerceptronTrainer {

  /** How weights are held. */
  public enum Form {
    /** Whichever is expected to be faster for the shape at hand. */
    AUTO,
    /** A number for each feature. */
    EXPLICIT,
    /** A factor for each training row. */
    DUAL
  }

  /** Told after each pass; may stop the training. */
  @FunctionalInterface
  public interface PassListener {
    /**
     * Called on the training thread.
     *
     * @return whether to go on
     */
    boolean afterPass(Pass pass);
  }

  /**
   * A pass just ended.
   *
   * @param number counted from 1
   * @param mistakes of all machines together, each counted once for a row
   * @param accuracies the share of each watched set that gets its label, in the order of {@link
   *     PerceptronTrainer#watch watch}
   */
  public record Pass(int number, long mistakes, List<Double> accuracies) {
    /** Copies the list. */
    public Pass {
      accuracies = List.copyOf(accuracies);
    }
  }

  private static final class Watched {
    final FloatMatrix x;
    final int[] labels;

    Watched(FloatMatrix x, int[] labels) {
      this.x = x;
      this.labels = labels;
    }
  }

  /** {@link Form#AUTO} never makes a larger Gram matrix: 2^27 doubles are 1 GiB. */
  private static final long LARGEST_GRAM = 1L << 27;

  /**
   * A dual update touches as many numbers as there are rows, four at a time; an explicit look at a
   * row as many as there are features, one after the other, because the order of a sum is fixed.
   * Looks are more frequent than updates by a factor of about 8.
   */
  private static final int FEATURES_PER_ROW = 8 * 4;

  /** Rows are expanded once, and not at every look, if they take less: 2^22 doubles are 32 MiB. */
  private static final long LARGEST_EXPANSION = 1L << 22;

  /** A row of 784 columns, quadratic, takes 0.3 ms: some 20 ms until an interrupt is seen. */
  private static final int ROWS_TO_INTERRUPT = 64;

  private final Engine engine;
  private final int classes;
  private ClassScheme scheme = ClassScheme.ONE_VS_REST;
  private FeatureMap map = FeatureMap.linear();
  private Form form = Form.AUTO;
  private int passes = 100;
  private boolean stopWhenSeparated = true;
  private final List<Watched> watched = new ArrayList<>();
  private @Nullable PassListener listener;

  /**
   * Defaults: one-vs-rest, linear, 100 passes at most, ending at the first without a mistake.
   *
   * @param classes the number of classes
   * @throws IllegalArgumentException if there are fewer than 2 classes
   */
  public PerceptronTrainer(Engine engine, int classes) {
    this.engine = engine;
    this.classes = Inputs.classes(classes);
  }

  /** How machines make a classifier. */
  public PerceptronTrainer scheme(ClassScheme scheme) {
    this.scheme = scheme;
    return this;
  }

  /** What machines see of a row. */
  public PerceptronTrainer features(FeatureMap map) {
    this.map = map;
    return this;
  }

  /** How weights are held. */
  public PerceptronTrainer form(Form form) {
    this.form = form;
    return this;
  }

  /**
   * The most passes over the rows.
   *
   * @throws IllegalArgumentException if negative
   */
  public PerceptronTrainer passes(int passes) {
    this.passes = Inputs.atLeast("passes", passes, 0);
    return this;
  }

  /**
   * Whether to end at the first pass without a mistake. More passes change nothing but the number
   * of times the listener is told.
   */
  public PerceptronTrainer stopWhenSeparated(boolean stop) {
    this.stopWhenSeparated = stop;
    return this;
  }

  /**
   * Adds a labelled set to be judged after each pass. Cheap in the dual form: its scores are kept
   * up to date with those of the training rows.
   *
   * @param x n x the columns of the training rows, at least one row; not copied, so not to be
   *     changed before training is over
   * @param labels n labels in 0 .. classes - 1
   * @throws IllegalArgumentException if x is empty or holds NaN or infinity, or a label is missing
   *     or out of range
   */
  public PerceptronTrainer watch(FloatMatrix x, int[] labels) {
    String what = "watched set " + watched.size();
    Inputs.rows(what, x);
    Inputs.labels(what, labels, x.rows(), classes);
    watched.add(new Watched(x, labels.clone()));
    return this;
  }

  /** Who is told after each pass. */
  public PerceptronTrainer onPass(PassListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Trains.
   *
   * @param x n x d, at least one row; read only, and not needed by the model afterwards
   * @param labels n labels in 0 .. classes - 1
   * @throws IllegalArgumentException if x is empty or holds NaN or infinity, a label is missing or
   *     out of range, or a watched set has other columns
   * @throws CancellationException if the thread is interrupted; its interrupt status stays set
   */
  public Perceptron fit(FloatMatrix x, int[] labels) {
    Inputs.rows("x", x);
    Inputs.labels("labels", labels, x.rows(), classes);
    for (int i = 0; i < watched.size(); i++) {
      if (watched.get(i).x.columns() != x.columns()) {
        throw new IllegalArgumentException(
            "watched set "
                + i
                + ": "
                + watched.get(i).x.columns()
                + " columns, the training rows have "
                + x.columns());
      }
    }
    int count = scheme.machines(classes).size();
    return Events.fit(
        engine.info(),
        "perceptron",
        x.rows(),
        x.columns(),
        () -> train(x, labels, isDual(x) ? new Dual(x, count) : new Explicit(x, count)));
  }

  private boolean isDual(FloatMatrix x) {
    return switch (form) {
      case DUAL -> true;
      case EXPLICIT -> false;
      case AUTO -> {
        long width = x.rows();
        for (Watched set : watched) {
          width += set.x.rows();
        }
        yield width * x.rows() <= LARGEST_GRAM
            && (map.isQuadratic() || width <= (long) FEATURES_PER_ROW * x.columns());
      }
    };
  }

  private Perceptron train(FloatMatrix x, int[] labels, Weights weights) {
    List<ClassScheme.Machine> machines = scheme.machines(classes);
    int[][] truths = new int[machines.size()][];
    int[][] concerned = new int[machines.size()][];
    for (int m = 0; m < truths.length; m++) {
      ClassScheme.Machine machine = machines.get(m);
      concerned[m] =
          IntStream.range(0, labels.length).filter(i -> machine.truth(labels[i]) != 0).toArray();
      truths[m] = Arrays.stream(concerned[m]).map(i -> machine.truth(labels[i])).toArray();
    }
    boolean[] settled = new boolean[machines.size()];
    List<Double> accuracies = List.of();
    int pass = 0;
    boolean separated = false;
    Thread caller = Thread.currentThread();
    while (pass < passes && !(separated && stopWhenSeparated)) {
      pass++;
      long[] mistakes = new long[machines.size()];
      engine
          .parallelism()
          .forEach(
              machines.size(),
              m -> {
                if (!settled[m]) {
                  mistakes[m] = onePass(concerned[m], truths[m], weights.view(m), caller);
                  settled[m] = mistakes[m] == 0;
                }
              });
      long total = 0;
      for (long count : mistakes) {
        total += count;
      }
      separated = total == 0;
      if (listener != null) {
        if (pass == 1 || !separated) { // Else no weight has changed.
          accuracies = accuracies(machines, weights);
        }
        if (!listener.afterPass(new Pass(pass, total, accuracies))) {
          break;
        }
      }
    }
    return new Perceptron(
        x.columns(), classes, scheme, weights.form(), pass, separated, weights.scorer());
  }

  /** Shows a machine the rows that concern it, in order; returns its mistakes. */
  private static long onePass(int[] rows, int[] truths, Weights.View view, Thread caller) {
    long mistakes = 0;
    for (int at = 0; at < rows.length; at++) {
      if (at % ROWS_TO_INTERRUPT == 0) {
        Parallelism.throwIfInterrupted(caller);
      }
      if ((view.score(rows[at]) < 0 ? -1 : 1) != truths[at]) {
        view.add(truths[at], rows[at]);
        mistakes++;
      }
    }
    return mistakes;
  }

  private List<Double> accuracies(List<ClassScheme.Machine> machines, Weights weights) {
    List<Double> accuracies = new ArrayList<>();
    for (int set = 0; set < watched.size(); set++) {
      int[] labels = watched.get(set).labels;
      double[][] scores = weights.watchedScores(set);
      int correct = 0;
      for (int i = 0; i < labels.length; i++) {
        if (scheme.decide(machines, scores[i], classes) == labels[i]) {
          correct++;
        }
      }
      accuracies.add((double) correct / labels.length);
    }
    return accuracies;
  }

  /** The weights of all machines in one of the two forms, while they are being trained. */
  private interface Weights {

    /** One machine's, for one thread at a time. */
    interface View {
      /** w . phi(training row i). */
      double score(int i);

      /** w += truth phi(training row i). */
      void add(int truth, int i);
    }

    View view(int machine);

    /** The scores of all machines, one array a row of a watched set. */
    double[][] watchedScores(int set);

    Form form();

    /** What the finished model scores with. */
    Perceptron.Scorer scorer();
  }

  /** What machines see of a set's rows, kept if it is small. */
  private final class Expansion {
    private final FloatMatrix x;
    private final int features;
    private final double @Nullable [][] kept;

    Expansion(FloatMatrix x) {
      this.x = x;
      features = map.features(x.columns());
      kept =
          (long) x.rows() * features <= LARGEST_EXPANSION ? new double[x.rows()][features] : null;
      if (kept != null) {
        for (int i = 0; i < x.rows(); i++) {
          map.expand(x.row(i), kept[i]);
        }
      }
    }

    /** For {@link #row}. */
    double[] room() {
      return new double[kept == null ? features : 0];
    }

    /** Row i; not to be written to. */
    double[] row(int i, double[] room) {
      if (kept != null) {
        return kept[i];
      }
      map.expand(x.row(i), room);
      return room;
    }
  }

  private final class Explicit implements Weights {
    private final Expansion rows;
    private final List<Expansion> watchedRows = new ArrayList<>();
    private final double[][] weights;

    Explicit(FloatMatrix x, int machines) {
      rows = new Expansion(x);
      watched.forEach(set -> watchedRows.add(new Expansion(set.x)));
      weights = new double[machines][map.features(x.columns())];
    }

    @Override
    public View view(int machine) {
      double[] w = weights[machine];
      double[] room = rows.room();
      return new View() {
        @Override
        public double score(int i) {
          return Perceptron.dot(w, rows.row(i, room));
        }

        @Override
        public void add(int truth, int i) {
          Perceptron.add(truth, rows.row(i, room), w);
        }
      };
    }

    @Override
    public double[][] watchedScores(int set) {
      Expansion of = watchedRows.get(set);
      double[][] scores = new double[of.x.rows()][weights.length];
      Gram.forEachBlock(
          engine.parallelism(),
          scores.length,
          block -> {
            double[] room = of.room();
            int to = Math.min(scores.length, (block + 1) * Gram.BLOCK);
            for (int i = block * Gram.BLOCK; i < to; i++) {
              double[] phi = of.row(i, room);
              for (int m = 0; m < weights.length; m++) {
                scores[i][m] = Perceptron.dot(weights[m], phi);
              }
            }
          });
      return scores;
    }

    @Override
    public Form form() {
      return Form.EXPLICIT;
    }

    @Override
    public Perceptron.Scorer scorer() {
      return Perceptron.explicit(engine, map, weights);
    }
  }

  private final class Dual implements Weights {
    private final Gram gram;
    private final double[][] products;
    private final double[][] scores;
    private final int[][] factors;

    Dual(FloatMatrix x, int machines) {
      gram = new Gram(map, x);
      products = gram.full(engine.parallelism(), x, watched.stream().map(set -> set.x).toList());
      scores = new double[machines][products[0].length];
      factors = new int[machines][x.rows()];
    }

    @Override
    public View view(int machine) {
      double[] score = scores[machine];
      int[] factor = factors[machine];
      return new View() {
        @Override
        public double score(int i) {
          return score[i];
        }

        @Override
        public void add(int truth, int i) {
          factor[i] += truth;
          Perceptron.add(truth, products[i], score);
        }
      };
    }

    @Override
    public double[][] watchedScores(int set) {
      int offset = gram.rows();
      for (int i = 0; i < set; i++) {
        offset += watched.get(i).x.rows();
      }
      double[][] result = new double[watched.get(set).x.rows()][scores.length];
      for (int i = 0; i < result.length; i++) {
        for (int m = 0; m < scores.length; m++) {
          result[i][m] = scores[m][offset + i];
        }
      }
      return result;
    }

    @Override
    public Form form() {
      return Form.DUAL;
    }

    @Override
    public Perceptron.Scorer scorer() {
      return Perceptron.dual(engine, gram, factors);
    }
  }
}
