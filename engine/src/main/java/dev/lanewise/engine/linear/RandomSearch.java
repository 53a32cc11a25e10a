package dev.lanewise.engine.linear;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Fits a {@link SoftmaxRegression} with a bias by random search: each step perturbs the best
 * parameters so far with Gaussian noise, and keeps the result if the loss is strictly lower than
 * the best one before.
 *
 * <p><b>The loss</b> is the sum over batches of each batch's mean cross-entropy, with the rows
 * dealt anew at every step. Full batches add up to a sum over rows however they are dealt, so only
 * a last batch of fewer rows needs a draw: with r = n mod batchSize of mean m over r random rows,
 *
 * <pre>loss = (sum over all rows - r m) / batchSize + m.</pre>
 *
 * <p><b>Cost.</b> A step over n rows takes n features classes multiply-adds.
 *
 * <p><b>Speed.</b> A perturbation does not depend on what was kept before, and logits are linear: X
 * (W + D) + (b + d) = (X W + b) + (X D + d). So the noise of several steps is drawn ahead and
 * multiplied at once, which is wide enough to run at full speed and reads X once for all of them; a
 * step then adds two small matrices. Noise drawn ahead of a stop is dropped.
 *
 * <p>Thread-safety: none while it is being configured; {@link #fit} changes nothing here.
 */
public final class RandomSearch {

  /**
   * Steps to a product. Ten classes make 80 columns: whole vectors of any width up to 512 bits, and
   * a panel of the right-hand side, 784 x 80 floats, that fits a second-level cache.
   */
  private static final int AHEAD = 8;

  /**
   * A product of 1 / p, each below 3.5e38, that has passed this is turned into its logarithm before
   * another one could take it past the largest double: one logarithm for hundreds of rows.
   */
  private static final double LARGE = 1e260;

  /** Told after each step. */
  @FunctionalInterface
  public interface StepListener {
    /**
     * Called on the training thread.
     *
     * @param best makes a model of the best parameters so far, a copy that stays valid; to be asked
     *     during the call only
     * @return whether to go on
     */
    boolean afterStep(Step step, Supplier<SoftmaxRegression> best);
  }

  /**
   * A step just judged.
   *
   * @param number counted from 0
   * @param loss what this step's perturbation scored
   * @param kept whether it is the best so far now
   */
  public record Step(int number, double loss, boolean kept) {}

  /**
   * What a search found.
   *
   * @param model the best parameters
   * @param loss the loss they had when they were kept
   * @param steps how many steps were judged
   * @param kept how many of them were kept
   * @param lastKept the last one kept, counted from 0
   */
  public record Result(SoftmaxRegression model, double loss, int steps, int kept, int lastKept) {}

  private final Engine engine;
  private final int classes;
  private int maxSteps = 1000;
  private int patience = 20;
  private int batchSize = 256;
  private double initialDeviation = 1e-3;
  private double stepDeviation = 1e-4;
  private @Nullable StepListener listener;

  /**
   * Defaults: at most 1,000 steps, patience 20, batches of 256, initial weights of standard
   * deviation 1e-3, steps of 1e-4.
   *
   * @param classes the number of classes
   * @throws IllegalArgumentException if there are fewer than 2 classes
   */
  public RandomSearch(Engine engine, int classes) {
    this.engine = engine;
    this.classes = Inputs.classes(classes);
  }

  /**
   * The most steps to try.
   *
   * @throws IllegalArgumentException if less than 1
   */
  public RandomSearch maxSteps(int maxSteps) {
    this.maxSteps = Inputs.atLeast("maxSteps", maxSteps, 1);
    return this;
  }

  /**
   * The number of steps in a row that are not kept at which the search ends.
   *
   * @throws IllegalArgumentException if less than 1
   */
  public RandomSearch patience(int patience) {
    this.patience = Inputs.atLeast("patience", patience, 1);
    return this;
  }

  /**
   * The rows to a batch, which the loss divides by.
   *
   * @throws IllegalArgumentException if less than 1
   */
  public RandomSearch batchSize(int batchSize) {
    this.batchSize = Inputs.atLeast("batchSize", batchSize, 1);
    return this;
  }

  /**
   * The standard deviation of the initial weights; the bias starts at 0.
   *
   * @throws IllegalArgumentException if not finite and at least 0
   */
  public RandomSearch initialDeviation(double initialDeviation) {
    this.initialDeviation = Inputs.notNegative("initialDeviation", initialDeviation);
    return this;
  }

  /**
   * The standard deviation of a step, for weights and bias alike.
   *
   * @throws IllegalArgumentException if not finite and above 0
   */
  public RandomSearch stepDeviation(double stepDeviation) {
    this.stepDeviation = Inputs.positive("stepDeviation", stepDeviation);
    return this;
  }

  /** Who is told after each step. */
  public RandomSearch onStep(StepListener listener) {
    this.listener = listener;
    return this;
  }

  /**
   * Searches. Initial weights are drawn first, row by row; then for each step its weights, row by
   * row, and its bias.
   *
   * @param x n x features, at least one row; read only
   * @param labels n labels in 0 .. classes - 1
   * @param noise draws initial weights and perturbations; some may be drawn ahead and not used
   * @param batches draws the rows of each step's last batch
   * @throws IllegalArgumentException if x is empty or holds NaN or infinity, or a label is missing
   *     or out of range
   * @throws ArithmeticException if the first loss is infinite or NaN
   * @throws CancellationException if the thread is interrupted; its interrupt status stays set
   */
  public Result fit(FloatMatrix x, int[] labels, RandomGenerator noise, RandomGenerator batches) {
    Inputs.rows("x", x);
    Inputs.labels("labels", labels, x.rows(), classes);
    return Events.fit(
        engine.info(),
        "random-search",
        x.rows(),
        x.columns(),
        () -> new Run(x, labels, noise, batches).search());
  }

  /** The state of one search. Matrices with n rows are worked on in chunks of rows. */
  private final class Run {
    private final Kernels kernels = engine.kernels();
    private final Design x;
    private final int[] labels;
    private final RandomGenerator noise;
    private final RandomGenerator batches;
    private final FloatMatrix w;
    private final FloatMatrix b;

    /** The logits of the best parameters, n x classes. */
    private final FloatMatrix best;

    /** The noise of the steps drawn ahead, side by side, and what it adds to the logits. */
    private final FloatMatrix stepsW;

    private final FloatMatrix stepsB;
    private final FloatMatrix change;
    private final int[][] chunkLabels;

    /** For each row of a chunk, 1 / the probability that the last step judged gives its label. */
    private final float[][] inverse;

    private final double[] chunkLoss;
    private final int[] deal;

    Run(FloatMatrix x, int[] labels, RandomGenerator noise, RandomGenerator batches) {
      this.x = Design.of(x);
      this.labels = labels;
      this.noise = noise;
      this.batches = batches;
      int n = x.rows();
      w = FloatMatrix.zeros(x.columns(), classes);
      b = FloatMatrix.zeros(1, classes);
      best = FloatMatrix.zeros(n, classes);
      int ahead = Math.min(AHEAD, maxSteps);
      stepsW = FloatMatrix.zeros(x.columns(), ahead * classes);
      stepsB = FloatMatrix.zeros(1, ahead * classes);
      change = FloatMatrix.zeros(n, ahead * classes);
      int chunks = SoftmaxRegression.chunks(n);
      chunkLabels = new int[chunks][];
      inverse = new float[chunks][];
      for (int chunk = 0; chunk < chunks; chunk++) {
        int from = chunk * SoftmaxRegression.CHUNK;
        int to = Math.min(n, from + SoftmaxRegression.CHUNK);
        chunkLabels[chunk] = Arrays.copyOfRange(labels, from, to);
        inverse[chunk] = new float[to - from];
      }
      chunkLoss = new double[chunks];
      deal = new int[n];
      for (int i = 0; i < n; i++) {
        deal[i] = i;
      }
    }

    Result search() {
      SoftmaxRegressionTrainer.fillGaussian(w, noise, initialDeviation);
      forEachChunk(
          (from, to) ->
              x.rows(from, to).multiply(kernels, Transpose.NO, 1, w, 0, best.rows(from, to)));
      double bestLoss = Double.POSITIVE_INFINITY;
      int step = 0;
      int kept = 0;
      int lastKept = 0;
      int misses = 0;
      while (step < maxSteps && misses < patience) {
        int slot = step % (stepsW.columns() / classes);
        if (slot == 0) {
          drawAhead();
        }
        double loss = loss(slot);
        boolean better = loss < bestLoss;
        if (better) {
          keep(slot);
          bestLoss = loss;
          kept++;
          lastKept = step;
          misses = 0;
        } else if (step == 0) {
          throw new ArithmeticException(
              "the first loss is " + loss + ": scale the features, or lower initialDeviation");
        } else {
          misses++;
        }
        boolean goOn =
            listener == null || listener.afterStep(new Step(step, loss, better), this::model);
        step++;
        if (!goOn) {
          break;
        }
      }
      return new Result(model(), bestLoss, step, kept, lastKept);
    }

    private SoftmaxRegression model() {
      return SoftmaxRegression.of(engine, w, b);
    }

    private void drawAhead() {
      for (int slot = 0; slot < stepsW.columns() / classes; slot++) {
        SoftmaxRegressionTrainer.fillGaussian(columns(stepsW, slot), noise, stepDeviation);
        SoftmaxRegressionTrainer.fillGaussian(columns(stepsB, slot), noise, stepDeviation);
      }
      forEachChunk(
          (from, to) -> {
            FloatMatrix out = change.rows(from, to);
            x.rows(from, to).multiply(kernels, Transpose.NO, 1, stepsW, 0, out);
            kernels.addRow(stepsB, out);
          });
    }

    private double loss(int slot) {
      FloatMatrix changes = columns(change, slot);
      forEachChunk(
          (from, to) -> {
            int chunk = from / SoftmaxRegression.CHUNK;
            kernels.inverseProbabilities(
                best.rows(from, to), changes.rows(from, to), chunkLabels[chunk], inverse[chunk]);
            chunkLoss[chunk] = loss(changes, from, to, inverse[chunk]);
          });
      double sum = 0;
      for (double chunk : chunkLoss) {
        sum += chunk;
      }
      int rest = labels.length % batchSize;
      if (rest == 0) {
        return sum / batchSize;
      }
      double restSum = 0;
      for (int i = 0; i < rest; i++) {
        // A partial Fisher-Yates shuffle: its first entries are a uniform draw without repetition.
        int j = i + batches.nextInt(deal.length - i);
        int row = deal[j];
        deal[j] = deal[i];
        deal[i] = row;
        float inverseOfRow = inverse[row / SoftmaxRegression.CHUNK][row % SoftmaxRegression.CHUNK];
        restSum +=
            Float.isFinite(inverseOfRow) ? Math.log(inverseOfRow) : lossFromLogits(changes, row);
      }
      return (sum - restSum) / batchSize + restSum / rest;
    }

    /** The sum of log 1 / p of a chunk's rows. */
    private double loss(FloatMatrix changes, int from, int to, float[] inverses) {
      double sum = 0;
      double product = 1;
      for (int i = from; i < to; i++) {
        float inverseOfRow = inverses[i - from];
        if (Float.isFinite(inverseOfRow)) {
          product *= inverseOfRow;
          if (product > LARGE) {
            sum += Math.log(product);
            product = 1;
          }
        } else {
          sum += lossFromLogits(changes, i);
        }
      }
      return sum + Math.log(product);
    }

    private double lossFromLogits(FloatMatrix changes, int row) {
      double max = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < classes; j++) {
        max = Math.max(max, best.get(row, j) + changes.get(row, j));
      }
      double sum = 0;
      for (int j = 0; j < classes; j++) {
        sum += Math.exp(best.get(row, j) + changes.get(row, j) - max);
      }
      int label = labels[row];
      return Math.log(sum) + max - (best.get(row, label) + changes.get(row, label));
    }

    private void keep(int slot) {
      kernels.axpy(1, columns(stepsW, slot), w);
      kernels.axpy(1, columns(stepsB, slot), b);
      FloatMatrix changes = columns(change, slot);
      forEachChunk((from, to) -> kernels.axpy(1, changes.rows(from, to), best.rows(from, to)));
    }

    private FloatMatrix columns(FloatMatrix matrix, int slot) {
      return matrix.block(0, matrix.rows(), slot * classes, (slot + 1) * classes);
    }

    private void forEachChunk(RowRange task) {
      SoftmaxRegression.forEachChunk(
          engine,
          labels.length,
          chunk -> {
            int from = chunk * SoftmaxRegression.CHUNK;
            task.accept(from, Math.min(labels.length, from + SoftmaxRegression.CHUNK));
          });
    }
  }

  @FunctionalInterface
  private interface RowRange {
    void accept(int from, int to);
  }
}
