package dev.lanewise.engine.kernel.vector;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * exp, atan and tanh of a vector, from arithmetic alone. {@code VectorOperators.EXP} and the like
 * will not do: compiled they call a library, interpreted {@code StrictMath}, and the two round
 * differently, so that a result would depend on when the code was compiled.
 *
 * <p>atan and tanh are those of Moshier's Cephes library (atanf.c, tanhf.c), good to 2 units in the
 * last place; exp is softmax's.
 *
 * <p>Classes are said in full: with all of this in a loop, C2 has no room left for methods that do.
 */
final class VectorFunctions {

  private static final VectorSpecies<Float> F = Lanes.FLOAT;

  /** exp of an argument whose size is at most this is a normal number. */
  static final float NEAR = 87;

  /** exp(x) overflows long before, and its powers of two stay within what an exponent can say. */
  private static final float HIGHEST = 104;

  private static final float TAN_PI_8 = 0.41421357f;
  private static final float TAN_3_PI_8 = 2.4142137f;
  private static final float PI_2 = (float) (Math.PI / 2);
  private static final float PI_4 = (float) (Math.PI / 4);

  private static final int SIGN = 0x80000000;

  private VectorFunctions() {}

  /** exp(x) as {@link #exp}, to the bit, where |x| is at most {@link #NEAR}. */
  static FloatVector expNear(FloatVector argument) {
    FloatVector x = (FloatVector) argument.check(F);
    FloatVector t = x.mul(VectorElementwiseSoftmax.LOG2_E).add(VectorElementwiseSoftmax.ROUND);
    // The low bits of t are the power of two, which an exponent takes up.
    IntVector power =
        ((IntVector) Lanes.INTS.cast(t.reinterpretAsInts())).lanewise(VectorOperators.LSHL, 23);
    return (FloatVector)
        Lanes.FLOATS.cast(
            ((IntVector) Lanes.INTS.cast(mantissa(x, t).reinterpretAsInts()))
                .add(power)
                .reinterpretAsFloats());
  }

  /** exp(x) / 2^n, with n the integer that t = x log2(e) + ROUND holds. */
  private static FloatVector mantissa(FloatVector x, FloatVector t) {
    FloatVector whole = ((FloatVector) t.check(F)).sub(VectorElementwiseSoftmax.ROUND);
    FloatVector r = fma(whole, -VectorElementwiseSoftmax.LN2_HIGH, x);
    r = fma(whole, -VectorElementwiseSoftmax.LN2_LOW, r);
    FloatVector e = Lanes.broadcast(VectorElementwiseSoftmax.C6);
    e = fma(r, e, VectorElementwiseSoftmax.C5);
    e = fma(r, e, VectorElementwiseSoftmax.C4);
    e = fma(r, e, VectorElementwiseSoftmax.C3);
    e = fma(r, e, 0.5f);
    e = fma(r, e, 1);
    return fma(r, e, 1);
  }

  /** exp(x); 0 below -104, infinity above 88.7, NaN for NaN. */
  static FloatVector exp(FloatVector argument) {
    // Not max and min, which take several instructions each to treat NaN and -0 as Java does.
    FloatVector x = (FloatVector) argument.check(F);
    x = x.blend(HIGHEST, x.compare(VectorOperators.GT, HIGHEST));
    // Not computed and rounded to 0: a lane that underflows takes as long as three vectors.
    VectorMask<Float> none = x.compare(VectorOperators.LT, VectorElementwiseSoftmax.LOWEST);
    x = x.blend(0, none);
    FloatVector t = x.mul(VectorElementwiseSoftmax.LOG2_E).add(VectorElementwiseSoftmax.ROUND);
    FloatVector e = mantissa(x, t);
    // The power of two in two exponents, each with its bias of 127.
    IntVector power =
        ((IntVector) Lanes.INTS.cast(t.reinterpretAsInts()))
            .sub(VectorElementwiseSoftmax.ROUND_BITS - 2 * 127);
    IntVector half = power.lanewise(VectorOperators.LSHR, 1);
    FloatVector scale =
        (FloatVector)
            Lanes.FLOATS.cast(half.lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    FloatVector rest =
        (FloatVector)
            Lanes.FLOATS.cast(
                power.sub(half).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    return e.mul(scale).mul(rest).blend(0, none);
  }

  /** atan x = atan(t) + a multiple of pi/4, with |t| at most tan(pi/8). */
  static FloatVector atan(FloatVector argument) {
    FloatVector x = (FloatVector) argument.check(F);
    FloatVector size = x.abs();
    FloatVector one = Lanes.broadcast(1);
    VectorMask<Float> middle = size.compare(VectorOperators.GT, TAN_PI_8);
    VectorMask<Float> large = size.compare(VectorOperators.GT, TAN_3_PI_8);
    FloatVector numerator = size.blend(size.sub(1), middle).blend(one.neg(), large);
    FloatVector denominator = one.blend(size.add(1), middle).blend(size, large);
    FloatVector turn = FloatVector.zero(F).blend(PI_4, middle).blend(PI_2, large);
    FloatVector t = numerator.div(denominator);
    FloatVector square = t.mul(t);
    FloatVector p = Lanes.broadcast(0.080537446f);
    p = fma(square, p, -0.13877685f);
    p = fma(square, p, 0.19977711f);
    p = fma(square, p, -0.3333295f);
    FloatVector result = turn.add(Lanes.multiplyAdd(square.mul(p), t, t));
    return withSign(result, x);
  }

  /** tanh x, of its form for arguments far from 0: what C2 has room for in one loop. */
  static FloatVector tanh(FloatVector argument, FloatVector far) {
    FloatVector x = (FloatVector) argument.check(F);
    FloatVector size = x.abs();
    FloatVector near = tanhNear(size);
    return withSign(near.blend(far, size.compare(VectorOperators.GE, 0.625f)), x);
  }

  /** tanh of a small argument that is not negative: a polynomial. */
  private static FloatVector tanhNear(FloatVector argument) {
    FloatVector size = (FloatVector) argument.check(F);
    FloatVector square = size.mul(size);
    FloatVector p = Lanes.broadcast(-0.0057049887f);
    p = fma(square, p, 0.020639088f);
    p = fma(square, p, -0.053739715f);
    p = fma(square, p, 0.13331442f);
    p = fma(square, p, -0.3333328f);
    return Lanes.multiplyAdd(square.mul(p), size, size);
  }

  /** tanh |x| where that is not small: 1 - 2 / (exp(2 |x|) + 1). */
  static FloatVector tanhFar(FloatVector argument) {
    FloatVector size = ((FloatVector) argument.check(F)).abs();
    FloatVector twice = size.add(size);
    // Long before, the result is 1.
    FloatVector x = twice.blend(NEAR, twice.compare(VectorOperators.GT, NEAR));
    FloatVector one = Lanes.broadcast(1);
    return one.sub(one.add(one).div(expNear(x).add(one)));
  }

  /** Exchanges the sign of a result that is not negative for that of the argument. */
  private static FloatVector withSign(FloatVector result, FloatVector x) {
    IntVector sign = ((IntVector) Lanes.INTS.cast(x.reinterpretAsInts())).and(SIGN);
    return (FloatVector)
        Lanes.FLOATS.cast(
            ((IntVector) Lanes.INTS.cast(result.reinterpretAsInts()))
                .or(sign)
                .reinterpretAsFloats());
  }

  private static FloatVector fma(FloatVector a, float b, FloatVector c) {
    return Lanes.multiplyAdd(a, Lanes.broadcast(b), c);
  }

  private static FloatVector fma(FloatVector a, FloatVector b, float c) {
    return Lanes.multiplyAdd(a, b, Lanes.broadcast(c));
  }
}
