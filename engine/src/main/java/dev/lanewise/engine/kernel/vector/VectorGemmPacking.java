package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies blocks of A and B into panels. A panel is {@link VectorGemmTile#ROWS} rows of op(A), or
 * {@link VectorGemmTile#COLUMNS} columns of op(B), and holds them step by step: element (step,
 * lane) is at step * width + lane. Lanes of the last panel that lie outside the matrix hold
 * anything: they only ever meet lanes of the tile that are thrown away.
 *
 * <p>Strides and positions are in elements.
 */
final class VectorGemmPacking {

  private static final int MR = VectorGemmTile.ROWS;
  private static final int NR = VectorGemmTile.COLUMNS;
  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private VectorGemmPacking() {}

  /** Packs {@code rows} x {@code steps} of op(A). */
  static void packA(
      MemorySegment from,
      long at,
      long rowStride,
      long stepStride,
      int rows,
      int steps,
      float[] to) {
    for (int row = 0; row < rows; row += MR) {
      long source = at + row * rowStride;
      if (rows - row >= MR) {
        wholePanelA(from, source, rowStride, stepStride, steps, to, row * steps);
      } else {
        for (int r = 0; r < rows - row; r++) {
          partPanelA(from, source + r * rowStride, stepStride, steps, to, row * steps + r);
        }
      }
    }
  }

  private static void wholePanelA(
      MemorySegment from, long at, long rowStride, long stepStride, int steps, float[] to, int t) {
    for (int step = 0; step < steps; step++) {
      for (int r = 0; r < MR; r++) {
        to[t + step * MR + r] = from.get(FLOAT, 4 * (at + r * rowStride + step * stepStride));
      }
    }
  }

  private static void partPanelA(
      MemorySegment from, long at, long stepStride, int steps, float[] to, int t) {
    for (int step = 0; step < steps; step++) {
      to[t + step * MR] = from.get(FLOAT, 4 * (at + step * stepStride));
    }
  }

  /** Packs {@code steps} x {@code columns} of op(B). */
  static void packB(
      MemorySegment from,
      long at,
      long columnStride,
      long stepStride,
      int columns,
      int steps,
      MemorySegment to) {
    for (int column = 0; column < columns; column += NR) {
      long source = at + column * columnStride;
      int used = Math.min(NR, columns - column);
      if (columnStride != 1) {
        for (int c = 0; c < used; c++) {
          columnOfPanelB(
              from, source + c * columnStride, stepStride, steps, to, (long) column * steps + c);
        }
        continue;
      }
      // The last steps of an incomplete panel could read past the end of the storage.
      long last = from.byteSize() / 4 - NR;
      int wide =
          used == NR || source + (steps - 1) * stepStride <= last
              ? steps
              : source > last ? 0 : (int) ((last - source) / stepStride) + 1;
      wideStepsOfPanelB(from, source, stepStride, wide, to, (long) column * steps);
      for (int step = wide; step < steps; step++) {
        narrowStepOfPanelB(
            from, source + step * stepStride, used, to, (long) column * steps + (long) step * NR);
      }
    }
  }

  private static void wideStepsOfPanelB(
      MemorySegment from, long at, long stepStride, int steps, MemorySegment to, long t) {
    for (int step = 0; step < steps; step++) {
      for (int j = 0; j < NR; j += LENGTH) {
        FloatVector.fromMemorySegment(F, from, 4 * (at + step * stepStride + j), NATIVE)
            .intoMemorySegment(to, 4 * (t + (long) step * NR + j), NATIVE);
      }
    }
  }

  private static void narrowStepOfPanelB(
      MemorySegment from, long at, int used, MemorySegment to, long t) {
    for (int j = 0; j < used; j++) {
      to.set(FLOAT, 4 * (t + j), from.get(FLOAT, 4 * (at + j)));
    }
  }

  private static void columnOfPanelB(
      MemorySegment from, long at, long stepStride, int steps, MemorySegment to, long t) {
    for (int step = 0; step < steps; step++) {
      to.set(FLOAT, 4 * (t + (long) step * NR), from.get(FLOAT, 4 * (at + step * stepStride)));
    }
  }
}
