package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * What softmax gives each example's label, with an example a column and so a lane: no lane is
 * wasted where there are few classes, and no sum goes across lanes.
 */
final class VectorInverseProbabilities {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Columns to a pass over the classes; the labels' z and the sums of as many stay in cache. */
  private static final int BLOCK = 1024;

  /** Where the sums are in the array that holds the labels' z. */
  private static final int SUMS = BLOCK;

  private VectorInverseProbabilities() {}

  static void inverseProbabilities(FloatMatrix x, FloatMatrix y, int[] labels, float[] out) {
    Shapes.labels("inverseProbabilities", x, y, labels, out);
    int m = x.columns();
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    float[] room = workspace.a;
    for (int from = 0; from < m; from += BLOCK) {
      int columns = Math.min(BLOCK, m - from);
      int whole = columns / LENGTH * LENGTH;
      block(x, y, from, whole, labels, room, out);
      if (whole < columns && m >= LENGTH) {
        // The last vector overlaps the one before, and gives its columns the same values again.
        block(x, y, m - LENGTH, LENGTH, labels, room, out);
      } else if (whole < columns) {
        few(x, y, labels, room, out);
      }
    }
    workspace.giveBack();
  }

  /** Some columns, whole vectors of them. */
  private static void block(
      FloatMatrix x,
      FloatMatrix y,
      int from,
      int columns,
      int[] labels,
      float[] room,
      float[] out) {
    ofLabels(x, y, from, columns, labels, room);
    Arrays.fill(room, SUMS, SUMS + columns, 0);
    for (int j = 0; j < x.rows(); j++) {
      add(columns, Memory.of(x), at(x, j, from), Memory.of(y), at(y, j, from), room);
    }
    System.arraycopy(room, SUMS, out, from, columns);
  }

  /** Fewer columns than a vector has lanes. */
  private static void few(FloatMatrix x, FloatMatrix y, int[] labels, float[] room, float[] out) {
    int m = x.columns();
    ofLabels(x, y, 0, m, labels, room);
    Arrays.fill(room, SUMS, SUMS + LENGTH, 0);
    for (int j = 0; j < x.rows(); j++) {
      addFew(m, Memory.of(x), at(x, j, 0), Memory.of(y), at(y, j, 0), room);
    }
    System.arraycopy(room, SUMS, out, 0, m);
  }

  private static long at(FloatMatrix x, int row, int column) {
    return Memory.at(x, row) + 4L * column;
  }

  private static void ofLabels(
      FloatMatrix x, FloatMatrix y, int from, int columns, int[] labels, float[] room) {
    MemorySegment xs = Memory.of(x);
    MemorySegment ys = Memory.of(y);
    for (int i = 0; i < columns; i++) {
      // Checked here, too: another thread may have changed it.
      int label = Objects.checkIndex(labels[from + i], x.rows());
      room[i] = xs.get(FLOAT, at(x, label, from + i)) + ys.get(FLOAT, at(y, label, from + i));
    }
  }

  /** The sums take up the exponentials of a class. */
  private static void add(
      int columns, MemorySegment x, long xAt, MemorySegment y, long yAt, float[] room) {
    x = Memory.known(x);
    y = Memory.known(y);
    for (int i = 0; i < columns; i += LENGTH) {
      FloatVector z = Lanes.load(x, xAt + 4L * i).add(Lanes.load(y, yAt + 4L * i));
      Lanes.load(room, SUMS + i)
          .add(VectorFunctions.exp(z.sub(Lanes.load(room, i))))
          .intoArray(room, SUMS + i);
    }
  }

  private static void addFew(
      int columns, MemorySegment x, long xAt, MemorySegment y, long yAt, float[] room) {
    x = Memory.known(x);
    y = Memory.known(y);
    VectorMask<Float> mask = F.indexInRange(0, columns);
    FloatVector z =
        ((FloatVector)
                Lanes.FLOATS.cast(
                    FloatVector.fromMemorySegment(F, x, xAt, ByteOrder.nativeOrder(), mask)))
            .add(FloatVector.fromMemorySegment(F, y, yAt, ByteOrder.nativeOrder(), mask));
    Lanes.load(room, SUMS)
        .add(VectorFunctions.exp(z.sub(Lanes.load(room, 0))))
        .intoArray(room, SUMS);
  }
}
