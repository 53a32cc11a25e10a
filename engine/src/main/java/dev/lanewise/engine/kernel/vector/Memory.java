package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;

/**
 * Where kernels find the elements of a matrix. Each access to a segment checks the segment's class,
 * life, owner and bounds; C2 keeps those checks in loops unless it knows the segment, and it knows
 * constants only. So memory that nobody can free while it is in use is read and written through one
 * constant, {@link #ALL}, a segment of all addresses: shapes are checked before a kernel begins,
 * and its loops contain arithmetic only.
 *
 * <p>That is memory of the global arena, and of automatic ones while something reachable refers to
 * it: {@link VectorKernels} holds on to the matrices of a call until it ends. Memory of any other
 * arena could be closed by another thread in the middle of a loop, and is used by way of its own
 * segment, with all checks; so is all memory where the program does not grant native access ({@code
 * --enable-native-access}), which {@link MemorySegment#reinterpret(long)} needs.
 *
 * <p>A method with a loop begins with {@code x = Memory.known(x)} for each of its segments: a
 * method may be compiled by itself, and then knows nothing of what it is given.
 *
 * <p>See {@code docs/adr/0004-unchecked-memory.md}.
 */
final class Memory {

  private static final Class<?> AUTOMATIC = Arena.ofAuto().scope().getClass();
  private static final Class<?> GLOBAL = Arena.global().scope().getClass();

  /**
   * Whether native access is granted and the class of a scope tells who can close it. No other
   * arena is opened to see that: once C2 has met a confined one, which is checked for its thread,
   * it compiles all of the JDK's accesses with that check, in twice the time.
   */
  private static final boolean DIRECT =
      Lanes.MASKS && Memory.class.getModule().isNativeAccessEnabled() && AUTOMATIC != GLOBAL;

  /** All addresses; a position in it is an address. Nothing where accesses are checked. */
  private static final MemorySegment ALL = DIRECT ? all() : MemorySegment.NULL;

  /** What grants this class native access, on the class path or the module path. */
  private static final String NATIVE_ACCESS =
      "--enable-native-access="
          + (Memory.class.getModule().isNamed()
              ? Memory.class.getModule().getName()
              : "ALL-UNNAMED");

  private Memory() {}

  @SuppressWarnings("restricted")
  private static MemorySegment all() {
    return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
  }

  /** For a diagnosis: whether accesses are checked, and if so, why. */
  static String description() {
    if (DIRECT) {
      return "unchecked";
    }
    return Lanes.MASKS
        ? "every access checked; start Java with " + NATIVE_ACCESS + " for the fastest kernels"
        : "every access checked";
  }

  /** Positions of elements are addresses divided by their size, of which 4 is the largest. */
  private static boolean direct(MemorySegment segment) {
    if (!DIRECT || (segment.address() & (Float.BYTES - 1)) != 0) {
      return false;
    }
    Class<?> scope = segment.scope().getClass();
    return scope == AUTOMATIC || scope == GLOBAL;
  }

  /** What to read a matrix's elements from. */
  static MemorySegment of(Matrix x) {
    return of(x.segment());
  }

  /** What to read elements of a segment of floats from. */
  static MemorySegment of(MemorySegment segment) {
    return direct(segment) ? ALL : segment;
  }

  /** The position of element (0, 0) in {@link #of(Matrix)}, in elements. */
  static long start(Matrix x) {
    return start(x.segment(), elementBytes(x)) + x.offset();
  }

  /** The position of a segment in {@link #of(MemorySegment)}, in elements of so many bytes. */
  static long start(MemorySegment segment, int elementBytes) {
    return direct(segment) ? segment.address() / elementBytes : 0;
  }

  /** The position of a row's first element, in bytes; also right for a row without elements. */
  static long at(Matrix x, int row) {
    return elementBytes(x) * (start(x) + (long) row * x.stride());
  }

  private static int elementBytes(Matrix x) {
    return x instanceof ByteMatrix ? Byte.BYTES : Float.BYTES;
  }

  /** Whether accesses to what {@link #of} gave are not checked. */
  @SuppressWarnings({"MemorySegmentReferenceEquality", "ReferenceEquality"})
  static boolean isUnchecked(MemorySegment segment) {
    return DIRECT && segment == ALL;
  }

  /**
   * The segment itself, as a constant where it is one. The second way is compiled only if it has
   * ever been taken.
   */
  @SuppressWarnings({"MemorySegmentReferenceEquality", "ReferenceEquality"})
  static MemorySegment known(MemorySegment segment) {
    return segment == ALL ? ALL : segment;
  }

  /**
   * A position, of which C2 then knows that it is not negative, nor with an int or some distances
   * added: the bounds of {@link #ALL} need no check in a loop of few operations and many accesses.
   */
  static long position(long at) {
    return at & Long.MAX_VALUE >>> 2;
  }

  /** A distance between rows, of which C2 then knows as much; addresses have 48 or 57 bits. */
  static long distance(long bytes) {
    return bytes & (1L << 57) - 1;
  }

  /**
   * Refuses a result in read-only memory, which no constant can.
   *
   * @throws UnsupportedOperationException if the matrix's memory must not be written
   */
  static void result(Matrix x) {
    if (x.segment().isReadOnly()) {
      throw new UnsupportedOperationException(
          "a kernel cannot write its result to read-only memory: " + x);
    }
  }

  /**
   * To be called after the last use of memory that this owns; an exception has been the last use.
   */
  @SuppressWarnings("ReachabilityFenceUsage")
  static void keep(Object a) {
    Reference.reachabilityFence(a);
  }

  /** To be called after the last use of memory that these own. */
  static void keep(Object a, Object b) {
    keep(a);
    keep(b);
  }

  /** To be called after the last use of memory that these own. */
  static void keep(Object a, Object b, Object c) {
    keep(a);
    keep(b);
    keep(c);
  }
}
