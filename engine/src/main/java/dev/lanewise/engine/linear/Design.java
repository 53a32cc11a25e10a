package dev.lanewise.engine.linear;

import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import org.jspecify.annotations.Nullable;

/**
 * The rows that a learner multiplies by weights again and again: kept sparse where most of their
 * elements are 0, as those of images are. Which it is depends on the rows alone.
 */
final class Design {

  /**
   * Stored elements times this may be at most all elements. A sparse product makes about half as
   * many multiplications a second as a dense one, whose operands come from nearer caches; at a
   * quarter it is faster in any case.
   */
  private static final int DENSITY = 4;

  /** Elements of a row that a part of the columns has to hold on average. */
  private static final int PART_ELEMENTS = 64;

  private final FloatMatrix dense;
  private final @Nullable SparseRows sparse;

  private Design(FloatMatrix dense, @Nullable SparseRows sparse) {
    this.dense = dense;
    this.sparse = sparse;
  }

  /**
   * The rows of a matrix.
   *
   * @param threads share the work of looking for zeros
   */
  static Design of(FloatMatrix x, Parallelism threads) {
    return new Design(x, SparseRows.ifSparse(x, DENSITY, threads::forEach).orElse(null));
  }

  /** Rows that stay as they are. */
  static Design dense(FloatMatrix x) {
    return new Design(x, null);
  }

  /** The rows from one, inclusive, to another, exclusive. */
  Design rows(int from, int to) {
    return new Design(dense.rows(from, to), sparse == null ? null : sparse.rows(from, to));
  }

  /**
   * The rows that a part of an array names.
   *
   * @param room receives them if they are dense: as many rows, the same columns
   */
  Design gather(int[] rowIndices, int from, int to, FloatMatrix room) {
    if (sparse != null) {
      return new Design(room, sparse.gather(rowIndices, from, to));
    }
    for (int i = from; i < to; i++) {
      room.rows(i - from, i - from + 1).setAll(dense.rows(rowIndices[i], rowIndices[i] + 1));
    }
    return dense(room);
  }

  /**
   * Cuts the columns so that threads can share {@code X B}, as a sum, and {@code X'B}, whose parts
   * have disjoint rows. Dense rows stay in one part, and so do those of fewer elements than two
   * times {@value #PART_ELEMENTS}: each part of a row costs as much as a dozen elements.
   *
   * @param most the most parts
   */
  Design[] columnParts(int most) {
    if (sparse == null) {
      return new Design[] {this};
    }
    int parts = (int) Math.clamp(sparse.elements() / PART_ELEMENTS / sparse.rows(), 1L, most);
    if (parts == 1) {
      return new Design[] {this};
    }
    int[] cuts = sparse.columnCuts(parts);
    Design[] result = new Design[parts];
    for (int p = 0; p < parts; p++) {
      result[p] = new Design(dense, sparse.onlyColumns(cuts[p], cuts[p + 1]));
    }
    return result;
  }

  /** Whether {@link #gather} needs room. */
  boolean isDense() {
    return sparse == null;
  }

  /** C = op(X) B alpha + beta C. */
  void multiply(
      Kernels kernels, Transpose transpose, float alpha, FloatMatrix b, float beta, FloatMatrix c) {
    if (sparse == null) {
      kernels.gemm(transpose, Transpose.NO, alpha, dense, b, beta, c);
    } else {
      kernels.sparseGemm(transpose, alpha, sparse, b, beta, c);
    }
  }
}
