package dev.lanewise.benchmarks;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
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
 * Exact nearest neighbours of a batch of queries on all processors. A shape is queries x rows x
 * columns; a rate counts every pair, whether it was looked at or not.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
@State(Scope.Benchmark)
public class KnnBenchmark {

  /** The backend. */
  @Param({"vector", "openblas"})
  public String backend = "";

  /** The distance. */
  @Param({"L1", "L2"})
  public Distance distance = Distance.L1;

  /** Without structure, and with classes and empty pixels. */
  @Param({"uniform", "digits"})
  public String data = "";

  /** How many neighbours. */
  @Param("3")
  public int k = 1;

  /** A batch, and a single query. */
  @Param({"500x10000x784", "1x60000x784"})
  public String shape = "";

  private Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(1).open();
  private Search search = new Search(engine, Distance.L1, "uniform", "1x1x1");

  /** An index and queries. */
  static final class Search {
    private final NearestNeighbors index;
    private final ByteMatrix queries;

    Search(Engine engine, Distance distance, String data, String shape) {
      int[] sizes = Inputs.shape(shape);
      index = NearestNeighbors.of(engine, matrix(data, 2, sizes[1], sizes[2]), distance);
      queries = matrix(data, 1, sizes[0], sizes[2]);
    }

    private static ByteMatrix matrix(String data, long seed, int rows, int columns) {
      return switch (data) {
        case "uniform" -> Inputs.bytes(seed, rows, columns);
        case "digits" -> Inputs.digits(seed, rows, columns);
        default -> throw new IllegalArgumentException("no data " + data);
      };
    }

    /** What is measured. */
    Neighbors find(int k) {
      return index.search(queries, k);
    }
  }

  /** Builds the index. */
  @Setup
  public void open() {
    engine = Inputs.engine(backend, Runtime.getRuntime().availableProcessors());
    search = new Search(engine, distance, data, shape);
  }

  /** Stops the threads. */
  @TearDown
  public void close() {
    engine.close();
  }

  /** All neighbours of all queries. */
  @Benchmark
  public Neighbors neighbors() {
    return search.find(k);
  }

  static Work work(String shape) {
    int[] sizes = Inputs.shape(shape);
    return new Work((double) sizes[0] * sizes[1] * sizes[2], "element");
  }
}
