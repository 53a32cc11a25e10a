package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Measures between rows of floats, from the differences themselves: a distance is a sum of
 * non-negative terms and its relative error stays of the order of columns * 2^-24, which the detour
 * over dot products does not give.
 */
final class VectorDistancesFloats {

  private static final VectorSpecies<Float> FLOAT = Lanes.FLOAT;
  private static final int STEP = FLOAT.length();

  private VectorDistancesFloats() {}

  /** One query against the rows j .. j + 3; past the last row, the last again. */
  static void oneToFour(
      Metric metric,
      FloatMatrix queries,
      int i,
      FloatMatrix rows,
      int j,
      VectorDistancesWorkspace workspace) {
    float[] partial = workspace.partialFloats;
    float[] results = workspace.floats;
    MemorySegment q = Memory.of(queries);
    MemorySegment r = Memory.of(rows);
    long q0 = at(queries, i);
    long r0 = at(rows, j);
    long r1 = at(rows, j + 1);
    long r2 = at(rows, j + 2);
    long r3 = at(rows, j + 3);
    int columns = rows.columns();
    int whole = Float.BYTES * (columns - columns % STEP);
    switch (metric) {
      case L1 -> l1(q, q0, r, r0, r1, r2, r3, whole, partial);
      case SQUARED_L2 -> squaredL2(q, q0, r, r0, r1, r2, r3, whole, partial);
      case DOT -> dot(q, q0, r, r0, r1, r2, r3, whole, partial);
    }
    reduce(partial, results);
    int end = Float.BYTES * columns;
    if (whole < end) {
      results[0] += rest(metric, q, q0, r, r0, whole, end);
      results[1] += rest(metric, q, q0, r, r1, whole, end);
      results[2] += rest(metric, q, q0, r, r2, whole, end);
      results[3] += rest(metric, q, q0, r, r3, whole, end);
    }
  }

  /** Where a row begins; past the last row, where that does, so that four rows are always full. */
  private static long at(FloatMatrix x, int row) {
    return Memory.at(x, Math.min(row, x.rows() - 1));
  }

  private static void reduce(float[] partial, float[] results) {
    for (int r = 0; r < VectorDistances.ROWS; r++) {
      float sum = 0;
      for (int p = r * STEP; p < (r + 1) * STEP; p++) {
        sum += partial[p];
      }
      results[r] = sum;
    }
  }

  private static void l1(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long r0,
      long r1,
      long r2,
      long r3,
      int to,
      float[] partial) {
    q = Memory.known(q);
    r = Memory.known(r);
    FloatVector sum0 = FloatVector.zero(FLOAT);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int p = 0; p < to; p += Float.BYTES * STEP) {
      FloatVector x = Lanes.load(q, q0 + p);
      sum0 = x.sub(Lanes.load(r, r0 + p)).lanewise(VectorOperators.ABS).add(sum0);
      sum1 = x.sub(Lanes.load(r, r1 + p)).lanewise(VectorOperators.ABS).add(sum1);
      sum2 = x.sub(Lanes.load(r, r2 + p)).lanewise(VectorOperators.ABS).add(sum2);
      sum3 = x.sub(Lanes.load(r, r3 + p)).lanewise(VectorOperators.ABS).add(sum3);
    }
    ((FloatVector) sum0.check(FLOAT)).intoArray(partial, 0);
    ((FloatVector) sum1.check(FLOAT)).intoArray(partial, STEP);
    ((FloatVector) sum2.check(FLOAT)).intoArray(partial, 2 * STEP);
    ((FloatVector) sum3.check(FLOAT)).intoArray(partial, 3 * STEP);
  }

  private static void squaredL2(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long r0,
      long r1,
      long r2,
      long r3,
      int to,
      float[] partial) {
    q = Memory.known(q);
    r = Memory.known(r);
    FloatVector sum0 = FloatVector.zero(FLOAT);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int p = 0; p < to; p += Float.BYTES * STEP) {
      FloatVector x = Lanes.load(q, q0 + p);
      FloatVector d0 = x.sub(Lanes.load(r, r0 + p));
      sum0 = Lanes.multiplyAdd(d0, d0, sum0);
      FloatVector d1 = x.sub(Lanes.load(r, r1 + p));
      sum1 = Lanes.multiplyAdd(d1, d1, sum1);
      FloatVector d2 = x.sub(Lanes.load(r, r2 + p));
      sum2 = Lanes.multiplyAdd(d2, d2, sum2);
      FloatVector d3 = x.sub(Lanes.load(r, r3 + p));
      sum3 = Lanes.multiplyAdd(d3, d3, sum3);
    }
    ((FloatVector) sum0.check(FLOAT)).intoArray(partial, 0);
    ((FloatVector) sum1.check(FLOAT)).intoArray(partial, STEP);
    ((FloatVector) sum2.check(FLOAT)).intoArray(partial, 2 * STEP);
    ((FloatVector) sum3.check(FLOAT)).intoArray(partial, 3 * STEP);
  }

  private static void dot(
      MemorySegment q,
      long q0,
      MemorySegment r,
      long r0,
      long r1,
      long r2,
      long r3,
      int to,
      float[] partial) {
    q = Memory.known(q);
    r = Memory.known(r);
    FloatVector sum0 = FloatVector.zero(FLOAT);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    for (int p = 0; p < to; p += Float.BYTES * STEP) {
      FloatVector x = Lanes.load(q, q0 + p);
      sum0 = Lanes.multiplyAdd(x, Lanes.load(r, r0 + p), sum0);
      sum1 = Lanes.multiplyAdd(x, Lanes.load(r, r1 + p), sum1);
      sum2 = Lanes.multiplyAdd(x, Lanes.load(r, r2 + p), sum2);
      sum3 = Lanes.multiplyAdd(x, Lanes.load(r, r3 + p), sum3);
    }
    ((FloatVector) sum0.check(FLOAT)).intoArray(partial, 0);
    ((FloatVector) sum1.check(FLOAT)).intoArray(partial, STEP);
    ((FloatVector) sum2.check(FLOAT)).intoArray(partial, 2 * STEP);
    ((FloatVector) sum3.check(FLOAT)).intoArray(partial, 3 * STEP);
  }

  /** The columns that do not fill a vector. */
  private static float rest(
      Metric metric, MemorySegment q, long q0, MemorySegment r, long r0, int from, int to) {
    q = Memory.known(q);
    r = Memory.known(r);
    float sum = 0;
    for (int p = from; p < to; p += Float.BYTES) {
      float a = q.get(ValueLayout.JAVA_FLOAT_UNALIGNED, q0 + p);
      float b = r.get(ValueLayout.JAVA_FLOAT_UNALIGNED, r0 + p);
      sum +=
          switch (metric) {
            case L1 -> Math.abs(a - b);
            case SQUARED_L2 -> (a - b) * (a - b);
            case DOT -> a * b;
          };
    }
    return sum;
  }
}
