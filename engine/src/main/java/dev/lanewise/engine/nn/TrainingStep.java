package dev.lanewise.engine.nn;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Forward pass, loss, backward pass and update for batches of one size. All memory is allocated
 * here, once, from an arena; a step allocates nothing but, for a batch that is cut, views of new
 * input rows.
 *
 * <p>First, per chunk of rows, the whole way forward and back to the gradient at every layer's sums
 * (all from the weights before the update); then, per tile of a layer's weights, the gradient over
 * all rows and the optimiser's step.
 */
final class TrainingStep {

  private final Engine engine;
  private final Kernels kernels;
  private final Parameters parameters;
  private final Loss loss;
  private final List<Tile> tiles;
  private final int rows;
  private final float divisor;
  private final long products;
  private final int chunks;

  // [layer][chunk]; the sums z are kept only for an activation whose derivative needs them.
  private final FloatMatrix[][] sums;
  private final FloatMatrix[][] activations;
  private final FloatMatrix[][] deltas;
  private final FloatMatrix scores;
  private final FloatMatrix probabilities;
  private final FloatMatrix scoresGradient;
  private final FloatMatrix[] logitChunks;
  private final FloatMatrix[] scoreChunks;
  private final FloatMatrix[] probabilityChunks;
  private final FloatMatrix logits;
  private final @Nullable SoftmaxOverRows overRows;

  // What each tile multiplies: layer inputs and deltas, whole batch, the tile's columns.
  private final FloatMatrix[] tileInputs;
  private final FloatMatrix[] tileDeltas;

  // The output layer's weights, outputs x inputs, where a tile keeps them so.
  private final @Nullable FloatMatrix turned;

  private final FloatMatrix[] inputChunks;
  private @Nullable FloatMatrix bound;
  private @Nullable SparseRows sparse;

  // What a sparse batch is multiplied by and where to, whole rows: see AlignedRows.
  private final FloatMatrix sparseWeights;
  private final FloatMatrix sparseSums;
  private final FloatMatrix sparseDeltas;

  private int[] labels = {};
  private double rateFactor;
  private final Tally tally;
  private final RowBlock[] blocks;

  private final IntConsumer forwardTask = this::forward;
  private final IntConsumer lossTask = this::loss;
  private final IntConsumer backwardTask = this::backward;
  private final IntConsumer throughTask = this::through;
  private final IntConsumer gradientTask = this::gradient;
  private final IntConsumer updateTask = this::gradientAndUpdate;

  TrainingStep(
      Engine engine,
      Parameters parameters,
      List<Tile> tiles,
      Loss loss,
      Output output,
      GradientScale scale,
      List<Measure> measures,
      int rows,
      Arena arena) {
    this.engine = engine;
    this.kernels = EngineKernels.of(engine);
    this.parameters = parameters;
    this.loss = loss;
    this.tiles = tiles;
    this.rows = rows;
    this.divisor = scale.divisor(rows);
    this.products = rows * parameters.products();
    this.chunks = Work.chunks(rows);
    int layers = parameters.layers();
    int classes = parameters.classes();
    this.tally = new Tally(measures, rows, classes);
    this.blocks = RowBlock.ofChunks(rows, classes);
    sums = new FloatMatrix[layers - 1][];
    activations = new FloatMatrix[layers - 1][];
    deltas = new FloatMatrix[layers][];
    FloatMatrix[] wholeActivations = new FloatMatrix[layers - 1];
    FloatMatrix[] wholeDeltas = new FloatMatrix[layers];
    for (int l = 0; l < layers - 1; l++) {
      wholeActivations[l] = AlignedRows.zeros(arena, rows, parameters.sizes[l + 1]);
      activations[l] = Inference.chunksOf(wholeActivations[l]);
      sums[l] =
          parameters.activation.derivativeNeedsSum()
              ? Inference.chunksOf(AlignedRows.zeros(arena, rows, parameters.sizes[l + 1]))
              : activations[l];
    }
    for (int l = 0; l < layers; l++) {
      wholeDeltas[l] = AlignedRows.zeros(arena, rows, parameters.sizes[l + 1]);
      deltas[l] = Inference.chunksOf(wholeDeltas[l]);
    }
    scoresGradient = wholeDeltas[layers - 1];
    logits = AlignedRows.zeros(arena, rows, classes);
    probabilities = FloatMatrix.zeros(arena, rows, classes);
    if (output == Output.SOFTMAX_OVER_ROWS) {
      scores = FloatMatrix.zeros(arena, rows, classes);
      overRows = new SoftmaxOverRows(kernels, arena, rows, classes);
    } else {
      scores = logits;
      overRows = null;
    }
    logitChunks = Inference.chunksOf(logits);
    scoreChunks = Inference.chunksOf(scores);
    probabilityChunks = Inference.chunksOf(probabilities);
    sparseWeights = AlignedRows.whole(parameters.weights[0]);
    sparseSums = AlignedRows.whole(layers == 1 ? logits : sums[0][0]);
    sparseDeltas = AlignedRows.whole(wholeDeltas[0]);
    inputChunks = new FloatMatrix[chunks];
    tileInputs = new FloatMatrix[tiles.size()];
    tileDeltas = new FloatMatrix[tiles.size()];
    turned = tiles.getLast().turned();
    for (int t = 0; t < tileInputs.length; t++) {
      Tile tile = tiles.get(t);
      tileDeltas[t] = tile.columnsOf(wholeDeltas[tile.layer()]);
      if (tile.layer() > 0) {
        tileInputs[t] = tile.rowsOf(wholeActivations[tile.layer() - 1]);
      }
    }
  }

  /**
   * One update.
   *
   * @param sparseX the rows of {@code x} without their zeros, or null; not used for a batch that is
   *     cut
   */
  void run(FloatMatrix x, @Nullable SparseRows sparseX, int[] batchLabels, double factor) {
    rateFactor = factor;
    sparse = chunks == 1 ? sparseX : null;
    gradientsAtSums(x, batchLabels);
    Work.run(engine.parallelism(), products, tileInputs.length, updateTask);
  }

  /** The gradients alone: left in the tiles, no update made. */
  void gradients(FloatMatrix x, int[] batchLabels) {
    sparse = null;
    gradientsAtSums(x, batchLabels);
    Work.run(engine.parallelism(), products, tileInputs.length, gradientTask);
  }

  /** What the last batch was like before its update. */
  Tally tally() {
    return tally;
  }

  private void gradientsAtSums(FloatMatrix x, int[] batchLabels) {
    bind(x);
    labels = batchLabels;
    if (overRows == null) {
      Work.run(engine.parallelism(), products, chunks, throughTask);
      return;
    }
    Work.run(engine.parallelism(), products, chunks, forwardTask);
    overRows.scores(logits, scores);
    Work.run(engine.parallelism(), products, chunks, lossTask);
    SoftmaxOverRows.backward(scores, scoresGradient);
    Work.run(engine.parallelism(), products, chunks, backwardTask);
  }

  private void bind(FloatMatrix x) {
    if (x == bound) {
      return;
    }
    bound = x;
    for (int c = 0; c < chunks; c++) {
      inputChunks[c] = chunks == 1 ? x : x.rows(c * Work.CHUNK, Work.chunkEnd(c, rows));
    }
    for (int t = 0; t < tileInputs.length; t++) {
      Tile tile = tiles.get(t);
      if (tile.layer() == 0) {
        tileInputs[t] = tile.rowsOf(x);
      }
    }
  }

  private void through(int c) {
    forward(c);
    loss(c);
    backward(c);
  }

  private void forward(int c) {
    FloatMatrix input = inputChunks[c];
    int last = parameters.layers() - 1;
    for (int l = 0; l <= last; l++) {
      FloatMatrix z = l == last ? logitChunks[c] : sums[l][c];
      if (l == 0 && sparse != null) {
        kernels.sparseGemm(Transpose.NO, 1, sparse, sparseWeights, 0, sparseSums);
      } else if (l == last && turned != null) {
        kernels.gemm(Transpose.NO, Transpose.YES, 1, input, turned, 0, z);
      } else {
        kernels.gemm(Transpose.NO, Transpose.NO, 1, input, parameters.weights[l], 0, z);
      }
      kernels.addRow(parameters.biases[l], z);
      if (l < last) {
        input = activations[l][c];
        kernels.activate(parameters.activation, z, input);
      }
    }
  }

  private void loss(int c) {
    kernels.softmaxRows(scoreChunks[c], probabilityChunks[c]);
    int from = c * Work.CHUNK;
    int to = Work.chunkEnd(c, rows);
    loss.gradient(probabilities, from, to, labels, divisor, scoresGradient, blocks[c]);
    tally.count(c, scores, probabilities, labels, from, to);
  }

  private void backward(int c) {
    int last = parameters.layers() - 1;
    for (int l = last; l > 0; l--) {
      FloatMatrix g = deltas[l - 1][c];
      if (l == last && turned != null) {
        kernels.gemm(Transpose.NO, Transpose.NO, 1, deltas[l][c], turned, 0, g);
      } else {
        kernels.gemm(Transpose.NO, Transpose.YES, 1, deltas[l][c], parameters.weights[l], 0, g);
      }
      kernels.timesDerivative(parameters.activation, sums[l - 1][c], activations[l - 1][c], g);
    }
  }

  private void gradient(int t) {
    tiles.get(t).weightGradient(tileInputs[t], tileDeltas[t]);
    biasGradient(t);
  }

  private void biasGradient(int t) {
    Tile tile = tiles.get(t);
    FloatMatrix bias = tile.biasGradient();
    if (bias != null) {
      kernels.columnSums(tileDeltas[t], bias);
    }
  }

  private void gradientAndUpdate(int t) {
    Tile tile = tiles.get(t);
    if (!tile.followsGradient()) {
      gradient(t);
      tile.step(rateFactor);
      return;
    }
    biasGradient(t);
    SparseRows x = sparse;
    if (x != null && tile.isWholeLayer(0)) {
      // Rows of weights whose inputs are all 0 have no gradient and stay where they are.
      tile.stepAlong(x, sparseDeltas, rateFactor);
    } else {
      tile.stepAlong(tileInputs[t], tileDeltas[t], rateFactor);
    }
  }
}
