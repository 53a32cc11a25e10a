package dev.lanewise.benchmarks;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.SplittableRandom;

/** Seeded inputs and engines. */
public final class Inputs {
  private Inputs() {}

  /** An engine on one backend; says on the fork's output what it came to. */
  static Engine engine(String backend, int threads) {
    Engine engine = Engine.builder().backend(BackendRequest.parse(backend)).threads(threads).open();
    System.out.println(
        "backend "
            + engine.info().backend()
            + " ("
            + engine.info().reason()
            + "), "
            + threads
            + " thread(s)");
    return engine;
  }

  /** Plain loops: what states hold until JMH sets them up. */
  static Kernels kernels() {
    return EngineKernels.of(Engine.builder().backend(BackendRequest.SCALAR).threads(1).open());
  }

  /** Uniform in [-1, 1). */
  public static FloatMatrix floats(long seed, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, (float) random.nextDouble(-1, 1));
      }
    }
    return x;
  }

  /** Uniform in 0..255. */
  public static ByteMatrix bytes(long seed, int rows, int columns) {
    SplittableRandom random = new SplittableRandom(seed);
    ByteMatrix x = ByteMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.set(i, j, random.nextInt(256));
      }
    }
    return x;
  }

  /** Ten patterns, four pixels in five zero as in handwritten digits, and noise on the rest. */
  public static ByteMatrix digits(long seed, int rows, int columns) {
    SplittableRandom patterns = new SplittableRandom(10);
    int[][] pattern = new int[10][columns];
    for (int[] p : pattern) {
      for (int j = 0; j < columns; j++) {
        p[j] = patterns.nextInt(5) == 0 ? 64 + patterns.nextInt(128) : 0;
      }
    }
    SplittableRandom random = new SplittableRandom(seed);
    ByteMatrix x = ByteMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      int[] p = pattern[random.nextInt(10)];
      for (int j = 0; j < columns; j++) {
        x.set(i, j, p[j] == 0 ? 0 : p[j] + random.nextInt(-64, 64));
      }
    }
    return x;
  }

  /** The numbers of a shape written as {@code 2x3x4}. */
  public static int[] shape(String shape) {
    String[] parts = shape.split("x", -1);
    int[] sizes = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      sizes[i] = Integer.parseInt(parts[i]);
    }
    return sizes;
  }
}
