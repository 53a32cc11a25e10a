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
 * Blocks queries against rows for the distance loops in {@link VectorDistancesBytes}, of one query
 * and one row, and {@link VectorDistancesFloats}, of one query and {@value #ROWS} rows.
 */
final class VectorDistances {

  /** Rows of floats a kernel call: their sums, a query and a row leave AVX2 registers to spare. */
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
    MemorySegment q = Memory.of(queries);
    MemorySegment r = Memory.of(rows);
    MemorySegment o = Memory.of(out);
    long qAt = Memory.start(queries);
    long rAt = Memory.start(rows);
    long oAt = Memory.start(out);
    for (int from = 0; from < queries.rows(); from += block) {
      int to = Math.min(queries.rows(), from + block);
      for (int j = 0; j < rows.rows(); j++) {
        long row = rAt + (long) j * rows.stride();
        for (int i = from; i < to; i++) {
          long query = qAt + (long) i * queries.stride();
          o.setAtIndex(
              ValueLayout.JAVA_INT,
              oAt + (long) i * out.stride() + j,
              VectorDistancesBytes.measure(metric, q, query, r, row, rows.columns()));
        }
      }
    }
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
    MemorySegment q = Memory.of(queries);
    long q0 = Memory.at(queries, query);
    MemorySegment r = Memory.of(rows);
    long rAt = Memory.start(rows);
    for (int c = 0; c < count; c++) {
      int row = Objects.checkIndex(chosen[c], rows.rows());
      long r0 = rAt + (long) row * rows.stride();
      out[c] = VectorDistancesBytes.measure(metric, q, q0, r, r0, rows.columns());
    }
  }

  static void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    Shapes.distances(queries, rows, out);
    int block = queriesAtATime(queries, Float.BYTES);
    MemorySegment o = Memory.of(out);
    VectorDistancesWorkspace workspace = VectorDistancesWorkspace.take();
    for (int from = 0; from < queries.rows(); from += block) {
      int to = Math.min(queries.rows(), from + block);
      for (int j = 0; j < rows.rows(); j += ROWS) {
        int count = Math.min(ROWS, rows.rows() - j);
        for (int i = from; i < to; i++) {
          VectorDistancesFloats.oneToFour(metric, queries, i, rows, j, workspace);
          long at = Memory.start(out) + (long) i * out.stride() + j;
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
}
