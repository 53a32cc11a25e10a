package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Blocks queries against rows for the distance loops in {@link VectorDistancesBytes} and {@link
 * VectorDistancesFloats}: one query against {@value #ROWS} rows at a time.
 */
final class VectorDistances {

  /**
   * Rows a kernel call: four accumulator pairs, a query, a row and temporaries fill the 16 vector
   * registers of AVX2.
   */
  static final int ROWS = 4;

  /** Queries that stay in the first-level cache while rows pass by: half of 32 KiB. */
  private static final int QUERY_BYTES = 16 << 10;

  private VectorDistances() {}

  static void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Shapes.distances(queries, rows, out);
    Shapes.byteColumns(rows);
    int block = queriesAtATime(queries, 1);
    MemorySegment o = out.segment();
    int[] results = new int[ROWS];
    int[] partial = new int[ROWS * Lanes.INT.length()];
    for (int from = 0; from < queries.rows(); from += block) {
      int to = Math.min(queries.rows(), from + block);
      for (int j = 0; j < rows.rows(); j += ROWS) {
        int count = Math.min(ROWS, rows.rows() - j);
        for (int i = from; i < to; i++) {
          VectorDistancesBytes.oneToFour(metric, queries, i, rows, j, partial, results);
          long at = out.offset() + (long) i * out.stride() + j;
          for (int r = 0; r < count; r++) {
            o.setAtIndex(ValueLayout.JAVA_INT, at + r, results[r]);
          }
        }
      }
    }
  }

  static void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    Shapes.distances(queries, rows, out);
    int block = queriesAtATime(queries, Float.BYTES);
    MemorySegment o = out.segment();
    float[] results = new float[ROWS];
    float[] partial = new float[ROWS * Lanes.FLOAT.length()];
    for (int from = 0; from < queries.rows(); from += block) {
      int to = Math.min(queries.rows(), from + block);
      for (int j = 0; j < rows.rows(); j += ROWS) {
        int count = Math.min(ROWS, rows.rows() - j);
        for (int i = from; i < to; i++) {
          VectorDistancesFloats.oneToFour(metric, queries, i, rows, j, partial, results);
          long at = out.offset() + (long) i * out.stride() + j;
          for (int r = 0; r < count; r++) {
            o.setAtIndex(ValueLayout.JAVA_FLOAT, at + r, results[r]);
          }
        }
      }
    }
  }

  private static int queriesAtATime(Matrix queries, int elementBytes) {
    return Math.max(1, QUERY_BYTES / Math.max(1, queries.stride() * elementBytes));
  }

  /**
   * The position of a row's first element, in elements; past the last row, that of the last, so
   * that a group of rows is always full.
   */
  static long start(Matrix matrix, int row) {
    return matrix.offset() + (long) Math.min(row, matrix.rows() - 1) * matrix.stride();
  }
}
