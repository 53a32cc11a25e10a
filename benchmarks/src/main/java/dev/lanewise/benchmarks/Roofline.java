package dev.lanewise.benchmarks;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the machine can do, for comparison: multiply-adds that stay in registers, and reading memory
 * that is in no cache. Uses the Vector API itself: C2 does not keep the sums of a plain loop in
 * registers, and a limit that kernels exceed is none.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
public class Roofline {

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  /** Rounds of one operation: microseconds, so that storing the sums does not count. */
  private static final int ROUNDS = 1024;

  /** Sums in registers: a multiply-add takes 4 cycles, and 2 begin in each, so 8 are the least. */
  private static final int SUMS = 10;

  /** Floating-point operations of one operation. */
  public static final double FLOP = 2.0 * ROUNDS * SUMS * SPECIES.length();

  /** Larger than a last-level cache: 256 MB. */
  private static final int INTS = 1 << 26;

  /** Bytes that one operation reads. */
  static final double BYTES = (double) INTS * Integer.BYTES;

  /** What one thread updates. */
  @State(Scope.Thread)
  public static class Registers {
    public final float[] sums = new float[SUMS * SPECIES.length()];
    private float factor = 0.999f;
    private float term = 0.001f;
  }

  /** What all threads read. */
  @State(Scope.Benchmark)
  public static class Memory {
    private int[] x = new int[1];

    /** Touches every page. */
    @Setup
    public void fill() {
      x = new int[INTS];
      for (int i = 0; i < INTS; i++) {
        x[i] = i;
      }
    }
  }

  /** One core. */
  @Benchmark
  @Threads(1)
  public float[] fma(Registers r) {
    multiplyAdd(r.sums, r.factor, r.term);
    return r.sums;
  }

  /** All cores. */
  @Benchmark
  @Threads(Threads.MAX)
  public float[] fmaAllCores(Registers r) {
    multiplyAdd(r.sums, r.factor, r.term);
    return r.sums;
  }

  /** One core. */
  @Benchmark
  @Threads(1)
  public int read(Memory m) {
    return sum(m.x);
  }

  /** All cores. */
  @Benchmark
  @Threads(Threads.MAX)
  public int readAllCores(Memory m) {
    return sum(m.x);
  }

  /** Every sum s becomes a s + b, {@value #ROUNDS} times. */
  public static void multiplyAdd(float[] sums, float factor, float term) {
    int lanes = SPECIES.length();
    FloatVector a = FloatVector.broadcast(SPECIES, factor);
    FloatVector b = FloatVector.broadcast(SPECIES, term);
    FloatVector s0 = FloatVector.fromArray(SPECIES, sums, 0 * lanes);
    FloatVector s1 = FloatVector.fromArray(SPECIES, sums, 1 * lanes);
    FloatVector s2 = FloatVector.fromArray(SPECIES, sums, 2 * lanes);
    FloatVector s3 = FloatVector.fromArray(SPECIES, sums, 3 * lanes);
    FloatVector s4 = FloatVector.fromArray(SPECIES, sums, 4 * lanes);
    FloatVector s5 = FloatVector.fromArray(SPECIES, sums, 5 * lanes);
    FloatVector s6 = FloatVector.fromArray(SPECIES, sums, 6 * lanes);
    FloatVector s7 = FloatVector.fromArray(SPECIES, sums, 7 * lanes);
    FloatVector s8 = FloatVector.fromArray(SPECIES, sums, 8 * lanes);
    FloatVector s9 = FloatVector.fromArray(SPECIES, sums, 9 * lanes);
    for (int i = 0; i < ROUNDS; i++) {
      s0 = s0.fma(a, b);
      s1 = s1.fma(a, b);
      s2 = s2.fma(a, b);
      s3 = s3.fma(a, b);
      s4 = s4.fma(a, b);
      s5 = s5.fma(a, b);
      s6 = s6.fma(a, b);
      s7 = s7.fma(a, b);
      s8 = s8.fma(a, b);
      s9 = s9.fma(a, b);
    }
    s0.intoArray(sums, 0 * lanes);
    s1.intoArray(sums, 1 * lanes);
    s2.intoArray(sums, 2 * lanes);
    s3.intoArray(sums, 3 * lanes);
    s4.intoArray(sums, 4 * lanes);
    s5.intoArray(sums, 5 * lanes);
    s6.intoArray(sums, 6 * lanes);
    s7.intoArray(sums, 7 * lanes);
    s8.intoArray(sums, 8 * lanes);
    s9.intoArray(sums, 9 * lanes);
  }

  public static int sum(int[] x) {
    int sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i];
    }
    return sum;
  }
}
