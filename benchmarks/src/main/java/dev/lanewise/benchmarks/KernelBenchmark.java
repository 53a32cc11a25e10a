package dev.lanewise.benchmarks;

import dev.lanewise.benchmarks.proof.Task;
import dev.lanewise.benchmarks.proof.Worker;
import dev.lanewise.engine.backend.Backends;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Every kernel that inner loops call, at the size that a learner calls it with, on one thread:
 * plain loops, vectors as wide as the machine likes them best, and narrower ones. OpenBLAS has
 * products and distances only: {@link GemmBenchmark} and {@link DistanceBenchmark} have those.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
@State(Scope.Benchmark)
public class KernelBenchmark {

  /** The backend, and after a dash the bits of its vectors if they are not the machine's. */
  @Param({"scalar", "vector", "vector-128", "vector-256"})
  public String backend = "";

  /** As a task of the proof, whose kernels these are. */
  @Param({
    "sgemm 1 NN 256x256x256",
    "sgemm 1 NN 8x300x784",
    "sgemm 1 TN 784x10x128",
    "sgemm 1 NT 8x300x10",
    "distances L2 64x1024x784",
    "distances L1 64x1024x784",
    "kernel softmax",
    "kernel sigmoid",
    "kernel dotsAtLeast",
    "kernel l1AtMost",
    "kernel chosen",
    "kernel atMost",
    "kernel sparse",
    "kernel sparseTransposed",
    "kernel axpy",
    "kernel axpby",
    "kernel addRow",
    "kernel columnSums",
    "kernel relu",
    "kernel derivative",
    "kernel adam"
  })
  public String kernel = "";

  private Task work = Task.NOTHING;

  /** Makes the inputs, in a JVM that has not looked at its vectors yet. */
  @Setup
  public void open() throws Exception {
    String[] parts = backend.split("-", 2);
    if (parts.length > 1) {
      System.setProperty("lanewise.vector.bits", parts[1]);
      String vectors = Backends.discover().probe("vector").detail();
      if (!vectors.contains(parts[1] + "-bit")) {
        throw new IllegalStateException(
            "asked for vectors of " + parts[1] + " bits, and got: " + vectors);
      }
    }
    work = Worker.open(parts[0] + " " + kernel);
  }

  /** Stops threads. */
  @TearDown
  public void close() {
    work.close();
  }

  /** One call. */
  @Benchmark
  public void call() {
    work.run();
  }

  static Work work(String kernel) {
    String[] words = kernel.split(" ", -1);
    return switch (words[0]) {
      case "sgemm" -> GemmBenchmark.work(words[2] + " " + words[3]);
      case "distances" -> DistanceBenchmark.work(words[2]);
      default -> Work.CALL;
    };
  }
}
