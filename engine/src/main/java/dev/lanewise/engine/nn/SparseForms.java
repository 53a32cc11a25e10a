package dev.lanewise.engine.nn;

import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.util.IdentityHashMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of one training without their zeros: made when first asked for, and once where the
 * same rows are trained on and watched. Belongs to one thread.
 */
final class SparseForms {

  /**
   * Inputs that have at least this many elements for every one that is not 0 are multiplied sparse:
   * a sparse product makes about half as many multiplications a second as a dense one, and building
   * the form takes time too.
   */
  private static final int SPARSE = 4;

  private final IdentityHashMap<FloatMatrix, Optional<SparseRows>> made = new IdentityHashMap<>();
  private final Parallelism threads;

  /**
   * None yet.
   *
   * @param threads share the work of making one
   */
  SparseForms(Parallelism threads) {
    this.threads = threads;
  }

  /** The rows without their zeros, or null if there are too few zeros to gain by it. */
  @Nullable SparseRows of(FloatMatrix rows) {
    return made.computeIfAbsent(rows, x -> SparseRows.ifSparse(x, SPARSE, threads::forEach))
        .orElse(null);
  }
}
