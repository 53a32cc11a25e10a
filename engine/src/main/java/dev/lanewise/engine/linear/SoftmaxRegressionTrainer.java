package dev.lanewise.engine.linear;

import dev.lanewise.engine.Crew;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Fits a {@link SoftmaxRegression} by mini-batch gradient descent on the mean cross-entropy plus
 * l2/2 times the sum of squared weights. Each epoch takes the rows in a fresh random order, each
 * batch once; all gradients of a step are taken before it.
 *
 * <p>The engine's threads share each step; how a batch is cut for them depends on its size and on
 * the elements of the rows alone, so the result is the same for any number of them.
 *
 * <p><b>Cost.</b> An epoch over n rows takes 2 n features classes multiply-adds, or less where
 * elements are 0.
 *
 * <p>Thread-safety: none while it is being configured; {@link #fit} changes nothing here.
 */
public final class SoftmaxRegressionTrainer {

  /** What a batch's summed gradient is divided by. */
  public enum Divisor {
    /** The rows in the batch: the gradient is a mean. */
    ACTUAL_ROWS,
    /** The configured batch size, even for a last batch with fewer rows. */
    NOMINAL_BATCH_SIZE
  }

  /** Told after each epoch; may stop the training. */
  @FunctionalInterface
  public interface EpochListener {
    /**
     * Called on the training thread.
     *
     * @return whether to go on
     */
    boolean afterEpoch(Epoch epoch);
  }

  /**
   * An epoch just ended.
   *
   * @param number counted from 1
   * @param meanLoss the mean cross-entropy over all rows, each taken just before the step that its
   *     batch made; without the L2 penalty
   * @param model the parameters after the epoch; a copy that stays valid
   */
  public record Epoch(int number, double meanLoss, SoftmaxRegression model) {}

  /** Below this, -log p is taken from logits: a float that small has lost its precision. */
  private static final float TINY = 1e-30f;

  /**
   * A product of probabilities that has passed this is turned into its logarithm: another one, at
   * least {@link #TINY}, could not take it below the smallest double before. One logarithm does for
   * hundreds of rows.
   */
  private static final double SMALL = 1e-260;

  /** Rows of a batch that a task takes at least: reading them takes some tens of microseconds. */
  private static final int TASK_ROWS = 32;

  /**
   * Floats of a cache line. Sparse products name rows of the weights here and there: ten classes
   * with a gap after them are one line and whole vectors, where the next row, begun on that line,
   * took 1.5 times as long (16 lanes; 8 lanes: no difference).
   */
  private static final int LINE = FloatMatrix.ALIGNMENT / Float.BYTES;

  /** The most tasks of a step, by rows and then by columns. */
  private static final int MOST_TASKS = 8;

  private final Engine engine;
  private final int classes;
  private int epochs = 10;
  private int batchSize = 128;
  private double learningRate = 0.1;
  private double l2;
  private boolean bias = true;
  private Divisor divisor = Divisor.ACTUAL_ROWS;
  private @Nullable EpochListener listener;

  /**
   * Defaults: 10 epochs, batches of 128, learning rate 0.1, no penalty, with a bias, gradients
   * divided by the actual rows.
   *
   * @param classes the number of classes
   * @throws IllegalArgumentException if there are fewer than 2 classes
   */
  public SoftmaxRegressionTrainer(Engine engine, int classes) {
    this.engine = engine;
    this.classes = Inputs.classes(classes);
  }

  /**
   * How often to go through the rows; 0 leaves the initial weights.
   *
   * @throws IllegalArgumentException if negative
   */
  public SoftmaxRegressionTrainer epochs(int epochs) {
    this.epochs = Inputs.atLeast("epochs", epochs, 0);
    return this;
  }

  /**
   * Rows to a step; more than there are means full-batch descent.
   *
   * @throws IllegalArgumentException if less than 1
   */
  public SoftmaxRegressionTrainer batchSize(int batchSize) {
    this.batchSize = Inputs.atLeast("batchSize", batchSize, 1);
    return this;
  }

  /**
   * The length of a step along the negative gradient.
   *
   * @throws IllegalArgumentException if not finite and above 0
   */
  public SoftmaxRegressionTrainer learningRate(double learningRate) {
    this.learningRate = Inputs.positive("learningRate", learningRate);
    return this;
  }

  /**
   * The weight of the penalty on the weights (never on the bias).
   *
   * @throws IllegalArgumentException if not finite and at least 0
   */
  public SoftmaxRegressionTrainer l2(double l2) {
    this.l2 = Inputs.notNegative("l2", l2);
    return this;
  }

  /** Whether the model has a bias. It starts at 0. */
  public SoftmaxRegressionTrainer bias(boolean bias) {
    this.bias = bias;
    return this;
  }

  /** What a batch's summed gradient is divided by. */
  public SoftmaxRegressionTrainer divisor(Divisor divisor) {
    this.divisor = divisor;
    return this;
  }

  /** Who is told after each epoch. */
  public SoftmaxRegressionTrainer onEpoch(EpochListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Trains a model from weights drawn from N(0, 1) / sqrt(features), row by row.
   *
   * @param x n x features, at least one row; read only
   * @param labels n labels in 0 .. classes - 1
   * @param weights draws the initial weights
   * @param shuffles draws the order of rows
   * @throws IllegalArgumentException if x is empty or holds NaN or infinity, or a label is missing
   *     or out of range
   * @throws ArithmeticException if the loss becomes infinite or NaN; the message says where
   * @throws CancellationException if the thread is interrupted; its interrupt status stays set
   */
  public SoftmaxRegression fit(
      FloatMatrix x, int[] labels, RandomGenerator weights, RandomGenerator shuffles) {
    Inputs.rows("x", x);
    Inputs.labels("labels", labels, x.rows(), classes);
    return Events.fit(
        engine.info(),
        "softmax-regression",
        x.rows(),
        x.columns(),
        () -> new Run(x, labels, weights).train(shuffles));
  }

  /** The state of one fit: parameters, and buffers that all its steps share. */
  private final class Run {
    private final Kernels kernels = EngineKernels.of(engine);
    private final Design x;
    private final int[] labels;
    private final int batchRows;
    private final int[] order;
    private final FloatMatrix b;
    private final FloatMatrix biasGradient;
    private final FloatMatrix batch;

    // As wide as is good for products; columns after the classes stay 0.
    private final FloatMatrix wideW;
    private final FloatMatrix[] products;
    private final FloatMatrix wideProbabilities;
    private final FloatMatrix w;
    private final FloatMatrix logits;
    private final FloatMatrix probabilities;

    // The rows of a batch, cut by rows and by columns.
    private final double[] losses;
    private final Design[] parts;
    private final Design[] batches;
    private final IntConsumer multiplyTask = this::multiply;
    private final IntConsumer probabilitiesTask = this::probabilities;
    private final IntConsumer updateTask = this::update;
    private int from;
    private int to;
    private float rate;

    Run(FloatMatrix x, int[] labels, RandomGenerator random) {
      this.x = Design.of(x, engine.parallelism());
      this.labels = labels;
      order = new int[x.rows()];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      int width = !this.x.isDense() && classes > LINE / 2 ? Math.max(classes, LINE) : classes;
      wideW = FloatMatrix.zeros(x.columns(), width);
      w = wideW.block(0, x.columns(), 0, classes);
      fillGaussian(w, random, 1 / Math.sqrt(x.columns()));
      b = FloatMatrix.zeros(1, classes);
      batchRows = Math.min(batchSize, x.rows());
      biasGradient = FloatMatrix.zeros(1, classes);
      batch = FloatMatrix.zeros(this.x.isDense() ? batchRows : 0, x.columns());
      losses = new double[Math.clamp(batchRows / TASK_ROWS, 1, MOST_TASKS)];
      parts = this.x.columnParts(losses.length);
      batches = new Design[parts.length];
      products = new FloatMatrix[parts.length];
      Arrays.setAll(products, part -> FloatMatrix.zeros(batchRows, width));
      logits = products[0].block(0, batchRows, 0, classes);
      wideProbabilities = FloatMatrix.zeros(batchRows, width);
      probabilities = wideProbabilities.block(0, batchRows, 0, classes);
    }

    SoftmaxRegression train(RandomGenerator shuffles) {
      for (int epoch = 1; epoch <= epochs; epoch++) {
        shuffle(order, shuffles);
        double loss = epoch(epoch);
        if (listener != null
            && !listener.afterEpoch(new Epoch(epoch, loss / order.length, model()))) {
          break;
        }
      }
      return model();
    }

    /** Goes through the rows once; returns their summed loss. */
    private double epoch(int epoch) {
      double loss = 0;
      // Let go after every epoch: a listener that evaluates wants the engine's threads.
      try (Crew crew = engine.parallelism().crew()) {
        for (from = 0; from < order.length; from = to) {
          to = Math.min(order.length, from + batchRows);
          double batchLoss = step(crew);
          if (!Double.isFinite(batchLoss)) {
            throw new ArithmeticException(
                "training diverged: the loss is "
                    + batchLoss
                    + " in epoch "
                    + epoch
                    + ", batch "
                    + (from / batchRows + 1)
                    + "; lower the learning rate ("
                    + learningRate
                    + ") or scale the features");
          }
          loss += batchLoss;
        }
      }
      return loss;
    }

    private SoftmaxRegression model() {
      try {
        return bias ? SoftmaxRegression.of(engine, w, b) : SoftmaxRegression.of(engine, w);
      } catch (IllegalArgumentException e) {
        // The last step overflowed, after the last loss that was looked at.
        throw new ArithmeticException("training diverged: " + e.getMessage());
      }
    }

    /** Makes one step with the rows order[from .. to - 1]; returns their summed loss before it. */
    private double step(Crew crew) {
      if (!x.isDense()) {
        crew.forEach(parts.length, multiplyTask);
      }
      crew.forEach(losses.length, probabilitiesTask);
      int by = divisor == Divisor.ACTUAL_ROWS ? to - from : batchSize;
      rate = (float) (-learningRate / by);
      if (l2 > 0) {
        kernels.axpby(0, w, (float) (1 - learningRate * l2), w);
      }
      crew.forEach(parts.length, updateTask);
      if (bias) {
        kernels.columnSums(probabilities.rows(0, to - from), biasGradient);
        kernels.axpy(rate, biasGradient, b);
      }
      double loss = 0;
      for (double share : losses) {
        loss += share;
      }
      return loss;
    }

    /**
     * What some columns of the batch's rows add to the logits. These columns and their weights are
     * those of {@link #update}, so that they stay in the caches of one thread.
     */
    private void multiply(int part) {
      batches[part] = parts[part].gather(order, from, to, batch);
      multiply(batches[part], products[part].rows(0, to - from));
    }

    private void multiply(Design xs, FloatMatrix product) {
      xs.multiply(kernels, Transpose.NO, 1, wideW, 0, product);
    }

    /** From the logits of some of the batch's rows to their loss and its gradient there. */
    private void probabilities(int share) {
      int first = (int) ((long) (to - from) * share / losses.length);
      int end = (int) ((long) (to - from) * (share + 1) / losses.length);
      FloatMatrix z = logits.rows(first, end);
      FloatMatrix p = probabilities.rows(first, end);
      if (x.isDense()) {
        FloatMatrix room = batch.rows(first, end);
        multiply(x.gather(order, from + first, from + end, room), products[0].rows(first, end));
      }
      for (int part = 1; part < parts.length; part++) {
        kernels.axpy(1, products[part].rows(first, end), products[0].rows(first, end));
      }
      if (bias) {
        kernels.addRow(b, z);
      }
      kernels.softmaxRows(z, p);
      double loss = 0;
      double likelihood = 1;
      for (int i = 0; i < end - first; i++) {
        int label = labels[order[from + first + i]];
        float probability = p.get(i, label);
        if (probability >= TINY) {
          likelihood *= probability;
          if (likelihood < SMALL) {
            loss -= Math.log(likelihood);
            likelihood = 1;
          }
        } else {
          loss += loss(z, p, i, label);
        }
        // From here on p is the gradient of the loss at the logits.
        p.set(i, label, probability - 1);
      }
      losses[share] = loss - Math.log(likelihood);
    }

    /** The step itself: W -= rate / by X'G, in some of its rows, with no gradient in between. */
    private void update(int part) {
      FloatMatrix p = wideProbabilities.rows(0, to - from);
      Design xs = x.isDense() ? Design.dense(batch.rows(0, to - from)) : batches[part];
      xs.multiply(kernels, Transpose.YES, rate, p, 1, wideW);
    }
  }

  /**
   * The cross-entropy of a row. From the largest probability, at least 1 / classes, and the
   * difference of two logits: so it is right even where the label's own probability is 0 in float.
   */
  static double loss(FloatMatrix logits, FloatMatrix probabilities, int row, int label) {
    int best = SoftmaxRegression.argMax(logits, row);
    return (double) logits.get(row, best)
        - logits.get(row, label)
        - Math.log(probabilities.get(row, best));
  }

  /** Fills a matrix row by row with N(0, 1) times a scale, rounded to float. */
  static void fillGaussian(FloatMatrix matrix, RandomGenerator random, double scale) {
    for (int i = 0; i < matrix.rows(); i++) {
      for (int j = 0; j < matrix.columns(); j++) {
        matrix.set(i, j, (float) (random.nextGaussian() * scale));
      }
    }
  }

  /** The Fisher-Yates shuffle: any order that came before gives a uniform one. */
  private static void shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
  }
}
