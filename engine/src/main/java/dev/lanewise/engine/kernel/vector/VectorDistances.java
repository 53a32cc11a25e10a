package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.ByteProducts;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

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

  private static final ByteProducts PRODUCTS = new ByteProducts(VectorGemm::gemm);

  private VectorDistances() {}

  static void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Shapes.distances(queries, rows, out);
    Shapes.byteColumns(rows);
    if (metric != Metric.L1
        && queries.rows() >= ByteProducts.MIN_QUERIES
        && rows.rows() > 0
        && rows.columns() > 0) {
      PRODUCTS.distances(metric, queries, rows, out);
      return;
    }
    int block = queriesAtATime(queries, 1);
    MemorySegment o = out.segment();
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    for (int from = 0; from < queries.rows(); from += block) {
      int to = Math.min(queries.rows(), from + block);
      for (int j = 0; j < rows.rows(); j += ROWS) {
        int count = Math.min(ROWS, rows.rows() - j);
        for (int r = 0; r < ROWS; r++) {
          workspace.rows[r] = start(rows, j + r);
        }
        for (int i = from; i < to; i++) {
          VectorDistancesBytes.oneToFour(
              metric,
              queries.segment(),
              start(queries, i),
              rows.segment(),
              rows.columns(),
              workspace);
          long at = out.offset() + (long) i * out.stride() + j;
          for (int r = 0; r < count; r++) {
            o.setAtIndex(ValueLayout.JAVA_INT, at + r, workspace.ints[r]);
          }
        }
      }
    }
    workspace.giveBack();
  }

  static void distances(
      Metric metric,
      ByteMatrix queries,
      int query,
      ByteMatrix rows,
      int[] chosen,
      int count,
      int[] out) {
    Shapes.chosen(queries, query, rows, chosen, count, out);
    Shapes.byteColumns(rows);
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    long q = start(queries, query);
    for (int c = 0; c < count; c += ROWS) {
      int used = Math.min(ROWS, count - c);
      for (int r = 0; r < ROWS; r++) {
        workspace.rows[r] = at(rows, chosen[Math.min(c + r, count - 1)]);
      }
      VectorDistancesBytes.oneToFour(
          metric, queries.segment(), q, rows.segment(), rows.columns(), workspace);
      System.arraycopy(workspace.ints, 0, out, c, used);
    }
    workspace.giveBack();
  }

  /** The position of a row's first element, in elements. */
  private static long at(Matrix matrix, int row) {
    return matrix.offset() + (long) Objects.checkIndex(row, matrix.rows()) * matrix.stride();
  }

  static void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    Shapes.distances(queries, rows, out);
    int block = queriesAtATime(queries, Float.BYTES);
    MemorySegment o = out.segment();
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    for (int from = 0; from < queries.rows(); from += block) {
      int to = Math.min(queries.rows(), from + block);
      for (int j = 0; j < rows.rows(); j += ROWS) {
        int count = Math.min(ROWS, rows.rows() - j);
        for (int i = from; i < to; i++) {
          VectorDistancesFloats.oneToFour(metric, queries, i, rows, j, workspace);
          long at = out.offset() + (long) i * out.stride() + j;
          for (int r = 0; r < count; r++) {
            o.setAtIndex(ValueLayout.JAVA_FLOAT, at + r, workspace.floats[r]);
          }
        }
      }
    }
    workspace.giveBack();
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
