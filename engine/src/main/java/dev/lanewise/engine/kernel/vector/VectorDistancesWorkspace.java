package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.memory.Pool;
import java.util.Arrays;

/**
 * Scratch arrays of one running call. Taken and given back as a {@link VectorGemmWorkspace} is, so
 * that nothing is allocated in the steady state.
 */
final class VectorDistancesWorkspace {

  private static final Pool<VectorDistancesWorkspace> IDLE =
      new Pool<>(VectorDistancesWorkspace::new);

  final float[] partialFloats = new float[VectorDistances.ROWS * Lanes.FLOAT.length()];

  /** A result for each row of a kernel call. */
  final float[] floats = new float[VectorDistances.ROWS];

  /** A bit for each column, in rows of whole words for each query. */
  long[] words = new long[0];

  /** The comparisons of a tile of a screen, a word a query. */
  final long[] masks = new long[VectorScreen.FLOAT_QUERIES];

  /** The two sums of each query of a tile of bytes. */
  final short[] tile = new short[2 * VectorScreen.QUERIES * Lanes.SHORT.length()];

  /** The sums of the vectors of a tile of bytes. */
  final short[] sums = new short[2 * Lanes.SHORT.length()];

  /** The queries of a screen, in panels. */
  float[] panel = new float[0];

  int[] bytePanel = new int[0];

  /** A limit a query. */
  short[] limits = new short[0];

  private VectorDistancesWorkspace() {}

  static VectorDistancesWorkspace take() {
    return IDLE.take();
  }

  /** Makes room for so many queries of d floats. */
  void panel(int queries, int d) {
    if (panel.length < queries * d) {
      panel = new float[queries * d];
    }
  }

  /** Makes room for so many queries of d bytes. */
  void bytePanel(int queries, int d) {
    if (bytePanel.length < queries * d) {
      bytePanel = new int[queries * d];
    }
    if (limits.length < queries) {
      limits = new short[queries];
    }
  }

  void giveBack() {
    IDLE.give(this);
  }

  /**
   * Makes room for a bit for each of n columns and m queries, all 0; returns the words of a query.
   */
  int words(int m, int n) {
    int each = Math.ceilDiv(n, Long.SIZE);
    int needed = Math.multiplyExact(m, each);
    if (words.length < needed) {
      words = new long[needed];
    } else {
      Arrays.fill(words, 0, needed, 0);
    }
    return each;
  }
}
