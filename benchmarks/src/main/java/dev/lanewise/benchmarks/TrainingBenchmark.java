package dev.lanewise.benchmarks;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.GradientScale;
import dev.lanewise.engine.nn.Initializer;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.random.SeedStreams;
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
 * An epoch of a network with one hidden layer of ReLU and ten classes, what a training sets up
 * before it included. A rate counts the multiplications of a dense network, whether a zero spared
 * them or not.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = Forks.COUNT,
    jvmArgsAppend = {Forks.MODULES, Forks.NATIVE, Forks.HEAP})
@State(Scope.Benchmark)
public class TrainingBenchmark {

  private static final int CLASSES = 10;

  /** The backend. Plain loops would take minutes for the larger network. */
  @Param({"vector", "openblas"})
  public String backend = "";

  /**
   * Data, and rows of a batch x rows x inputs x hidden neurons: the networks of {@code mlp-mnist},
   * by plain gradient descent on one thread, and of {@code notmnist-mlp}, a full batch with
   * momentum on all processors.
   */
  @Param({"digits 8x8000x784x300", "uniform 8011x8011x784x1000"})
  public String network = "";

  private Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(1).open();
  private Epoch epoch = new Epoch(engine, "uniform 1x1x1x1");

  /** Data, a network to start from and how to train it. */
  static final class Epoch {
    private final MlpTrainer trainer;
    private final Mlp start;
    private final Samples samples;

    Epoch(Engine engine, String network) {
      String[] parts = network.split(" ", -1);
      int[] sizes = Inputs.shape(parts[1]);
      boolean full = sizes[0] == sizes[1];
      ByteMatrix pixels =
          switch (parts[0]) {
            case "digits" -> Inputs.digits(1, sizes[1], sizes[2]);
            case "uniform" -> Inputs.bytes(1, sizes[1], sizes[2]);
            default -> throw new IllegalArgumentException("no data " + parts[0]);
          };
      int[] labels = new int[sizes[1]];
      for (int i = 0; i < labels.length; i++) {
        labels[i] = i % CLASSES;
      }
      samples = new Samples(Scaling.unit(pixels), labels);
      MlpTrainer.Builder builder =
          MlpTrainer.builder(engine, sizes[2], sizes[3], CLASSES)
              .initializer(Initializer.leCunNormal());
      start =
          builder.optimizer(Optimizer.sgd(1e-9)).updates(1).build().fit(samples, seeds()).model();
      trainer =
          builder
              .optimizer(full ? Optimizer.momentum(1e-5, .99) : Optimizer.sgd(.1))
              .gradientScale(full ? GradientScale.sum() : GradientScale.mean())
              .batching(full ? Batching.full() : Batching.inOrder(sizes[0]))
              .updates(Long.MAX_VALUE)
              .epochs(1)
              .build();
    }

    private static SeedStreams seeds() {
      return new SeedStreams(1);
    }

    /** What is measured. */
    Mlp train() {
      return trainer.on(samples).startingFrom(start).fit(seeds()).model();
    }
  }

  /** Makes the data and the network. */
  @Setup
  public void open() {
    engine = Inputs.engine(backend, Runtime.getRuntime().availableProcessors());
    epoch = new Epoch(engine, network);
  }

  /** Stops the threads. */
  @TearDown
  public void close() {
    engine.close();
  }

  /** One epoch. */
  @Benchmark
  public Mlp train() {
    return epoch.train();
  }

  static Work work(String network) {
    int[] sizes = Inputs.shape(network.substring(network.indexOf(' ') + 1));
    double first = (double) sizes[2] * sizes[3];
    double second = (double) sizes[3] * CLASSES;
    // Forward and the weights' gradient in both layers, back through the second one.
    return new Work(2.0 * sizes[1] * (2 * first + 3 * second), "FLOP");
  }
}
