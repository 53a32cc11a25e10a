package dev.lanewise.engine.kernel.vector;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of everything in this package, chosen once: the machine's preferred one, or the one
 * that the system property {@value #PROPERTY} forces (128, 256 or 512; for tests).
 *
 * <p>In this package a variable that an operation changes is its argument and never its receiver:
 * {@code sum = x.add(sum)}. C2 does not know the class of what a loop carries. An argument's is
 * compared with the receiver's; a receiver's is looked up in a profile, and where the operation was
 * compiled without one, or one that other vectors have spoilt, it is a call, its vectors are boxes,
 * and the kernel stays slow. For the same reason a sum that leaves a loop is checked first, {@code
 * ((FloatVector) sum.check(F)).intoArray(...)}, and so is a vector that a method is given and
 * begins with; where C2 knows the class already, a check costs nothing. What has just been loaded
 * is known, what has been broadcast is not: {@code loaded.fma(broadcast, sum)}.
 */
final class Lanes {

  /** Forces a width in bits. */
  static final String PROPERTY = "lanewise.vector.bits";

  static final VectorShape SHAPE = shape(System.getProperty(PROPERTY));

  static final VectorSpecies<Float> FLOAT = VectorSpecies.of(float.class, SHAPE);
  static final VectorSpecies<Integer> INT = VectorSpecies.of(int.class, SHAPE);
  static final VectorSpecies<Short> SHORT = VectorSpecies.of(short.class, SHAPE);
  static final VectorSpecies<Byte> BYTE = VectorSpecies.of(byte.class, SHAPE);

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
    return sum(FloatVector.fromArray(FLOAT, lanes, at));
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
