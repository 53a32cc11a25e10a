package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparsePanels;
import dev.lanewise.engine.memory.Pool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of depth 8, or 16 in two rounds, where 32 registers hold two vectors of eight rows of B:
 * the rows of C pass by, and each takes eight multiples of what is held. For 784 rows of 304
 * weights passes over whole rows ({@link VectorSparseRow}) take 1.9 times as long.
 *
 * <p>Sparse rows are filled up with zeros, eight multiples for each row that has one at all. With
 * pixels 3.1 of the eight are not 0, and it takes 0.84 of the time nevertheless. Zeros leave sums
 * as they were only where B is finite.
 */
final class VectorGemmRank8 {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;
  private static final int LENGTH = F.length();
  private static final long V = F.vectorByteSize();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  /** Vectors of 16 lanes come with 32 registers, and with masks that cost nothing. */
  static final boolean REGISTERS = Lanes.FUSED && LENGTH == 16;

  /** Rows of B that are held: a group of sparse ones. */
  private static final int DEPTH = SparsePanels.ROWS;

  /** Fewer rows of C do not repay the loading of B for each pair of its vectors. */
  private static final int FEWEST_ROWS = 64;

  /** Rows of C a round, whose factors stay in the first-level cache: 16 KB. */
  private static final int ROWS = 512;

  private static final Pool<VectorGemmRank8> IDLE = new Pool<>(VectorGemmRank8::new);

  private static final int[] FIRST = new int[ROWS];

  static {
    for (int i = 0; i < ROWS; i++) {
      FIRST[i] = i;
    }
  }

  private final float[] factors = new float[DEPTH * ROWS];
  private final int[] rows = new int[ROWS];
  private final float[] held = new float[DEPTH * 2 * LENGTH];

  private VectorGemmRank8() {}

  /** Whether a product of m rows, n columns and this depth is one for this class. */
  static boolean suits(int m, int n, int depth) {
    return REGISTERS
        && (depth == DEPTH || depth == 2 * DEPTH)
        && m >= FEWEST_ROWS
        && n >= 2 * LENGTH;
  }

  /** C += alpha A B, with A given by its strides, in elements. */
  static void add(
      float alpha, MemorySegment a, long aAt, long aRow, long aStep, FloatMatrix b, FloatMatrix c) {
    VectorGemmRank8 scratch = IDLE.take();
    for (int i = 0; i < c.rows(); i += ROWS) {
      int m = Math.min(ROWS, c.rows() - i);
      for (int p = 0; p < b.rows(); p += DEPTH) {
        scratch.pack(m, alpha, a, aAt + i * aRow + p * aStep, aRow, aStep);
        scratch.add(m, FIRST, b, p, c, i);
      }
    }
    IDLE.give(scratch);
  }

  private void pack(int m, float alpha, MemorySegment a, long aAt, long aRow, long aStep) {
    a = Memory.known(a);
    for (int p = 0; p < DEPTH; p++) {
      long at = aAt + p * aStep;
      for (int i = 0; i < m; i++, at += aRow) {
        factors[DEPTH * i + p] = alpha * a.get(FLOAT, 4 * at);
      }
    }
  }

  /**
   * C += alpha A' B, with a finite B.
   *
   * @param a A, in as many groups as B has rows
   */
  static void add(float alpha, SparsePanels a, FloatMatrix b, FloatMatrix c) {
    VectorGemmRank8 scratch = IDLE.take();
    for (int group = 0; group < a.groups(); group++) {
      int end = a.end(group);
      for (int at = a.start(group); at < end; at += ROWS) {
        int m = Math.min(ROWS, end - at);
        System.arraycopy(a.columnArray(), at, scratch.rows, 0, m);
        scale(alpha, a.valueArray(), DEPTH * at, scratch.factors, DEPTH * m);
        scratch.add(m, scratch.rows, b, DEPTH * group, c, 0);
      }
    }
    IDLE.give(scratch);
  }

  private static void scale(float alpha, float[] from, int at, float[] to, int n) {
    for (int i = 0; i < n; i++) {
      to[i] = alpha * from[at + i];
    }
  }

  /** Some rows of C, counted from the first, += factors times the rows of B from p. */
  private void add(int m, int[] some, FloatMatrix b, int p, FloatMatrix c, int first) {
    int n = c.columns();
    MemorySegment x = Memory.of(b);
    long bAt = Memory.at(b, p);
    long bStep = 4L * b.stride();
    MemorySegment to = Memory.of(c);
    long cAt = Memory.at(c, first);
    long cStep = 4L * c.stride();
    int j = 0;
    for (; j <= n - 2 * LENGTH; j += 2 * LENGTH) {
      long at = cAt + 4L * j;
      hold(x, bAt + 4L * j, bStep, 2 * LENGTH);
      two(m, some, factors, held, to, at, cStep);
    }
    for (; j < n; j += LENGTH) {
      long at = cAt + 4L * j;
      int lanes = Math.min(LENGTH, n - j);
      hold(x, bAt + 4L * j, bStep, lanes);
      one(m, some, factors, held, to, at, cStep, lanes);
    }
  }

  /**
   * Copies what is held of eight rows of B. With sixteen loads from a segment ahead of it the loop
   * below was near C2's limit: some processes had boxes in it.
   */
  private void hold(MemorySegment b, long bAt, long bStep, int lanes) {
    for (int p = 0; p < DEPTH; p++) {
      MemorySegment.copy(b, FLOAT, bAt + p * bStep, held, 2 * LENGTH * p, lanes);
    }
  }

  /** Two vectors of each row: what was before plus factors times the eight rows of B. */
  private static void two(
      int m, int[] rows, float[] factors, float[] held, MemorySegment c, long cAt, long cStep) {
    c = Memory.known(c);
    FloatVector x0 = Lanes.load(held, 0);
    FloatVector y0 = Lanes.load(held, LENGTH);
    FloatVector x1 = Lanes.load(held, 2 * LENGTH);
    FloatVector y1 = Lanes.load(held, 3 * LENGTH);
    FloatVector x2 = Lanes.load(held, 4 * LENGTH);
    FloatVector y2 = Lanes.load(held, 5 * LENGTH);
    FloatVector x3 = Lanes.load(held, 6 * LENGTH);
    FloatVector y3 = Lanes.load(held, 7 * LENGTH);
    FloatVector x4 = Lanes.load(held, 8 * LENGTH);
    FloatVector y4 = Lanes.load(held, 9 * LENGTH);
    FloatVector x5 = Lanes.load(held, 10 * LENGTH);
    FloatVector y5 = Lanes.load(held, 11 * LENGTH);
    FloatVector x6 = Lanes.load(held, 12 * LENGTH);
    FloatVector y6 = Lanes.load(held, 13 * LENGTH);
    FloatVector x7 = Lanes.load(held, 14 * LENGTH);
    FloatVector y7 = Lanes.load(held, 15 * LENGTH);
    for (int i = 0; i < m; i++) {
      long to = cAt + cStep * rows[i];
      FloatVector s = Lanes.load(c, to);
      FloatVector t = Lanes.load(c, to + V);
      FloatVector a0 = Lanes.broadcast(factors[8 * i]);
      s = a0.fma(x0, s);
      t = a0.fma(y0, t);
      FloatVector a1 = Lanes.broadcast(factors[8 * i + 1]);
      s = a1.fma(x1, s);
      t = a1.fma(y1, t);
      FloatVector a2 = Lanes.broadcast(factors[8 * i + 2]);
      s = a2.fma(x2, s);
      t = a2.fma(y2, t);
      FloatVector a3 = Lanes.broadcast(factors[8 * i + 3]);
      s = a3.fma(x3, s);
      t = a3.fma(y3, t);
      FloatVector a4 = Lanes.broadcast(factors[8 * i + 4]);
      s = a4.fma(x4, s);
      t = a4.fma(y4, t);
      FloatVector a5 = Lanes.broadcast(factors[8 * i + 5]);
      s = a5.fma(x5, s);
      t = a5.fma(y5, t);
      FloatVector a6 = Lanes.broadcast(factors[8 * i + 6]);
      s = a6.fma(x6, s);
      t = a6.fma(y6, t);
      FloatVector a7 = Lanes.broadcast(factors[8 * i + 7]);
      s = a7.fma(x7, s);
      t = a7.fma(y7, t);
      s.intoMemorySegment(c, to, NATIVE);
      t.intoMemorySegment(c, to + V, NATIVE);
    }
  }

  /** The last vector of each row, or as many of its lanes as there are. */
  private static void one(
      int m,
      int[] rows,
      float[] factors,
      float[] held,
      MemorySegment c,
      long cAt,
      long cStep,
      int lanes) {
    c = Memory.known(c);
    VectorMask<Float> mask = F.indexInRange(0, lanes);
    FloatVector x0 = Lanes.load(held, 0);
    FloatVector x1 = Lanes.load(held, 2 * LENGTH);
    FloatVector x2 = Lanes.load(held, 4 * LENGTH);
    FloatVector x3 = Lanes.load(held, 6 * LENGTH);
    FloatVector x4 = Lanes.load(held, 8 * LENGTH);
    FloatVector x5 = Lanes.load(held, 10 * LENGTH);
    FloatVector x6 = Lanes.load(held, 12 * LENGTH);
    FloatVector x7 = Lanes.load(held, 14 * LENGTH);
    for (int i = 0; i < m; i++) {
      long to = cAt + cStep * rows[i];
      FloatVector s =
          (FloatVector) Lanes.FLOATS.cast(FloatVector.fromMemorySegment(F, c, to, NATIVE, mask));
      FloatVector a0 = Lanes.broadcast(factors[8 * i]);
      s = a0.fma(x0, s);
      FloatVector a1 = Lanes.broadcast(factors[8 * i + 1]);
      s = a1.fma(x1, s);
      FloatVector a2 = Lanes.broadcast(factors[8 * i + 2]);
      s = a2.fma(x2, s);
      FloatVector a3 = Lanes.broadcast(factors[8 * i + 3]);
      s = a3.fma(x3, s);
      FloatVector a4 = Lanes.broadcast(factors[8 * i + 4]);
      s = a4.fma(x4, s);
      FloatVector a5 = Lanes.broadcast(factors[8 * i + 5]);
      s = a5.fma(x5, s);
      FloatVector a6 = Lanes.broadcast(factors[8 * i + 6]);
      s = a6.fma(x6, s);
      FloatVector a7 = Lanes.broadcast(factors[8 * i + 7]);
      s = a7.fma(x7, s);
      s.intoMemorySegment(c, to, NATIVE, mask);
    }
  }
}
