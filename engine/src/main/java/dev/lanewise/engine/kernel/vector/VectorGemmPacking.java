package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Copies a block of a matrix into panels. A panel is {@code width} rows of op(A), or columns of
 * op(B), and holds them step by step: element (step, lane) is at step * width + lane. The last
 * panel is filled up with zeros.
 *
 * <p>Whether a panel's lanes lie side by side in the matrix (B as it is stored, A transposed) or a
 * row apart (A as it is stored, B transposed) is all that differs.
 */
final class VectorGemmPacking {

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private VectorGemmPacking() {}

  /**
   * Packs {@code lanes} x {@code steps} elements; lane l of step s is at {@code at + l * laneStride
   * + s * stepStride}, in elements.
   */
  static void pack(
      MemorySegment from,
      long at,
      long laneStride,
      long stepStride,
      int lanes,
      int steps,
      int width,
      MemorySegment to) {
    long panel = 0;
    for (int lane = 0; lane < lanes; lane += width) {
      int used = Math.min(width, lanes - lane);
      long source = 4 * (at + lane * laneStride);
      if (used < width) {
        to.asSlice(panel, 4L * width * steps).fill((byte) 0);
      }
      if (laneStride == 1) {
        for (int step = 0; step < steps; step++) {
          MemorySegment.copy(
              from, source + 4L * step * stepStride, to, panel + 4L * step * width, 4L * used);
        }
      } else {
        for (int l = 0; l < used; l++) {
          scatter(from, source + 4L * l * laneStride, steps, to, panel + 4L * l, 4L * width);
        }
      }
      panel += 4L * width * steps;
    }
  }

  private static void scatter(
      MemorySegment from, long source, int steps, MemorySegment to, long target, long stride) {
    for (int step = 0; step < steps; step++) {
      to.set(FLOAT, target + step * stride, from.get(FLOAT, source + 4L * step));
    }
  }
}
