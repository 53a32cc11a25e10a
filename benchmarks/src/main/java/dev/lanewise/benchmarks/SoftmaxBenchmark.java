package dev.lanewise.benchmarks;

import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
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

/** Row-wise softmax on one thread. A shape is rows x columns. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
@State(Scope.Thread)
public class SoftmaxBenchmark {

  /** The backend; OpenBLAS has no softmax. */
  @Param({"scalar", "vector"})
  public String backend = "";

  /** A batch; all rows of MNIST; out of every cache. */
  @Param({"8x10", "60000x10", "1024x1024", "8192x4096"})
  public String shape = "";

  private Kernels kernels = Inputs.kernels();
  private FloatMatrix logits = FloatMatrix.zeros(1, 1);
  private FloatMatrix probabilities = FloatMatrix.zeros(1, 1);

  /** Makes the inputs. */
  @Setup
  public void open() {
    open(EngineKernels.of(Inputs.engine(backend, 1)), shape);
  }

  void open(Kernels kernels, String shape) {
    int[] sizes = Inputs.shape(shape);
    this.kernels = kernels;
    logits = Inputs.floats(1, sizes[0], sizes[1]);
    probabilities = FloatMatrix.zeros(sizes[0], sizes[1]);
  }

  /** The whole matrix. */
  @Benchmark
  public FloatMatrix softmax() {
    kernels.softmaxRows(logits, probabilities);
    return probabilities;
  }

  static Work work(String shape) {
    int[] sizes = Inputs.shape(shape);
    // Each element is read once and written once.
    return new Work(2.0 * Float.BYTES * sizes[0] * sizes[1], "B", "read");
  }
}
