package dev.lanewise.benchmarks;

import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Matrix products on one thread. A shape is two letters, how A and B are stored (N, or T for
 * transposed), and m x n x k.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
public class GemmBenchmark {

  /** One product with its operands. */
  static final class Product {
    final Transpose transposeA;
    final Transpose transposeB;
    final FloatMatrix a;
    final FloatMatrix b;
    final FloatMatrix c;

    Product(String shape) {
      int[] mnk = Inputs.shape(shape.substring(3));
      transposeA = shape.charAt(0) == 'T' ? Transpose.YES : Transpose.NO;
      transposeB = shape.charAt(1) == 'T' ? Transpose.YES : Transpose.NO;
      a = stored(1, transposeA, mnk[0], mnk[2]);
      b = stored(2, transposeB, mnk[2], mnk[1]);
      c = FloatMatrix.zeros(mnk[0], mnk[1]);
    }

    private static FloatMatrix stored(long seed, Transpose transpose, int rows, int columns) {
      return transpose == Transpose.NO
          ? Inputs.floats(seed, rows, columns)
          : Inputs.floats(seed, columns, rows);
    }

    /** What is measured. */
    FloatMatrix multiply(Kernels kernels) {
      kernels.gemm(transposeA, transposeB, 1, a, b, 0, c);
      return c;
    }
  }

  /** Shapes that every backend finishes in reasonable time. */
  @State(Scope.Thread)
  public static class Small {
    /** The backend. */
    @Param({"scalar", "vector", "openblas"})
    public String backend = "";

    /**
     * Squares; a step of the 784-300-10 network with batches of 8, forwards, for the weights and
     * for the inputs; a step of softmax regression; one query against many rows.
     */
    @Param({
      "NN 64x64x64",
      "NN 128x128x128",
      "NN 256x256x256",
      "NN 512x512x512",
      "NN 8x300x784",
      "NN 8x10x300",
      "TN 784x300x8",
      "TN 300x10x8",
      "NT 8x300x10",
      "NN 128x10x784",
      "TN 784x10x128",
      "NT 1x4096x784"
    })
    public String shape = "";

    private Kernels kernels = Inputs.kernels();
    private Product product = new Product("NN 1x1x1");

    /** Makes the inputs. */
    @Setup
    public void open() {
      kernels = EngineKernels.of(Inputs.engine(backend, 1));
      product = new Product(shape);
    }
  }

  /** Shapes for which plain loops would take minutes. */
  @State(Scope.Thread)
  public static class Large {
    /** The backend. */
    @Param({"vector", "openblas"})
    public String backend = "";

    /**
     * Squares; a block of queries against a block of rows; an epoch of the 784-1000-10 network in
     * one batch, forwards and for the weights.
     */
    @Param({
      "NN 1024x1024x1024",
      "NN 2048x2048x2048",
      "NT 256x4096x784",
      "NN 8011x1000x784",
      "TN 784x1000x8011"
    })
    public String shape = "";

    private Kernels kernels = Inputs.kernels();
    private Product product = new Product("NN 1x1x1");

    /** Makes the inputs. */
    @Setup
    public void open() {
      kernels = EngineKernels.of(Inputs.engine(backend, 1));
      product = new Product(shape);
    }
  }

  /** Products up to 512 x 512 x 512. */
  @Benchmark
  public FloatMatrix small(Small state) {
    return state.product.multiply(state.kernels);
  }

  /** Larger ones. */
  @Benchmark
  public FloatMatrix large(Large state) {
    return state.product.multiply(state.kernels);
  }

  static Work work(String shape) {
    int[] mnk = Inputs.shape(shape.substring(3));
    return Work.multiplyAdds((double) mnk[0] * mnk[1] * mnk[2]);
  }
}
