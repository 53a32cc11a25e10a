package dev.lanewise.engine.kernel.vector;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
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

  private static final Stretch AXPBY = new Stretch();
  private static final Stretch ADAM = new Stretch();

  private static final Map<Activation, Stretch> ACTIVATE = stretches();
  private static final Map<Activation, Stretch> DERIVATIVE = stretches();

  private VectorActivations() {}

  private static Map<Activation, Stretch> stretches() {
    Map<Activation, Stretch> stretches = new EnumMap<>(Activation.class);
    for (Activation activation : Activation.values()) {
      stretches.put(activation, new Stretch());
    }
    return stretches;
  }

  static void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y) {
    Shapes.same("axpby", x, y);
    int rows = x.isContiguous() && y.isContiguous() ? Math.min(1, y.rows()) : y.rows();
    long length = length(y, rows);
    for (int i = 0; i < rows; i++) {
      int n;
      for (long j = 0; j < length; j += n) {
        n = AXPBY.next(length - j);
        long xStart = Memory.at(x, i) + 4 * j;
        long yStart = Memory.at(y, i) + 4 * j;
        axpby(alpha, Memory.of(x), xStart, beta, Memory.of(y), yStart, n);
      }
    }
  }

  private static void axpby(
      float alpha,
      MemorySegment x,
      long xStart,
      float beta,
      MemorySegment y,
      long yStart,
      int length) {
    x = Memory.known(x);
    y = Memory.known(y);
    int i = 0;
    for (; i <= length - LANES; i += LANES) {
      FloatVector vx = Lanes.load(x, xStart + 4L * i);
      FloatVector vy = Lanes.load(y, yStart + 4L * i);
      vx.mul(alpha).add(vy.mul(beta)).intoMemorySegment(y, yStart + 4L * i, ORDER);
    }
    if (i < length) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, length);
      FloatVector vx =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, x, xStart + 4L * i, ORDER, mask));
      FloatVector vy =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, y, yStart + 4L * i, ORDER, mask));
      vx.mul(alpha).add(vy.mul(beta)).intoMemorySegment(y, yStart + 4L * i, ORDER, mask);
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
    MemorySegment z = Memory.of(sums);
    MemorySegment a = Memory.of(activations);
    for (int i = 0; i < rows; i++) {
      long zStart = Memory.at(sums, i);
      long aStart = Memory.at(activations, i);
      if (activation == Activation.SIGMOID) {
        VectorActivationsSigmoid.sigmoid(z, zStart, a, aStart, length);
      } else {
        activate(activation, z, zStart, a, aStart, length);
      }
    }
  }

  private static void activate(
      Activation activation,
      MemorySegment z,
      long zStart,
      MemorySegment a,
      long aStart,
      long length) {
    Stretch stretch = Objects.requireNonNull(ACTIVATE.get(activation));
    int n;
    for (long j = 0; j < length; j += n) {
      n = stretch.next(length - j);
      long zAt = zStart + 4 * j;
      long aAt = aStart + 4 * j;
      switch (activation) {
        case RELU -> relu(z, zAt, a, aAt, n);
        case ATAN -> atan(z, zAt, a, aAt, n);
        case TANH -> tanh(z, zAt, a, aAt, n);
        case IDENTITY, SIGMOID -> throw new AssertionError(activation + " has no loop here");
      }
    }
  }

  /** By comparison: a maximum of floats takes care of NaN and -0 with five more instructions. */
  private static void relu(MemorySegment z, long zStart, MemorySegment a, long aStart, int n) {
    z = Memory.known(z);
    a = Memory.known(a);
    FloatVector zero = FloatVector.zero(FLOAT);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vz = Lanes.load(z, zStart + 4L * i);
      vz.blend(zero, vz.compare(VectorOperators.LE, zero))
          .intoMemorySegment(a, aStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vz =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, z, zStart + 4L * i, ORDER, mask));
      vz.blend(zero, vz.compare(VectorOperators.LE, zero))
          .intoMemorySegment(a, aStart + 4L * i, ORDER, mask);
    }
  }

  private static void atan(MemorySegment z, long zStart, MemorySegment a, long aStart, int n) {
    z = Memory.known(z);
    a = Memory.known(a);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorFunctions.atan(Lanes.load(z, zStart + 4L * i))
          .intoMemorySegment(a, aStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorFunctions.atan(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4L * i, ORDER, mask))
          .intoMemorySegment(a, aStart + 4L * i, ORDER, mask);
    }
  }

  /** In two loops: C2 has no room for both forms, and their rests, in one. */
  private static void tanh(MemorySegment z, long zStart, MemorySegment a, long aStart, int n) {
    VectorGemmWorkspace workspace = VectorGemmWorkspace.take();
    tanhFar(z, zStart, workspace.a, n);
    tanh(z, zStart, workspace.a, a, aStart, n);
    workspace.giveBack();
  }

  private static void tanhFar(MemorySegment z, long zStart, float[] far, int n) {
    z = Memory.known(z);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorFunctions.tanhFar(Lanes.load(z, zStart + 4L * i)).intoArray(far, i);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorFunctions.tanhFar(FloatVector.fromMemorySegment(FLOAT, z, zStart + 4L * i, ORDER, mask))
          .intoArray(far, i);
    }
  }

  private static void tanh(
      MemorySegment z, long zStart, float[] far, MemorySegment a, long aStart, int n) {
    z = Memory.known(z);
    a = Memory.known(a);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorFunctions.tanh(Lanes.load(z, zStart + 4L * i), Lanes.load(far, i))
          .intoMemorySegment(a, aStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorFunctions.tanh(
              FloatVector.fromMemorySegment(FLOAT, z, zStart + 4L * i, ORDER, mask),
              Lanes.load(far, i))
          .intoMemorySegment(a, aStart + 4L * i, ORDER, mask);
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
    Stretch stretch = Objects.requireNonNull(DERIVATIVE.get(activation));
    for (int i = 0; i < rows; i++) {
      MemorySegment x = Memory.of(from);
      MemorySegment g = Memory.of(gradient);
      int n;
      for (long j = 0; j < length; j += n) {
        n = stretch.next(length - j);
        long xStart = Memory.at(from, i) + 4 * j;
        long gStart = Memory.at(gradient, i) + 4 * j;
        switch (activation) {
          case IDENTITY -> {}
          case RELU -> timesReluSlope(x, xStart, g, gStart, n);
          case ATAN -> timesAtanSlope(x, xStart, g, gStart, n);
          case SIGMOID -> timesSigmoidSlope(x, xStart, g, gStart, n);
          case TANH -> timesTanhSlope(x, xStart, g, gStart, n);
        }
      }
    }
  }

  private static void timesReluSlope(
      MemorySegment a, long aStart, MemorySegment g, long gStart, int n) {
    a = Memory.known(a);
    g = Memory.known(g);
    FloatVector zero = FloatVector.zero(FLOAT);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      VectorMask<Float> on = Lanes.load(a, aStart + 4L * i).compare(VectorOperators.GT, zero);
      FloatVector vg = Lanes.load(g, gStart + 4L * i);
      zero.blend(vg, on).intoMemorySegment(g, gStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      VectorMask<Float> on =
          ((FloatVector)
                  Lanes.FLOATS.cast(
                      FloatVector.fromMemorySegment(FLOAT, a, aStart + 4L * i, ORDER, mask)))
              .compare(VectorOperators.GT, zero);
      FloatVector vg =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, g, gStart + 4L * i, ORDER, mask));
      zero.blend(vg, on).intoMemorySegment(g, gStart + 4L * i, ORDER, mask);
    }
  }

  private static void timesAtanSlope(
      MemorySegment z, long zStart, MemorySegment g, long gStart, int n) {
    z = Memory.known(z);
    g = Memory.known(g);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vz = Lanes.load(z, zStart + 4L * i);
      FloatVector vg = Lanes.load(g, gStart + 4L * i);
      vg.div(vz.mul(vz).add(1f)).intoMemorySegment(g, gStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vz =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, z, zStart + 4L * i, ORDER, mask));
      FloatVector vg =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, g, gStart + 4L * i, ORDER, mask));
      vg.div(vz.mul(vz).add(1f)).intoMemorySegment(g, gStart + 4L * i, ORDER, mask);
    }
  }

  private static void timesSigmoidSlope(
      MemorySegment a, long aStart, MemorySegment g, long gStart, int n) {
    a = Memory.known(a);
    g = Memory.known(g);
    FloatVector one = Lanes.broadcast(1f);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector va = Lanes.load(a, aStart + 4L * i);
      FloatVector vg = Lanes.load(g, gStart + 4L * i);
      vg.mul(va.mul(one.sub(va))).intoMemorySegment(g, gStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector va =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, a, aStart + 4L * i, ORDER, mask));
      FloatVector vg =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, g, gStart + 4L * i, ORDER, mask));
      vg.mul(va.mul(one.sub(va))).intoMemorySegment(g, gStart + 4L * i, ORDER, mask);
    }
  }

  private static void timesTanhSlope(
      MemorySegment a, long aStart, MemorySegment g, long gStart, int n) {
    a = Memory.known(a);
    g = Memory.known(g);
    FloatVector one = Lanes.broadcast(1f);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector va = Lanes.load(a, aStart + 4L * i);
      FloatVector vg = Lanes.load(g, gStart + 4L * i);
      vg.mul(one.sub(va.mul(va))).intoMemorySegment(g, gStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector va =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, a, aStart + 4L * i, ORDER, mask));
      FloatVector vg =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, g, gStart + 4L * i, ORDER, mask));
      vg.mul(one.sub(va.mul(va))).intoMemorySegment(g, gStart + 4L * i, ORDER, mask);
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
    boolean whole =
        gradient.isContiguous()
            && mean.isContiguous()
            && meanSquare.isContiguous()
            && x.isContiguous();
    int rows = whole ? Math.min(1, x.rows()) : x.rows();
    long length = length(x, rows);
    MemorySegment g = Memory.of(gradient);
    MemorySegment m = Memory.of(mean);
    MemorySegment v = Memory.of(meanSquare);
    // Three passes over a stretch in cache, so that each loop stays small: the moments, the step.
    for (int i = 0; i < rows; i++) {
      int n;
      for (long j = 0; j < length; j += n) {
        n = ADAM.next(length - j);
        long gStart = Memory.at(gradient, i) + 4 * j;
        long mStart = Memory.at(mean, i) + 4 * j;
        long vStart = Memory.at(meanSquare, i) + 4 * j;
        long xStart = Memory.at(x, i) + 4 * j;
        axpby(1f - beta1, g, gStart, beta1, m, mStart, n);
        meanSquares(beta2, g, gStart, v, vStart, n);
        adamStep(rate, rootCorrection, epsilon, m, mStart, v, vStart, Memory.of(x), xStart, n);
      }
    }
  }

  private static void meanSquares(
      float beta2, MemorySegment g, long gStart, MemorySegment v, long vStart, int n) {
    g = Memory.known(g);
    v = Memory.known(v);
    gStart = Memory.position(gStart);
    vStart = Memory.position(vStart);
    FloatVector decay = Lanes.broadcast(beta2);
    FloatVector rest = Lanes.broadcast(1f - beta2);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vg = Lanes.load(g, gStart + 4L * i);
      FloatVector vv = Lanes.load(v, vStart + 4L * i);
      FloatVector mean = (FloatVector) vv.mul(decay).add(vg.mul(vg).mul(rest)).check(FLOAT);
      mean.intoMemorySegment(v, vStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vg =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, g, gStart + 4L * i, ORDER, mask));
      FloatVector vv =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, v, vStart + 4L * i, ORDER, mask));
      vv.mul(decay).add(vg.mul(vg).mul(rest)).intoMemorySegment(v, vStart + 4L * i, ORDER, mask);
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
      int n) {
    m = Memory.known(m);
    v = Memory.known(v);
    x = Memory.known(x);
    mStart = Memory.position(mStart);
    vStart = Memory.position(vStart);
    xStart = Memory.position(xStart);
    FloatVector rates = Lanes.broadcast(rate);
    FloatVector corrections = Lanes.broadcast(rootCorrection);
    FloatVector epsilons = Lanes.broadcast(epsilon);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector vm = Lanes.load(m, mStart + 4L * i);
      FloatVector vv = Lanes.load(v, vStart + 4L * i);
      FloatVector vx = Lanes.load(x, xStart + 4L * i);
      FloatVector root = vv.sqrt().div(corrections).add(epsilons);
      // Of a class that is known already; but with the check the loop takes 0.85 of the time.
      FloatVector moved = (FloatVector) vx.sub(vm.mul(rates).div(root)).check(FLOAT);
      moved.intoMemorySegment(x, xStart + 4L * i, ORDER);
    }
    if (i < n) {
      VectorMask<Float> mask = FLOAT.indexInRange(i, n);
      FloatVector vm =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, m, mStart + 4L * i, ORDER, mask));
      FloatVector vv =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, v, vStart + 4L * i, ORDER, mask));
      FloatVector vx =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(FLOAT, x, xStart + 4L * i, ORDER, mask));
      FloatVector root = vv.sqrt().div(corrections).add(epsilons);
      vx.sub(vm.mul(rates).div(root)).intoMemorySegment(x, xStart + 4L * i, ORDER, mask);
    }
  }

  static long firstNonFinite(FloatMatrix x) {
    for (int i = 0; i < x.rows(); i++) {
      if (!allFinite(Memory.of(x), Memory.at(x, i), x.columns())) {
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
  static boolean allFinite(MemorySegment x, long start, int n) {
    x = Memory.known(x);
    FloatVector sum = FloatVector.zero(FLOAT);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = Lanes.load(x, start + 4L * i);
      sum = v.sub(v).add(sum);
    }
    if (i < n) {
      FloatVector v =
          (FloatVector)
              Lanes.FLOATS.cast(
                  FloatVector.fromMemorySegment(
                      FLOAT, x, start + 4L * i, ORDER, FLOAT.indexInRange(i, n)));
      sum = v.sub(v).add(sum);
    }
    return !sum.test(VectorOperators.IS_NAN).anyTrue();
  }

  /** Elements of a row: of the whole matrix when it is treated as one. */
  private static long length(FloatMatrix x, int rows) {
    return rows == 1 ? (long) x.rows() * x.columns() : x.columns();
  }
}
