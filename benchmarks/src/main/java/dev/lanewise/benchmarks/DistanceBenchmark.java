package dev.lanewise.benchmarks;

import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
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
 * Distances on one thread: a block of queries against a block of rows, and one query against all
 * rows of MNIST. A shape is queries x rows x columns.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
@State(Scope.Thread)
public class DistanceBenchmark {

  /** Queries and rows of one element type. */
  sealed interface Block {
    /** What is measured. */
    Object measure(Kernels kernels, Metric metric);

    /** With the given shape. */
    static Block of(String type, String shape) {
      int[] sizes = Inputs.shape(shape);
      return switch (type) {
        case "uint8" ->
            new Bytes(
                Inputs.bytes(1, sizes[0], sizes[2]),
                Inputs.bytes(2, sizes[1], sizes[2]),
                IntMatrix.zeros(sizes[0], sizes[1]));
        case "float32" ->
            new Floats(
                Inputs.floats(1, sizes[0], sizes[2]),
                Inputs.floats(2, sizes[1], sizes[2]),
                FloatMatrix.zeros(sizes[0], sizes[1]));
        default -> throw new IllegalArgumentException("no element type " + type);
      };
    }
  }

  record Bytes(ByteMatrix queries, ByteMatrix rows, IntMatrix out) implements Block {
    @Override
    public IntMatrix measure(Kernels kernels, Metric metric) {
      kernels.distances(metric, queries, rows, out);
      return out;
    }
  }

  record Floats(FloatMatrix queries, FloatMatrix rows, FloatMatrix out) implements Block {
    @Override
    public FloatMatrix measure(Kernels kernels, Metric metric) {
      kernels.distances(metric, queries, rows, out);
      return out;
    }
  }

  /** The backend. */
  @Param({"scalar", "vector", "openblas"})
  public String backend = "";

  /** The element type. */
  @Param({"uint8", "float32"})
  public String type = "";

  /** The metric. */
  @Param({"L1", "SQUARED_L2"})
  public Metric metric = Metric.L1;

  /** A block, and a scan. */
  @Param({"256x4096x784", "1x60000x784"})
  public String shape = "";

  private Kernels kernels = Inputs.kernels();
  private Block block = Block.of("uint8", "1x1x1");

  /** Makes the inputs. */
  @Setup
  public void open() {
    kernels = EngineKernels.of(Inputs.engine(backend, 1));
    block = Block.of(type, shape);
  }

  /** All distances of the block. */
  @Benchmark
  public Object distances() {
    return block.measure(kernels, metric);
  }

  static Work work(String shape) {
    int[] sizes = Inputs.shape(shape);
    return new Work((double) sizes[0] * sizes[1] * sizes[2], "element");
  }
}
