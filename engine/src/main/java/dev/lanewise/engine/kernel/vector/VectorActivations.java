package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Element-wise primitives: activations, their derivatives and optimiser steps. Each loop does whole
 * vectors and then one masked vector, so that an element's value does not depend on its position;
 * one loop a method, small enough for either compiler. No fused multiply-add: rounding is that of
 * the specification, but for {@link VectorFunctions}.
 */
final class VectorActivations {

  private static final VectorSpecies<Float> FLOAT = Lanes.FLOAT;
  private static final int LANES = FLOAT.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private VectorActivations() {}

  static void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y) {
    Shapes.same("axpby", x, y);
    int rows = x.isContiguous() && y.isContiguous() ? Math.min(1, y.rows()) : y.rows();
    long length = length(y, rows);
    for (int i = 0; i < rows; i++) {
      axpby(alpha, x.segment(), start(x, i), beta, y.segment(), start(y, i), length);
    }
  }

  private static void axpby(
      float alpha,
      MemorySegment x,
      long xStart,
      float beta,
      MemorySegment y,
      long yStart,
      long length) {
    long i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector vx = FloatVector.fromMemorySegment(FLOAT, x, xStart + 4 * i, ORDER);
      FloatVector vy = FloatVector.fromMemorySegment(FLOAT, y, yStart + 4 * i, ORDER);
      vx.mul(alpha).add(vy.mul(beta)).intoMemorySegment(y, yStart + 4 * i, ORDER);
    }
    if (i < length) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, length);
      FloatVector vx = FloatVector.fromMemorySegment(FLOAT, x, xStart + 4 * i, ORDER, mask);
      FloatVector vy = FloatVector.fromMemorySegment(FLOAT, y, yStart + 4 * i, ORDER, mask);
      vx.mul(alpha).add(vy.mul(beta)).intoMemorySegment(y, yStart + 4 * i, ORDER, mask);
    }
  }

  static void activate(Activation activation, FloatMatrix sums, FloatMatrix activations) {
    Shapes.same("activate", sums, activations);
    if (activation == Activation.IDENTITY) {
      if (sums != activations) {
        activations.setAll(sums);
      }
      return;
    }
    int rows = sums.isContiguous() && activations.isContiguous() ? 1 : sums.rows();
    rows = Math.min(rows, sums.rows());
    long length = length(sums, rows);
    for (int i = 0; i < rows; i++) {
      MemorySegment z = sums.segment();
      long zStart = start(sums, i);
      MemorySegment a = activations.segment();
      long aStart = start(activations, i);
      switch (activation) {
        case IDENTITY -> {}
        case RELU -> relu(z, zStart, a, aStart, length);
        case ATAN -> atan(z, zStart, a, aStart, length);
        case SIGMOID -> sigmoid(z, zStart, a, aStart, length);
        case TANH -> tanh(z, zStart, a, aStart, length);
      }
    }
  }

  /** By comparison: a maximum of floats takes care of NaN and -0 with five more instructions. */
  private static void relu(MemorySegment z, long zStart, MemorySegment a, long aStart, long n) {
    FloatVector zero = FloatVector.zero(FLOAT);
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vz = FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER);
      vz.blend(zero, vz.compare(VectorOperators.LE, zero))
          .intoMemorySegment(a, aStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vz = FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER, mask);
      vz.blend(zero, vz.compare(VectorOperators.LE, zero))
          .intoMemorySegment(a, aStart + 4 * i, ORDER, mask);
    }
  }

  private static void atan(MemorySegment z, long zStart, MemorySegment a, long aStart, long n) {
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorFunctions.atan(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER))
          .intoMemorySegment(a, aStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorFunctions.atan(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER, mask))
          .intoMemorySegment(a, aStart + 4 * i, ORDER, mask);
    }
  }

  private static void sigmoid(MemorySegment z, long zStart, MemorySegment a, long aStart, long n) {
    FloatVector one = FloatVector.broadcast(FLOAT, 1f);
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector e =
          VectorFunctions.exp(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER).neg());
      one.div(e.add(one)).intoMemorySegment(a, aStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector e =
          VectorFunctions.exp(
              FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER, mask).neg());
      one.div(e.add(one)).intoMemorySegment(a, aStart + 4 * i, ORDER, mask);
    }
  }

  private static void tanh(MemorySegment z, long zStart, MemorySegment a, long aStart, long n) {
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorFunctions.tanh(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER))
          .intoMemorySegment(a, aStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorFunctions.tanh(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER, mask))
          .intoMemorySegment(a, aStart + 4 * i, ORDER, mask);
    }
  }

  static void timesDerivative(
      Activation activation, FloatMatrix sums, FloatMatrix activations, FloatMatrix gradient) {
    Shapes.same("timesDerivative", sums, gradient);
    Shapes.same("timesDerivative", activations, gradient);
    if (activation == Activation.IDENTITY) {
      return;
    }
    FloatMatrix from = activation.derivativeNeedsSum() ? sums : activations;
    int rows = from.isContiguous() && gradient.isContiguous() ? 1 : gradient.rows();
    rows = Math.min(rows, gradient.rows());
    long length = length(gradient, rows);
    for (int i = 0; i < rows; i++) {
      MemorySegment x = from.segment();
      long xStart = start(from, i);
      MemorySegment g = gradient.segment();
      long gStart = start(gradient, i);
      switch (activation) {
        case IDENTITY -> {}
        case RELU -> timesReluSlope(x, xStart, g, gStart, length);
        case ATAN -> timesAtanSlope(x, xStart, g, gStart, length);
        case SIGMOID -> timesSigmoidSlope(x, xStart, g, gStart, length);
        case TANH -> timesTanhSlope(x, xStart, g, gStart, length);
      }
    }
  }

  private static void timesReluSlope(
      MemorySegment a, long aStart, MemorySegment g, long gStart, long n) {
    FloatVector zero = FloatVector.zero(FLOAT);
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorMask<Float> on =
          FloatVector.fromMemorySegment(FLOAT, a, aStart + 4 * i, ORDER)
              .compare(VectorOperators.GT, zero);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER);
      zero.blend(vg, on).intoMemorySegment(g, gStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorMask<Float> on =
          FloatVector.fromMemorySegment(FLOAT, a, aStart + 4 * i, ORDER, mask)
              .compare(VectorOperators.GT, zero);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER, mask);
      zero.blend(vg, on).intoMemorySegment(g, gStart + 4 * i, ORDER, mask);
    }
  }

  private static void timesAtanSlope(
      MemorySegment z, long zStart, MemorySegment g, long gStart, long n) {
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vz = FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER);
      vg.div(vz.mul(vz).add(1f)).intoMemorySegment(g, gStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vz = FloatVector.fromMemorySegment(FLOAT, z, zStart + 4 * i, ORDER, mask);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER, mask);
      vg.div(vz.mul(vz).add(1f)).intoMemorySegment(g, gStart + 4 * i, ORDER, mask);
    }
  }

  private static void timesSigmoidSlope(
      MemorySegment a, long aStart, MemorySegment g, long gStart, long n) {
    FloatVector one = FloatVector.broadcast(FLOAT, 1f);
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector va = FloatVector.fromMemorySegment(FLOAT, a, aStart + 4 * i, ORDER);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER);
      vg.mul(va.mul(one.sub(va))).intoMemorySegment(g, gStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector va = FloatVector.fromMemorySegment(FLOAT, a, aStart + 4 * i, ORDER, mask);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER, mask);
      vg.mul(va.mul(one.sub(va))).intoMemorySegment(g, gStart + 4 * i, ORDER, mask);
    }
  }

  private static void timesTanhSlope(
      MemorySegment a, long aStart, MemorySegment g, long gStart, long n) {
    FloatVector one = FloatVector.broadcast(FLOAT, 1f);
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector va = FloatVector.fromMemorySegment(FLOAT, a, aStart + 4 * i, ORDER);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER);
      vg.mul(one.sub(va.mul(va))).intoMemorySegment(g, gStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector va = FloatVector.fromMemorySegment(FLOAT, a, aStart + 4 * i, ORDER, mask);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER, mask);
      vg.mul(one.sub(va.mul(va))).intoMemorySegment(g, gStart + 4 * i, ORDER, mask);
    }
  }

  static void adam(
      float beta1,
      float beta2,
      float rate,
      float rootCorrection,
      float epsilon,
      FloatMatrix gradient,
      FloatMatrix mean,
      FloatMatrix meanSquare,
      FloatMatrix x) {
    Shapes.same("adam", gradient, x);
    Shapes.same("adam", mean, x);
    Shapes.same("adam", meanSquare, x);
    // Two passes, so that each loop stays small: the moments, then the step.
    for (int i = 0; i < x.rows(); i++) {
      MemorySegment g = gradient.segment();
      long gStart = start(gradient, i);
      long vStart = start(meanSquare, i);
      axpby(1f - beta1, g, gStart, beta1, mean.segment(), start(mean, i), x.columns());
      meanSquares(beta2, g, gStart, meanSquare.segment(), vStart, x.columns());
      adamStep(
          rate,
          rootCorrection,
          epsilon,
          mean.segment(),
          start(mean, i),
          meanSquare.segment(),
          vStart,
          x.segment(),
          start(x, i),
          x.columns());
    }
  }

  private static void meanSquares(
      float beta2, MemorySegment g, long gStart, MemorySegment v, long vStart, long n) {
    float rest = 1f - beta2;
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER);
      FloatVector vv = FloatVector.fromMemorySegment(FLOAT, v, vStart + 4 * i, ORDER);
      vv.mul(beta2).add(vg.mul(vg).mul(rest)).intoMemorySegment(v, vStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vg = FloatVector.fromMemorySegment(FLOAT, g, gStart + 4 * i, ORDER, mask);
      FloatVector vv = FloatVector.fromMemorySegment(FLOAT, v, vStart + 4 * i, ORDER, mask);
      vv.mul(beta2).add(vg.mul(vg).mul(rest)).intoMemorySegment(v, vStart + 4 * i, ORDER, mask);
    }
  }

  private static void adamStep(
      float rate,
      float rootCorrection,
      float epsilon,
      MemorySegment m,
      long mStart,
      MemorySegment v,
      long vStart,
      MemorySegment x,
      long xStart,
      long n) {
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vm = FloatVector.fromMemorySegment(FLOAT, m, mStart + 4 * i, ORDER);
      FloatVector vv = FloatVector.fromMemorySegment(FLOAT, v, vStart + 4 * i, ORDER);
      FloatVector vx = FloatVector.fromMemorySegment(FLOAT, x, xStart + 4 * i, ORDER);
      FloatVector root = vv.sqrt().div(rootCorrection).add(epsilon);
      vx.sub(vm.mul(rate).div(root)).intoMemorySegment(x, xStart + 4 * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vm = FloatVector.fromMemorySegment(FLOAT, m, mStart + 4 * i, ORDER, mask);
      FloatVector vv = FloatVector.fromMemorySegment(FLOAT, v, vStart + 4 * i, ORDER, mask);
      FloatVector vx = FloatVector.fromMemorySegment(FLOAT, x, xStart + 4 * i, ORDER, mask);
      FloatVector root = vv.sqrt().div(rootCorrection).add(epsilon);
      vx.sub(vm.mul(rate).div(root)).intoMemorySegment(x, xStart + 4 * i, ORDER, mask);
    }
  }

  static long firstNonFinite(FloatMatrix x) {
    for (int i = 0; i < x.rows(); i++) {
      if (!allFinite(x.segment(), start(x, i), x.columns())) {
        int j = 0;
        while (Float.isFinite(x.get(i, j))) {
          j++;
        }
        return (long) i * x.columns() + j;
      }
    }
    return -1;
  }

  /** x - x is 0 for a finite x, else NaN, and a sum that met a NaN stays one. */
  private static boolean allFinite(MemorySegment x, long start, long n) {
    FloatVector sum = FloatVector.zero(FLOAT);
    long i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromMemorySegment(FLOAT, x, start + 4 * i, ORDER);
      sum = sum.add(v.sub(v));
    }
    if (i < n) {
      FloatVector v =
          FloatVector.fromMemorySegment(FLOAT, x, start + 4 * i, ORDER, FLOAT.indexInRange(i, n));
      sum = sum.add(v.sub(v));
    }
    return !sum.test(VectorOperators.IS_NAN).anyTrue();
  }

  /** Elements of a stretch: the whole matrix when it is treated as one row. */
  private static long length(FloatMatrix x, int rows) {
    return rows == 1 ? (long) x.rows() * x.columns() : x.columns();
  }

  /** The byte offset of a row's first element; also right for a row without elements. */
  private static long start(FloatMatrix x, int row) {
    return 4 * (x.offset() + (long) row * x.stride());
  }
}
