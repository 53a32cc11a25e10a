package dev.lanewise.engine.kernel.vector;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Scratch arrays of one running call. Taken and given back as a {@link VectorGemmWorkspace} is, so
 * that nothing is allocated in the steady state.
 */
final class VectorDistancesWorkspace {

  private static final int KEPT = 2 * Runtime.getRuntime().availableProcessors();

  private static final AtomicReferenceArray<@Nullable VectorDistancesWorkspace> IDLE =
      new AtomicReferenceArray<>(KEPT);

  /** A vector of partial sums for each row of a kernel call. */
  final int[] partialInts = new int[VectorDistances.ROWS * Lanes.INT.length()];

  final float[] partialFloats = new float[VectorDistances.ROWS * Lanes.FLOAT.length()];

  /** A result for each row of a kernel call. */
  final int[] ints = new int[VectorDistances.ROWS];

  final float[] floats = new float[VectorDistances.ROWS];

  /** The comparisons of a tile of a screen, a word a query. */
  final long[] masks = new long[VectorScreen.QUERIES];

  /** The queries of a screen, in panels. */
  float[] panel = new float[0];

  byte[] bytePanel = new byte[0];

  private VectorDistancesWorkspace() {}

  static VectorDistancesWorkspace take() {
    for (int i = 0; i < KEPT; i++) {
      VectorDistancesWorkspace idle = IDLE.getAndSet(i, null);
      if (idle != null) {
        return idle;
      }
    }
    return new VectorDistancesWorkspace();
  }

  void giveBack() {
    for (int i = 0; i < KEPT; i++) {
      if (IDLE.compareAndSet(i, null, this)) {
        return;
      }
    }
  }
}
