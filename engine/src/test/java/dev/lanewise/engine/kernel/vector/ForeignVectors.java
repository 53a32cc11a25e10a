package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * A program for {@link CompilationTest}: {@link QuietCalls} in a process whose other code uses
 * vectors of the widths in bits that its arguments name. Where those are many, no profile of the
 * Vector API's methods says which class a vector has; where they are two, profiles say both; those
 * are of floats alone, as the engine's own vectors of two widths are.
 */
final class ForeignVectors {

  /** Enough for C1's profiles. */
  private static final int TIMES = 3_000;

  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  private static final float[] FLOATS = new float[16];
  private static final int[] INTS = new int[16];
  private static final short[] SHORTS = new short[32];
  private static final byte[] BYTES = new byte[64];

  /** Keeps C2 from leaving the operations out. */
  private static double sum;

  private ForeignVectors() {}

  public static void main(String[] args) {
    MemorySegment memory = Arena.global().allocate(64, 64);
    List<VectorShape> shapes =
        Arrays.stream(args).map(bits -> VectorShape.forBitSize(Integer.parseInt(bits))).toList();
    for (int i = 0; i < TIMES; i++) {
      for (VectorShape shape : shapes) {
        floats(VectorSpecies.of(float.class, shape), memory);
        if (shapes.size() > 2) {
          ints(VectorSpecies.of(int.class, shape), memory);
          shorts(VectorSpecies.of(short.class, shape), memory);
          bytes(VectorSpecies.of(byte.class, shape), memory);
        }
      }
    }
    System.out.println("sum " + sum);
    QuietCalls.main(args);
  }

  private static void floats(VectorSpecies<Float> species, MemorySegment memory) {
    FloatVector y = FloatVector.fromArray(species, FLOATS, 0);
    FloatVector two = FloatVector.broadcast(species, 2);
    VectorMask<Float> first = species.indexInRange(0, 1);
    FloatVector x = FloatVector.fromMemorySegment(species, memory, 0, NATIVE);
    x = x.add(y).mul(two).sub(y).fma(y, two).max(two).min(y).div(two).add(1).mul(2).sub(1);
    x = x.neg().abs().sqrt().blend(y, first).blend(0, first);
    x = x.rearrange(VectorShuffle.iota(species, 1, 1, true));
    VectorMask<Float> some = x.compare(VectorOperators.LT, y).or(x.compare(VectorOperators.GT, 0));
    x.intoMemorySegment(memory, 0, NATIVE);
    x.intoMemorySegment(memory, 0, NATIVE, first);
    x.intoArray(FLOATS, 0);
    x.intoArray(FLOATS, 0, first);
    FloatVector.fromMemorySegment(species, memory, 0, NATIVE, first).intoArray(FLOATS, 0);
    sum += x.reduceLanes(VectorOperators.MAX) + x.lane(0) + (some.anyTrue() ? 1 : 0);
    sum += x.reinterpretAsInts().lane(0);
  }

  private static void ints(VectorSpecies<Integer> species, MemorySegment memory) {
    IntVector y = IntVector.fromArray(species, INTS, 0);
    IntVector two = IntVector.broadcast(species, 2);
    IntVector x = IntVector.fromMemorySegment(species, memory, 0, NATIVE);
    x = x.add(y).mul(two).sub(y).max(two).min(y).and(y).and(3).or(y).add(1).mul(2);
    x = x.lanewise(VectorOperators.LSHR, 16).lanewise(VectorOperators.ASHR, 31);
    x = x.lanewise(VectorOperators.LSHL, 3).lanewise(VectorOperators.XOR, y);
    x = x.blend(y, x.compare(VectorOperators.LT, y));
    x.intoMemorySegment(memory, 0, NATIVE);
    x.intoArray(INTS, 0);
    sum += x.reduceLanes(VectorOperators.ADD) + x.reduceLanes(VectorOperators.MAX);
    sum += x.compare(VectorOperators.LE, two).toLong();
    sum += x.reinterpretAsFloats().lane(0) + x.reinterpretAsBytes().lane(0);
  }

  private static void shorts(VectorSpecies<Short> species, MemorySegment memory) {
    ShortVector y = ShortVector.fromArray(species, SHORTS, 0);
    ShortVector two = ShortVector.broadcast(species, (short) 2);
    ShortVector x = ShortVector.fromMemorySegment(species, memory, 0, NATIVE);
    x = x.add(y).mul(two).sub(y).max(two).min(y).and(y).and((short) 3);
    x = x.lanewise(VectorOperators.LSHR, 8).lanewise(VectorOperators.LSHL, 3);
    x.intoMemorySegment(memory, 0, NATIVE);
    x.intoArray(SHORTS, 0);
    sum += x.compare(VectorOperators.LE, two).toLong() + x.reinterpretAsInts().lane(0);
  }

  private static void bytes(VectorSpecies<Byte> species, MemorySegment memory) {
    ByteVector y = ByteVector.fromArray(species, BYTES, 0);
    ByteVector two = ByteVector.broadcast(species, (byte) 2);
    ByteVector x = ByteVector.fromMemorySegment(species, memory, 0, NATIVE);
    x = x.lanewise(VectorOperators.UMAX, y).lanewise(VectorOperators.UMIN, two).sub(y).and(y);
    x.intoMemorySegment(memory, 0, NATIVE);
    x.intoArray(BYTES, 0);
    sum += x.reinterpretAsShorts().lane(0) + x.reinterpretAsInts().lane(0);
  }
}
