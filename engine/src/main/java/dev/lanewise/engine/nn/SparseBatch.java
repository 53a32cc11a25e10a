package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.SparseRows;

/**
 * A batch without its zeros, in the two orders a step reads it: by example on the way forward, by
 * input where the weights move.
 *
 * @param rows n x inputs
 * @param inputs the same transposed, inputs x n
 */
record SparseBatch(SparseRows rows, SparseRows inputs) {

  static SparseBatch of(SparseRows rows) {
    return new SparseBatch(rows, rows.transposed());
  }
}
