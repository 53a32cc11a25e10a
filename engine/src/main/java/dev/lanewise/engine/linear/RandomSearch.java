package dev.lanewise.engine.linear;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.memory.Pool;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
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
   * Steps to a product. Ten classes make 160 columns: whole vectors of any width up to 512 bits,
   * and a panel of the right-hand side, 784 x 160 floats, that fits a second-level cache. With 8 it
   * takes 1.2 times as long, with 24 as long.
   */
  private static final int AHEAD = 16;

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
    private final Kernels kernels = EngineKernels.of(engine);
    private final Design design;
    private final int[] labels;
    private final RandomGenerator noise;
    private final RandomGenerator batches;
    private final FloatMatrix w;
    private final FloatMatrix b;

    /** The noise of the steps drawn ahead, side by side. */
    private final FloatMatrix stepsW;

    private final FloatMatrix stepsB;
    private final Chunk[] chunks;
    private final int[] deal;

    /** What a product gives, a chunk's rows by the columns of all steps drawn ahead. */
    private final Pool<FloatMatrix> products;

    Run(FloatMatrix x, int[] labels, RandomGenerator noise, RandomGenerator batches) {
      design = Design.of(x, engine.parallelism());
      this.labels = labels;
      this.noise = noise;
      this.batches = batches;
      w = FloatMatrix.zeros(x.columns(), classes);
      b = FloatMatrix.zeros(1, classes);
      int columns = Math.min(AHEAD, maxSteps) * classes;
      stepsW = FloatMatrix.zeros(x.columns(), columns);
      stepsB = FloatMatrix.zeros(1, columns);
      products = new Pool<>(() -> FloatMatrix.zeros(SoftmaxRegression.CHUNK, columns));
      chunks = new Chunk[SoftmaxRegression.chunks(x.rows())];
      for (int i = 0; i < chunks.length; i++) {
        int from = i * SoftmaxRegression.CHUNK;
        chunks[i] = new Chunk(from, Math.min(x.rows(), from + SoftmaxRegression.CHUNK), columns);
      }
      deal = new int[x.rows()];
      for (int i = 0; i < deal.length; i++) {
        deal[i] = i;
      }
    }

    Result search() {
      SoftmaxRegressionTrainer.fillGaussian(w, noise, initialDeviation);
      forEachChunk(Chunk::start);
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
      forEachChunk(Chunk::look);
    }

    private double loss(int slot) {
      forEachChunk(chunk -> chunk.judge(slot));
      double sum = 0;
      for (Chunk chunk : chunks) {
        sum += chunk.loss;
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
        restSum +=
            chunks[row / SoftmaxRegression.CHUNK].lossOf(row % SoftmaxRegression.CHUNK, slot);
      }
      return (sum - restSum) / batchSize + restSum / rest;
    }

    private void keep(int slot) {
      kernels.axpy(1, columns(stepsW, slot), w);
      kernels.axpy(1, columns(stepsB, slot), b);
      forEachChunk(chunk -> chunk.keep(slot));
    }

    private FloatMatrix columns(FloatMatrix matrix, int slot) {
      return matrix.block(0, matrix.rows(), slot * classes, (slot + 1) * classes);
    }

    private void forEachChunk(Consumer<Chunk> task) {
      SoftmaxRegression.forEachChunk(engine, labels.length, i -> task.accept(chunks[i]));
    }

    /**
     * Some rows. Their logits are kept transposed, an example a column: what is added, and what is
     * read for a loss, then lies in long rows, however few classes there are.
     */
    private final class Chunk {
      private final int rows;
      private final Design x;
      private final int[] labels;

      /** The logits of the best parameters, classes x rows. */
      private final FloatMatrix best;

      /** What the steps drawn ahead add to them, a step below the other. */
      private final FloatMatrix change;

      /** For each row, 1 / the probability that the last step judged gives its label. */
      private final float[] inverse;

      /** The sum of log 1 / p of the last step judged. */
      private double loss;

      Chunk(int from, int to, int columns) {
        rows = to - from;
        x = design.rows(from, to);
        labels = Arrays.copyOfRange(Run.this.labels, from, to);
        best = logits(classes, rows);
        change = logits(columns, rows);
        inverse = new float[rows];
      }

      private static FloatMatrix logits(int classes, int examples) {
        // A chunk is 4 KB, and a cache keeps few lines that are a multiple of that apart.
        int line = FloatMatrix.ALIGNMENT / Float.BYTES;
        return FloatMatrix.zeros(classes, examples + line).block(0, classes, 0, examples);
      }

      void start() {
        multiply(w, b, best);
      }

      void look() {
        multiply(stepsW, stepsB, change);
      }

      private void multiply(FloatMatrix weights, FloatMatrix bias, FloatMatrix out) {
        FloatMatrix room = products.take();
        FloatMatrix product = room.block(0, rows, 0, weights.columns());
        x.multiply(kernels, Transpose.NO, 1, weights, 0, product);
        kernels.addRow(bias, product);
        kernels.transpose(product, out);
        products.give(room);
      }

      void keep(int slot) {
        kernels.axpy(1, changes(slot), best);
      }

      private FloatMatrix changes(int slot) {
        return change.rows(slot * classes, (slot + 1) * classes);
      }

      void judge(int slot) {
        kernels.inverseProbabilities(best, changes(slot), labels, inverse);
        double sum = 0;
        double product = 1;
        for (int row = 0; row < inverse.length; row++) {
          if (Float.isFinite(inverse[row])) {
            product *= inverse[row];
            if (product > LARGE) {
              sum += Math.log(product);
              product = 1;
            }
          } else {
            sum += lossFromLogits(row, slot);
          }
        }
        loss = sum + Math.log(product);
      }

      /** log 1 / p of a row, for the last step judged. */
      double lossOf(int row, int slot) {
        return Float.isFinite(inverse[row]) ? Math.log(inverse[row]) : lossFromLogits(row, slot);
      }

      private double lossFromLogits(int row, int slot) {
        FloatMatrix changes = changes(slot);
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < classes; j++) {
          max = Math.max(max, best.get(j, row) + changes.get(j, row));
        }
        double sum = 0;
        for (int j = 0; j < classes; j++) {
          sum += Math.exp(best.get(j, row) + changes.get(j, row) - max);
        }
        int label = labels[row];
        return Math.log(sum) + max - (best.get(label, row) + changes.get(label, row));
      }
    }
  }
}
