package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of everything in this package, chosen once: the machine's preferred one, or the one
 * that the system property {@value #PROPERTY} forces (128, 256 or 512; for tests).
 *
 * <p>C2 has to know a vector's class where it parses an operation on it. What the Vector API loads
 * or broadcasts is of an abstract class until C2 has replaced the load by an instruction; before,
 * it goes by what the API's own methods have met anywhere in the process. Where they have met two
 * widths it compiles both and merges what they give: vectors are boxes, and the kernel is up to two
 * hundred times as slow for the life of the process. So in this package:
 *
 * <ul>
 *   <li>The receiver of an operation comes from {@link #load}, {@link #broadcast} and the like,
 *       which say the class, or is the result of an operation on such a one. C2 does not inline
 *       these methods where a graph is large or a call is rare, as that for the end of a row may
 *       be; there the cast is written out, or the vector made the argument of one that is known.
 *   <li>A variable that a loop changes is an argument and never a receiver: {@code sum =
 *       x.add(sum)}. An argument's class is compared with the receiver's.
 *   <li>What leaves a loop is checked first, {@code ((FloatVector) sum.check(F)).intoArray(...)}: a
 *       cast would need the box of what a loop carries. So is a vector that a method is given and
 *       begins with.
 * </ul>
 */
final class Lanes {

  /** Forces a width in bits. */
  static final String PROPERTY = "lanewise.vector.bits";

  static final VectorShape SHAPE = shape(System.getProperty(PROPERTY));

  static final VectorSpecies<Float> FLOAT = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INT = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Short> SHORT = VectorSpecies.of(short.class, SHAPE);
  static final VectorSpecies<Byte> BYTE = VectorSpecies.of(byte.class, SHAPE);

  /** Of 16 lanes, where a row of ten fills no vector. */
  static final VectorSpecies<Float> HALF = VectorSpecies.of(float.class, VectorShape.S_256_BIT);

  /** Of four lanes, at any width. */
  static final VectorSpecies<Float> FOUR = FloatVector.SPECIES_128;

  /** The classes to cast to. */
  static final Class<? extends Vector<Float>> FLOATS = FLOAT.vectorType();

  static final Class<? extends Vector<Integer>> INTS = INT.vectorType();
  private static final Class<? extends Vector<Float>> HALVES = HALF.vectorType();
  private static final Class<? extends Vector<Float>> FOURS = FOUR.vectorType();
  private static final ByteOrder NATIVE = ByteOrder.nativeOrder();

  /**
   * Whether multiply and add are fused. Where the hardware cannot, {@code FloatVector.fma} is
   * emulated with big decimals, thousands of times slower, so two rounded operations do instead. On
   * x86 fused operations came with AVX2, that is with the preference for at least 256 bits; every
   * 64-bit ARM has them.
   */
  static final boolean FUSED = fused(System.getProperty("os.arch", ""), preferredBits());

  /**
   * Whether a load under a mask leaves alone what the mask leaves out, also where memory ends:
   * elsewhere than on x86 with AVX2 a whole vector may be read.
   */
  static final boolean MASKS = masks(System.getProperty("os.arch", ""), preferredBits());

  private static final VectorShuffle<Float> ROTATE_8 = VectorShuffle.iota(FLOAT, 8, 1, true);
  private static final VectorShuffle<Float> ROTATE_4 = VectorShuffle.iota(FLOAT, 4, 1, true);
  private static final VectorShuffle<Float> ROTATE_2 = VectorShuffle.iota(FLOAT, 2, 1, true);
  private static final VectorShuffle<Float> ROTATE_1 = VectorShuffle.iota(FLOAT, 1, 1, true);

  static {
    // A vector's reinterpretation goes through a segment on the heap until C2 has compiled it. The
    // class of those, loaded later, would invalidate what was compiled for native memory alone.
    boolean _ = MemorySegment.ofArray(new byte[0]).isNative();
  }

  private Lanes() {}

  static boolean fused(String architecture, int preferredBits) {
    return switch (architecture) {
      case "amd64", "x86_64", "i386", "x86" -> preferredBits >= 256;
      default -> true;
    };
  }

  static boolean masks(String architecture, int preferredBits) {
    return (architecture.equals("amd64") || architecture.equals("x86_64")) && preferredBits >= 256;
  }

  /** What begins at a byte of a segment, of a class that C2 knows. */
  static FloatVector load(MemorySegment x, long at) {
    return (FloatVector) FLOATS.cast(FloatVector.fromMemorySegment(FLOAT, x, at, NATIVE));
  }

  /** What begins at an element of an array, of a class that C2 knows. */
  static FloatVector load(float[] x, int at) {
    return (FloatVector) FLOATS.cast(FloatVector.fromArray(FLOAT, x, at));
  }

  /** Half a vector of what begins at a byte of a segment, of a class that C2 knows. */
  static FloatVector loadHalf(MemorySegment x, long at) {
    return (FloatVector) HALVES.cast(FloatVector.fromMemorySegment(HALF, x, at, NATIVE));
  }

  /** The four floats that begin at a byte of a segment, of a class that C2 knows. */
  static FloatVector loadFour(MemorySegment x, long at) {
    return (FloatVector) FOURS.cast(FloatVector.fromMemorySegment(FOUR, x, at, NATIVE));
  }

  /** A number in all lanes, of a class that C2 knows. */
  static FloatVector broadcast(float number) {
    return (FloatVector) FLOATS.cast(FloatVector.broadcast(FLOAT, number));
  }

  /** a b + c, with one rounding where {@link #FUSED}. */
  static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector c) {
    return FUSED ? a.fma(b, c) : a.mul(b).add(c);
  }

  /**
   * As the vectors' {@link #multiplyAdd(FloatVector, FloatVector, FloatVector)}, for one element.
   */
  static float multiplyAdd(float a, float b, float c) {
    return FUSED ? Math.fma(a, b, c) : a * b + c;
  }

  private static VectorShape shape(@org.jspecify.annotations.Nullable String bits) {
    if (bits == null) {
      return FloatVector.SPECIES_PREFERRED.vectorShape();
    }
    return switch (bits) {
      case "128" -> VectorShape.S_128_BIT;
      case "256" -> VectorShape.S_256_BIT;
      case "512" -> VectorShape.S_512_BIT;
      default ->
          throw new IllegalArgumentException(
              PROPERTY + " must be 128, 256 or 512, not '" + bits + "'");
    };
  }

  /** The width the machine prefers, whatever is forced. */
  static int preferredBits() {
    return Math.max(
        FloatVector.SPECIES_PREFERRED.vectorBitSize(), IntVector.SPECIES_PREFERRED.vectorBitSize());
  }

  /** {@link #sum(FloatVector)} where C2 may have no room to inline it: it boxes what it passes. */
  static float sum(float[] lanes, int at) {
    return sum(load(lanes, at));
  }

  /**
   * The sum of all lanes, halves first. {@code reduceLanes(ADD)} does not do: its order is open,
   * and differs between interpreted and compiled code, so that one program would give two results.
   */
  static float sum(FloatVector v) {
    FloatVector sum = (FloatVector) v.check(FLOAT);
    if (FLOAT.length() > 8) {
      sum = sum.rearrange(ROTATE_8).add(sum);
    }
    if (FLOAT.length() > 4) {
      sum = sum.rearrange(ROTATE_4).add(sum);
    }
    sum = sum.rearrange(ROTATE_2).add(sum);
    return sum.rearrange(ROTATE_1).add(sum).lane(0);
  }
}
