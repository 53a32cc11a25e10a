package dev.lanewise.engine.nn;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of one layer's weights, its gradient and its optimiser's state; a block from the first
 * row also has the biases of its columns.
 */
final class Tile {

  /**
   * Layers with up to so many outputs, and at least so many inputs, are turned: their rows do not
   * fill vectors, their columns do. For 8 x 300 x 10 the products of a step take a third of the
   * time.
   */
  private static final int TURNED_CLASSES = 16;

  private static final int TURNED_INPUTS = 192;

  private final int layer;
  private final int fromRow;
  private final int toRow;
  private final int fromColumn;
  private final int toColumn;
  private final Kernels kernels;
  private final FloatMatrix weights;
  private final FloatMatrix wholeRows;
  private final @Nullable FloatMatrix turnedFrom;
  private final boolean whole;
  private final Optimizer weightOptimizer;
  private final FloatMatrix weightGradient;
  private final Updater weightUpdater;
  private final @Nullable FloatMatrix biasGradient;
  private final @Nullable Updater biasUpdater;

  private Tile(
      Kernels kernels,
      Parameters parameters,
      Parameters gradients,
      Optimizer weightOptimizer,
      Optimizer biasOptimizer,
      Arena arena,
      int layer,
      int fromRow,
      int toRow,
      int fromColumn,
      int toColumn,
      boolean turn) {
    this.layer = layer;
    this.fromRow = fromRow;
    this.toRow = toRow;
    this.fromColumn = fromColumn;
    this.toColumn = toColumn;
    this.kernels = kernels;
    this.weightOptimizer = weightOptimizer;
    FloatMatrix all = parameters.weights[layer];
    this.whole = toRow - fromRow == all.rows() && toColumn - fromColumn == all.columns();
    if (turn) {
      this.turnedFrom = all;
      int inputs = all.rows();
      int outputs = all.columns();
      this.weights = AlignedRows.zeros(arena, outputs, inputs);
      this.weightGradient = AlignedRows.zeros(arena, outputs, inputs);
      kernels.transpose(all, weights);
    } else {
      this.turnedFrom = null;
      this.weights = all.block(fromRow, toRow, fromColumn, toColumn);
      this.weightGradient = gradients.weights[layer].block(fromRow, toRow, fromColumn, toColumn);
    }
    this.wholeRows = AlignedRows.whole(weights);
    this.weightUpdater = Updater.of(weightOptimizer, kernels, weights, weightGradient, arena);
    if (fromRow == 0) {
      FloatMatrix biases = parameters.biases[layer].block(0, 1, fromColumn, toColumn);
      this.biasGradient = gradients.biases[layer].block(0, 1, fromColumn, toColumn);
      this.biasUpdater = Updater.of(biasOptimizer, kernels, biases, biasGradient, arena);
    } else {
      this.biasGradient = null;
      this.biasUpdater = null;
    }
  }

  /** The tiles of all layers, for gradients: none is turned. */
  static List<Tile> of(
      Kernels kernels,
      Parameters parameters,
      Parameters gradients,
      Optimizer weightOptimizer,
      Optimizer biasOptimizer,
      int batchRows,
      Arena arena) {
    return of(
        kernels, parameters, gradients, weightOptimizer, biasOptimizer, batchRows, arena, false);
  }

  /**
   * The tiles of all layers, for a training by batches of up to some number of rows. The weights of
   * an output layer with few classes are turned: they live in the tile, transposed, until {@link
   * #publish}.
   */
  static List<Tile> forTraining(
      Kernels kernels,
      Parameters parameters,
      Optimizer weightOptimizer,
      Optimizer biasOptimizer,
      int batchRows,
      Arena arena) {
    return of(
        kernels,
        parameters,
        Parameters.zeros(arena, parameters.sizes, parameters.activation),
        weightOptimizer,
        biasOptimizer,
        batchRows,
        arena,
        true);
  }

  private static List<Tile> of(
      Kernels kernels,
      Parameters parameters,
      Parameters gradients,
      Optimizer weightOptimizer,
      Optimizer biasOptimizer,
      int batchRows,
      Arena arena,
      boolean turning) {
    List<Tile> tiles = new ArrayList<>();
    for (int l = 0; l < parameters.layers(); l++) {
      int rows = parameters.sizes[l];
      int columns = parameters.sizes[l + 1];
      boolean cut = (long) batchRows * rows * columns >= Work.SHARED;
      boolean turn =
          turning
              && !cut
              && l > 0
              && l == parameters.layers() - 1
              && columns <= TURNED_CLASSES
              && rows >= TURNED_INPUTS;
      int down = cut ? (rows + Work.TILE - 1) / Work.TILE : 1;
      int across = cut ? (columns + Work.TILE - 1) / Work.TILE : 1;
      for (int i = 0; i < down; i++) {
        for (int j = 0; j < across; j++) {
          tiles.add(
              new Tile(
                  kernels,
                  parameters,
                  gradients,
                  weightOptimizer,
                  biasOptimizer,
                  arena,
                  l,
                  part(rows, down, i),
                  part(rows, down, i + 1),
                  part(columns, across, j),
                  part(columns, across, j + 1),
                  turn));
        }
      }
    }
    return List.copyOf(tiles);
  }

  /** Where part i of nearly equal parts begins. */
  private static int part(int length, int parts, int i) {
    return (int) ((long) length * i / parts);
  }

  int layer() {
    return layer;
  }

  /** The layer's weights, outputs x inputs, if that is how the tile keeps them. */
  @Nullable FloatMatrix turned() {
    return turnedFrom == null ? null : weights;
  }

  /** Brings the parameters up to date with weights that are turned. */
  void publish() {
    if (turnedFrom != null) {
      kernels.transpose(weights, turnedFrom);
    }
  }

  @Nullable FloatMatrix biasGradient() {
    return biasGradient;
  }

  /** The columns of the layer's input that the tile's weights read. */
  FloatMatrix rowsOf(FloatMatrix input) {
    return fromRow == 0 && toRow == input.columns()
        ? input
        : input.block(0, input.rows(), fromRow, toRow);
  }

  /** The columns of the gradient at the layer's sums that belong to the tile. */
  FloatMatrix columnsOf(FloatMatrix delta) {
    return fromColumn == 0 && toColumn == delta.columns()
        ? delta
        : delta.block(0, delta.rows(), fromColumn, toColumn);
  }

  /** Computes the gradient of the weights from {@link #rowsOf} and {@link #columnsOf}. */
  void weightGradient(FloatMatrix x, FloatMatrix delta) {
    multiply(1, x, delta, 0, weightGradient);
  }

  private void multiply(float alpha, FloatMatrix x, FloatMatrix delta, float beta, FloatMatrix c) {
    boolean turn = turnedFrom != null;
    kernels.gemm(Transpose.YES, Transpose.NO, alpha, turn ? delta : x, turn ? x : delta, beta, c);
  }

  /** Whether this is all of a layer. */
  boolean isWholeLayer(int ofLayer) {
    return layer == ofLayer && whole;
  }

  /** Whether a weight moves by a multiple of its gradient, so that it stays where that is 0. */
  boolean followsGradient() {
    return weightOptimizer instanceof Optimizer.Sgd;
  }

  /**
   * As {@link #step}, but the gradient of the weights, x' delta, is added to them as it arises; the
   * gradient matrix is not written. By input, so that a row of weights is read and written once for
   * all examples that have it. Only if {@link #followsGradient}, and for a whole layer.
   *
   * @param delta {@link AlignedRows#whole whole} rows
   */
  void stepAlong(SparseRows x, FloatMatrix delta, double rateFactor) {
    kernels.sparseGemm(
        Transpose.YES, (float) -(weightOptimizer.rate() * rateFactor), x, delta, 1, wholeRows);
    stepBiases(rateFactor);
  }

  /** As {@link #stepAlong(SparseRows, FloatMatrix, double)}, with a dense input. */
  void stepAlong(FloatMatrix x, FloatMatrix delta, double rateFactor) {
    multiply((float) -(weightOptimizer.rate() * rateFactor), x, delta, 1, weights);
    stepBiases(rateFactor);
  }

  void step(double rateFactor) {
    weightUpdater.step(rateFactor);
    stepBiases(rateFactor);
  }

  private void stepBiases(double rateFactor) {
    if (biasUpdater != null) {
      biasUpdater.step(rateFactor);
    }
  }
}
