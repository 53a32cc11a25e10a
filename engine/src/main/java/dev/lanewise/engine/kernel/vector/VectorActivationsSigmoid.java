package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * 1 / (1 + exp(-z)). Where no element of a stretch is far from zero, exp needs neither its clamps
 * nor its second scaling, a third of its instructions; to see that costs a tenth. Of what may be
 * out of cache the stretch after is looked at in the same loop, so that it comes from memory
 * meanwhile; in cache two loops are faster, whose constants stay in registers. The results are the
 * same to the bit.
 */
final class VectorActivationsSigmoid {

  private static final VectorSpecies<Float> FLOAT = Lanes.FLOAT;
  private static final int LANES = FLOAT.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Elements that are taken to be out of cache: 1 MB. */
  static final int MANY = 1 << 18;

  /** The size of an element, as an integer, up to which it is near zero. */
  private static final int NEAR = Float.floatToRawIntBits(VectorFunctions.NEAR);

  private static final Stretch FEW_STRETCH = new Stretch();
  private static final Stretch MANY_STRETCH = new Stretch();

  /** {@link #far}, {@link Apart}: beside {@link #near} its caller has no room for it. */
  private static MethodHandle far = Apart.method(MethodHandles.lookup(), "far");

  /** {@link #nearAndNext}, for the same reason. */
  private static MethodHandle nearAndNext = Apart.method(MethodHandles.lookup(), "nearAndNext");

  private VectorActivationsSigmoid() {}

  /** Of so many elements; those that are read may be those that are written. */
  static void sigmoid(MemorySegment z, long zStart, MemorySegment a, long aStart, long length) {
    boolean many = length >= MANY;
    Stretch stretch = many ? MANY_STRETCH : FEW_STRETCH;
    int n = stretch.next(length);
    boolean isNear = isNear(z, zStart, n);
    for (long j = 0; j < length; ) {
      long zAt = zStart + 4 * j;
      long aAt = aStart + 4 * j;
      j += n;
      long nextAt = zStart + 4 * j;
      int next = j < length ? stretch.next(length - j) : 0;
      try {
        if (many && isNear && next == n) {
          isNear = (boolean) nearAndNext.invokeExact(z, zAt, nextAt, a, aAt, n);
        } else {
          int done = isNear ? near(z, zAt, a, aAt, n) : 0;
          if (done < n) {
            far.invokeExact(z, zAt + 4L * done, a, aAt + 4L * done, n - done);
          }
          isNear = next > 0 && isNear(z, nextAt, next);
        }
      } catch (Throwable e) {
        throw Apart.unchecked(e);
      }
      n = next;
    }
  }

  /** Whether all whole vectors of some elements are near zero. */
  private static boolean isNear(MemorySegment z, long zStart, int n) {
    z = Memory.known(z);
    IntVector none = IntVector.zero(Lanes.INT);
    IntVector size = none;
    for (int i = 0; i <= n - LANES; i += LANES) {
      IntVector bits =
          (IntVector) Lanes.INTS.cast(Lanes.load(z, zStart + 4L * i).reinterpretAsInts());
      size = bits.and(Integer.MAX_VALUE).max(size);
    }
    return none.max(size).reduceLanes(VectorOperators.MAX) <= NEAR;
  }

  /** Of whole vectors of elements near zero; returns how many elements those are. */
  private static int near(MemorySegment z, long zStart, MemorySegment a, long aStart, int n) {
    z = Memory.known(z);
    a = Memory.known(a);
    FloatVector one = Lanes.broadcast(1);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector e = VectorFunctions.expNear(Lanes.load(z, zStart + 4L * i).neg());
      one.div(e.add(one)).intoMemorySegment(a, aStart + 4L * i, ORDER);
    }
    return i;
  }

  /** As {@link #near}, and as {@link #isNear} of as many elements elsewhere. */
  @SuppressWarnings("UnusedMethod") // By its handle.
  private static boolean nearAndNext(
      MemorySegment z, long zStart, long nextStart, MemorySegment a, long aStart, int n) {
    z = Memory.known(z);
    a = Memory.known(a);
    FloatVector one = Lanes.broadcast(1);
    IntVector none = IntVector.zero(Lanes.INT);
    IntVector size = none;
    for (int i = 0; i <= n - LANES; i += LANES) {
      IntVector next =
          (IntVector) Lanes.INTS.cast(Lanes.load(z, nextStart + 4L * i).reinterpretAsInts());
      size = next.and(Integer.MAX_VALUE).max(size);
      FloatVector e = VectorFunctions.expNear(Lanes.load(z, zStart + 4L * i).neg());
      one.div(e.add(one)).intoMemorySegment(a, aStart + 4L * i, ORDER);
    }
    return none.max(size).reduceLanes(VectorOperators.MAX) <= NEAR;
  }

  @SuppressWarnings("UnusedMethod") // By its handle.
  private static void far(MemorySegment z, long zStart, MemorySegment a, long aStart, int n) {
    z = Memory.known(z);
    a = Memory.known(a);
    FloatVector one = Lanes.broadcast(1);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector e = VectorFunctions.exp(Lanes.load(z, zStart + 4L * i).neg());
      one.div(e.add(one)).intoMemorySegment(a, aStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector e =
          VectorFunctions.exp(
              ((FloatVector)
                      Lanes.FLOATS.cast(
                          FloatVector.fromMemorySegment(FLOAT, z, zStart + 4L * i, ORDER, mask)))
                  .neg());
      one.div(e.add(one)).intoMemorySegment(a, aStart + 4L * i, ORDER, mask);
    }
  }
}
