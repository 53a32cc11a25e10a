package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Finds the few values of a row that are small enough: a comparison and a test a vector. */
final class VectorScan {

  private static final VectorSpecies<Integer> INT = Lanes.INT;
  private static final VectorSpecies<Float> FLOAT = Lanes.FLOAT;

  private VectorScan() {}

  static int atMost(IntMatrix values, int row, int limit, int[] hits) {
    Shapes.hits(values, hits);
    MemorySegment v = values.segment();
    int columns = values.columns();
    long base = columns == 0 ? 0 : Integer.BYTES * values.index(row, 0);
    int whole = INT.loopBound(columns);
    int count = 0;
    for (int j = 0; j < whole; j += INT.length()) {
      long mask =
          IntVector.fromMemorySegment(INT, v, base + 4L * j, ByteOrder.nativeOrder())
              .compare(VectorOperators.LE, limit)
              .toLong();
      for (; mask != 0; mask &= mask - 1) {
        hits[count++] = j + Long.numberOfTrailingZeros(mask);
      }
    }
    for (int j = whole; j < columns; j++) {
      if (v.get(ValueLayout.JAVA_INT_UNALIGNED, base + 4L * j) <= limit) {
        hits[count++] = j;
      }
    }
    return count;
  }

  static int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    Shapes.hits(values, hits);
    MemorySegment v = values.segment();
    int columns = values.columns();
    long base = columns == 0 ? 0 : Float.BYTES * values.index(row, 0);
    int whole = FLOAT.loopBound(columns);
    int count = 0;
    for (int j = 0; j < whole; j += FLOAT.length()) {
      long mask =
          FloatVector.fromMemorySegment(FLOAT, v, base + 4L * j, ByteOrder.nativeOrder())
              .compare(VectorOperators.LE, limit)
              .toLong();
      for (; mask != 0; mask &= mask - 1) {
        hits[count++] = j + Long.numberOfTrailingZeros(mask);
      }
    }
    for (int j = whole; j < columns; j++) {
      if (v.get(ValueLayout.JAVA_FLOAT_UNALIGNED, base + 4L * j) <= limit) {
        hits[count++] = j;
      }
    }
    return count;
  }
}
