package dev.lanewise.benchmarks;

import dev.lanewise.benchmarks.proof.Task;
import dev.lanewise.benchmarks.proof.Worker;
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
 * The rows of the table of targets under JMH, with its error bars and its profilers: the same
 * bodies as the side-by-side runs measure, ours and every JVM peer of the build.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
@State(Scope.Benchmark)
public class TaskBenchmark {

  /** Trainings, searches from raw rows, single queries, row-wise work; and what bounds them. */
  @Param({
    "auto knn L2 mnist 10000 3",
    "auto knn L1 mnist 10000 3",
    "brute knn L2 mnist 10000 3 openblas",
    "brute knn L1 mnist 10000 3 vector",
    "auto knn L2 uniform 3000 3",
    "brute knn L2 uniform 3000 3 openblas",
    "auto query L2 3",
    "auto query L1 3",
    "blas scan 2",
    "auto mlp 2",
    "auto softmax-sgd 2",
    "auto notmnist 2",
    "auto quadratic 2",
    "vector softmax 2 8192x4096",
    "vector softmax 2 8192x4096 in-place",
    "vector sigmoid 2 8192x4096",
    "vector sigmoid 2 8192x4096 in-place",
    "copy floats 2 8192x4096"
  })
  public String task = "";

  private Task work = Task.NOTHING;

  /** Makes the inputs. */
  @Setup
  public void open() throws Exception {
    work = Worker.open(task);
  }

  /** Stops threads. */
  @TearDown
  public void close() {
    work.close();
  }

  /** The whole work, once. */
  @Benchmark
  public void run() {
    work.run();
  }
}
