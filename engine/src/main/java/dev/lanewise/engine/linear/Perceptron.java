package dev.lanewise.engine.linear;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * Perceptrons for many classes, as {@link PerceptronTrainer} leaves them: one two-class machine for
 * each class or pair of classes (see {@link ClassScheme}), each scoring a row x by w . phi(x).
 *
 * <p>The weights are either explicit, a number for each feature, or dual: w is a sum of training
 * rows, each with a small integer for a factor, so scores are sums of inner products with training
 * rows. The two are the same function; see {@link PerceptronTrainer} on when they are the same
 * bits.
 *
 * <p>Thread-safety: immutable; any number of threads may use one model at once.
 */
public final class Perceptron {

  /** Computes what a model's machines say of rows. */
  interface Scorer {
    /** The scores of all machines, one array a row. */
    double[][] scores(FloatMatrix x);

    /** A number for each feature, one array a machine. */
    double[][] weights();

    /** Adds what it scores with to a file. */
    void save(ModelWriter writer);
  }

  private final int columns;
  private final int classes;
  private final ClassScheme scheme;
  private final List<ClassScheme.Machine> machines;
  private final PerceptronTrainer.Form form;
  private final int passes;
  private final boolean separated;
  private final Scorer scorer;

  Perceptron(
      int columns,
      int classes,
      ClassScheme scheme,
      PerceptronTrainer.Form form,
      int passes,
      boolean separated,
      Scorer scorer) {
    this.columns = columns;
    this.classes = classes;
    this.scheme = scheme;
    this.machines = scheme.machines(classes);
    this.form = form;
    this.passes = passes;
    this.separated = separated;
    this.scorer = scorer;
  }

  /** The number of columns a row must have. */
  public int columns() {
    return columns;
  }

  /** The number of classes; labels are 0 .. classes - 1. */
  public int classes() {
    return classes;
  }

  /** How machines make a classifier. */
  public ClassScheme scheme() {
    return scheme;
  }

  /** How weights are held: explicit or dual, never automatic. */
  public PerceptronTrainer.Form form() {
    return form;
  }

  /** How many passes over the training rows were made. */
  public int passes() {
    return passes;
  }

  /** Whether the last pass was without a mistake: then more passes would change nothing. */
  public boolean separated() {
    return separated;
  }

  /**
   * What each machine says of each row, w . phi(x). Machines come in the scheme's order.
   *
   * @param x n x columns, at least one row
   * @return one array of scores a row
   * @throws IllegalArgumentException if x is empty, has other columns, or holds NaN or infinity
   */
  public double[][] scores(FloatMatrix x) {
    Inputs.rows("x", x, columns);
    return scorer.scores(x);
  }

  /**
   * The class of each row.
   *
   * @param x n x columns, at least one row
   * @throws IllegalArgumentException as for {@link #scores}
   */
  public int[] predict(FloatMatrix x) {
    double[][] scores = scores(x);
    int[] labels = new int[scores.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = scheme.decide(machines, scores[i], classes);
    }
    return labels;
  }

  /**
   * The share of rows that get their label, 0 .. 1.
   *
   * @param x n x columns, at least one row
   * @param labels n labels in 0 .. classes - 1
   * @throws IllegalArgumentException as for {@link #scores}, or if a label is missing or out of
   *     range
   */
  public double accuracy(FloatMatrix x, int[] labels) {
    Inputs.labels("labels", labels, x.rows(), classes);
    int[] predicted = predict(x);
    int correct = 0;
    for (int i = 0; i < labels.length; i++) {
      if (predicted[i] == labels[i]) {
        correct++;
      }
    }
    return (double) correct / labels.length;
  }

  /**
   * The weights as one matrix {@code weight}, features x machines, so that {@code phi(x) @ weight}
   * are the scores. Features come in {@link FeatureMap}'s order, machines in the scheme's. A copy,
   * rounded to float32; a dual model's are summed for it, in a number of steps proportional to
   * training rows x features x machines.
   *
   * @throws IllegalStateException if a weight is NaN or beyond the floats
   * @throws ArithmeticException if there are more features than an array can hold, which a dual
   *     model may have
   */
  public SequencedMap<String, FloatMatrix> tensors() {
    double[][] weights = scorer.weights();
    FloatMatrix weight = FloatMatrix.zeros(weights[0].length, weights.length);
    for (int m = 0; m < weights.length; m++) {
      for (int i = 0; i < weights[m].length; i++) {
        float rounded = (float) weights[m][i];
        if (!Float.isFinite(rounded)) {
          throw new IllegalStateException(
              "weight %d of machine %d is %s, which float32 cannot hold"
                  .formatted(i, m, weights[m][i]));
        }
        weight.set(i, m, rounded);
      }
    }
    SequencedMap<String, FloatMatrix> tensors = new LinkedHashMap<>();
    tensors.put("weight", weight);
    return tensors;
  }

  /**
   * Saves the model, in the form that it has. The file is replaced in one step.
   *
   * @throws UncheckedIOException if the file cannot be written; an older one is then as it was
   * @throws IllegalStateException if a weight is NaN or infinite, after sums beyond the doubles
   */
  public void save(Path file) {
    ModelWriter writer = LinearFiles.perceptron(columns, classes, scheme, form, passes, separated);
    scorer.save(writer);
    writer.write(file);
  }

  /**
   * Loads a model, which no longer needs the file.
   *
   * @param engine whose threads it shall use
   * @throws ModelFormatException if the file is not a perceptron's, is damaged, or is of a newer
   *     version
   * @throws UncheckedIOException if it cannot be read
   */
  public static Perceptron load(Engine engine, Path file) {
    return LinearFiles.loadPerceptron(engine, file);
  }

  /** Scores from a number for each feature. */
  static Scorer explicit(Engine engine, FeatureMap map, double[][] weights) {
    return new Explicit(engine, map, weights);
  }

  private static final class Explicit implements Scorer {
    private final Engine engine;
    private final FeatureMap map;
    private final double[][] weights;

    Explicit(Engine engine, FeatureMap map, double[][] weights) {
      this.engine = engine;
      this.map = map;
      this.weights = weights;
    }

    @Override
    public double[][] scores(FloatMatrix x) {
      double[][] scores = new double[x.rows()][weights.length];
      Gram.forEachBlock(
          engine.parallelism(),
          x.rows(),
          block -> {
            double[] phi = new double[map.features(x.columns())];
            int to = Math.min(x.rows(), (block + 1) * Gram.BLOCK);
            for (int i = block * Gram.BLOCK; i < to; i++) {
              map.expand(x.row(i), phi);
              for (int m = 0; m < weights.length; m++) {
                scores[i][m] = dot(weights[m], phi);
              }
            }
          });
      return scores;
    }

    @Override
    public double[][] weights() {
      return weights;
    }

    @Override
    public void save(ModelWriter writer) {
      LinearFiles.explicit(writer, map, weights);
    }
  }

  /** Scores from a factor for each training row. */
  static Scorer dual(Engine engine, Gram gram, int[][] factors) {
    return new Dual(engine, gram, factors);
  }

  private static final class Dual implements Scorer {
    private final Engine engine;
    private final Gram gram;
    private final int[][] factors;

    Dual(Engine engine, Gram gram, int[][] factors) {
      this.engine = engine;
      this.gram = gram;
      this.factors = factors;
    }

    @Override
    public double[][] scores(FloatMatrix x) {
      double[][] scores = new double[x.rows()][factors.length];
      Gram.forEachBlock(
          engine.parallelism(),
          x.rows(),
          block -> {
            int from = block * Gram.BLOCK;
            int to = Math.min(x.rows(), from + Gram.BLOCK);
            double[][] sums = new double[factors.length][Gram.BLOCK];
            gram.block(
                x,
                from,
                to,
                (row, products) -> {
                  for (int m = 0; m < factors.length; m++) {
                    if (factors[m][row] != 0) {
                      add(factors[m][row], products, sums[m]);
                    }
                  }
                });
            for (int i = from; i < to; i++) {
              for (int m = 0; m < factors.length; m++) {
                scores[i][m] = sums[m][i - from];
              }
            }
          });
      return scores;
    }

    @Override
    public double[][] weights() {
      FloatMatrix rows = gram.keptRows();
      double[][] weights = new double[factors.length][gram.map().features(rows.columns())];
      for (int i = 0; i < rows.rows(); i++) {
        double[] phi = gram.map().expand(rows, i);
        for (int m = 0; m < factors.length; m++) {
          if (factors[m][i] != 0) {
            add(factors[m][i], phi, weights[m]);
          }
        }
      }
      return weights;
    }

    @Override
    public void save(ModelWriter writer) {
      LinearFiles.dual(writer, gram, factors);
    }
  }

  /** y += factor x. */
  static void add(double factor, double[] x, double[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] += factor * x[i];
    }
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
