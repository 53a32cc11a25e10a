package dev.lanewise.engine.neighbors;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.memory.Pool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A number for each query of a task and each row of a block: distances, estimates or products, one
 * of them at a time. It is most of what a search needs, up to 2 MB, and the same for every index of
 * bytes. So all of them share the idle ones of the process: an index that is dropped leaves none
 * behind that would wait for a collector, which does not see how large they are.
 */
final class Table {

  private static final Pool<Table> FOR_FEW = new Pool<>(() -> new Table(ByteIndex.FEW_QUERIES));
  private static final Pool<Table> FOR_MANY = new Pool<>(() -> new Table(ByteIndex.QUERIES));

  private final IntMatrix ints;
  private final FloatMatrix floats;

  private Table(int queries) {
    MemorySegment memory =
        Arena.ofAuto().allocate((long) Integer.BYTES * queries * ByteIndex.ROWS, Matrix.ALIGNMENT);
    ints = IntMatrix.of(memory, queries, ByteIndex.ROWS);
    floats = FloatMatrix.of(memory, queries, ByteIndex.ROWS);
  }

  /** One for at least so many queries, which nobody else has until it is given back. */
  static Table take(int queries) {
    return pool(queries).take();
  }

  void giveBack() {
    pool(ints.rows()).give(this);
  }

  private static Pool<Table> pool(int queries) {
    return queries <= ByteIndex.FEW_QUERIES ? FOR_FEW : FOR_MANY;
  }

  /** Room for ints; what is in it is left over. */
  IntMatrix ints(int queries, int rows) {
    return ints.block(0, queries, 0, rows);
  }

  /** The same room, for floats. */
  FloatMatrix floats(int queries, int rows) {
    return floats.block(0, queries, 0, rows);
  }
}
