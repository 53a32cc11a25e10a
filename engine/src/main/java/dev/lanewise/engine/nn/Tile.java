package dev.lanewise.engine.nn;

import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of one layer's weights, its gradient and its optimiser's state; a block from the first
 * row also has the biases of its columns.
 */
final class Tile {

  private final int layer;
  private final int fromRow;
  private final int toRow;
  private final int fromColumn;
  private final int toColumn;
  private final Kernels kernels;
  private final FloatMatrix weights;
  private final boolean whole;
  private final Optimizer weightOptimizer;
  private final FloatMatrix weightGradient;
  private final Optimizer.Updater weightUpdater;
  private final @Nullable FloatMatrix biasGradient;
  private final Optimizer.@Nullable Updater biasUpdater;

  private Tile(
      Kernels kernels,
      Parameters parameters,
      Parameters gradients,
      Optimizer weightOptimizer,
      Optimizer biasOptimizer,
      int layer,
      int fromRow,
      int toRow,
      int fromColumn,
      int toColumn) {
    this.layer = layer;
    this.fromRow = fromRow;
    this.toRow = toRow;
    this.fromColumn = fromColumn;
    this.toColumn = toColumn;
    this.kernels = kernels;
    this.weightOptimizer = weightOptimizer;
    FloatMatrix all = parameters.weights[layer];
    this.weights = all.block(fromRow, toRow, fromColumn, toColumn);
    this.whole = weights.rows() == all.rows() && weights.columns() == all.columns();
    this.weightGradient = gradients.weights[layer].block(fromRow, toRow, fromColumn, toColumn);
    this.weightUpdater = weightOptimizer.updater(kernels, weights, weightGradient);
    if (fromRow == 0) {
      FloatMatrix biases = parameters.biases[layer].block(0, 1, fromColumn, toColumn);
      this.biasGradient = gradients.biases[layer].block(0, 1, fromColumn, toColumn);
      this.biasUpdater = biasOptimizer.updater(kernels, biases, biasGradient);
    } else {
      this.biasGradient = null;
      this.biasUpdater = null;
    }
  }

  /** The tiles of all layers for batches of up to some number of rows. */
  static List<Tile> of(
      Kernels kernels,
      Parameters parameters,
      Parameters gradients,
      Optimizer weightOptimizer,
      Optimizer biasOptimizer,
      int batchRows) {
    List<Tile> tiles = new ArrayList<>();
    for (int l = 0; l < parameters.layers(); l++) {
      int rows = parameters.sizes[l];
      int columns = parameters.sizes[l + 1];
      boolean cut = (long) batchRows * rows * columns >= Work.SHARED;
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
                  l,
                  part(rows, down, i),
                  part(rows, down, i + 1),
                  part(columns, across, j),
                  part(columns, across, j + 1)));
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

  FloatMatrix weightGradient() {
    return weightGradient;
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
   * gradient matrix is not written. Only if {@link #followsGradient}.
   */
  void stepAlong(SparseRows x, FloatMatrix delta, double rateFactor) {
    kernels.sparseGemm(
        Transpose.YES, (float) -(weightOptimizer.rate() * rateFactor), x, delta, 1, weights);
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
