package dev.lanewise.engine.examples;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Probe;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.UpdatableNeighbors;
import dev.lanewise.engine.neighbors.Votes;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Patience;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.SeedStreams;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;

/** An example a package; the regions are what the documentation shows. */
final class Examples {

  private Examples() {}

  static String engine() {
    // @start region=engine
    try (Engine engine = Engine.builder().threads(2).open()) {
      return engine.info().backend() + ": " + engine.info().reason();
    }
    // @end
  }

  static List<Probe> backend() {
    // @start region=backend
    // Asks for a backend, and fails with the reason if it is not there.
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).open()) {
      assert engine.info().selection().request() == BackendRequest.SCALAR;
    }
    // What there is, and why not.
    return Backends.discover().probeAll();
    // @end
  }

  static FloatMatrix matrix() {
    // @start region=matrix
    FloatMatrix x = FloatMatrix.copyOf(new float[][] {{1, 2, 3}, {4, 5, 6}});
    FloatMatrix right = x.block(0, 2, 1, 3); // A view: rows 0..1, columns 1..2.
    right.set(0, 0, 20);
    assert x.get(0, 1) == 20;
    return right.copy(); // Memory of its own.
    // @end
  }

  static FloatMatrix kernel() {
    // @start region=kernel
    Backends backends = Backends.discover();
    Kernels kernels = backends.create(backends.select(BackendRequest.AUTO));
    FloatMatrix a = FloatMatrix.copyOf(new float[][] {{1, 2}, {3, 4}});
    FloatMatrix c = FloatMatrix.zeros(2, 2);
    kernels.gemm(Transpose.NO, Transpose.YES, 1, a, a, 0, c); // C = A A'
    return c;
    // @end
  }

  static int[] neighbors(Engine engine, ByteMatrix images, int[] labels, ByteMatrix queries) {
    // @start region=neighbors
    NearestNeighbors index = NearestNeighbors.of(engine, images, Distance.L2);
    Neighbors nearest = index.search(queries, 3);
    int row = nearest.index(0, 0); // The row nearest to query 0, and how far it is.
    double distance = nearest.distance(0, 0);
    assert row >= 0 && distance >= 0;
    return new KnnClassifier(index, labels, Votes.plurality()).predict(queries, 3);
    // @end
  }

  static Neighbors updates(Engine engine, ByteMatrix images, ByteMatrix more) {
    // @start region=updates
    UpdatableNeighbors live =
        UpdatableNeighbors.of(engine, NearestNeighbors.of(engine, images, Distance.L1));
    int id = live.add(more); // Readers see all of them, or none.
    live.remove(0, id + 1);
    live.compact(); // When there is time; readers and writers go on.
    return live.search(more, 1);
    // @end
  }

  static NearestNeighbors save(Engine engine, ByteMatrix images, Path file) {
    // @start region=save
    NearestNeighbors.of(engine, images, Distance.L2).save(file);
    NearestNeighbors index = NearestNeighbors.open(engine, file); // Mapped: milliseconds.
    index.verify(); // After a transfer; reads all of it.
    return index;
    // @end
  }

  static String io(Path file) {
    // @start region=io
    try {
      ModelFile model = ModelFile.open(file);
      model.verify();
      return model.kind() + " " + model.entries();
    } catch (ModelFormatException e) {
      return "refused at byte " + e.offset() + ": " + e.getMessage();
    }
    // @end
  }

  static int[] linear(Engine engine, FloatMatrix x, int[] labels) {
    // @start region=linear
    SeedStreams seeds = new SeedStreams(1);
    SoftmaxRegression model =
        new SoftmaxRegressionTrainer(engine, 2)
            .epochs(50)
            .fit(x, labels, seeds.stream("weights"), seeds.stream("shuffles"));
    return model.predict(x);
    // @end
  }

  static Mlp nn(Engine engine, FloatMatrix x, int[] labels, Path file) {
    // @start region=nn
    Samples train = new Samples(x, labels);
    Mlp mlp =
        MlpTrainer.builder(engine, x.columns(), 16, 2)
            .optimizer(Optimizer.adam(0.01))
            .epochs(200)
            .patience(new Patience(20))
            .build()
            .on(train)
            .watch("train", train)
            .fit(new SeedStreams(1))
            .model();
    mlp.save(file);
    return Mlp.load(engine, file);
    // @end
  }

  static double random() {
    // @start region=random
    SeedStreams seeds = new SeedStreams(42);
    RandomGenerator weights = seeds.stream("weights"); // One stream for each use, so that
    RandomGenerator noise = seeds.stream("noise"); // one more draw here moves nothing there.
    return weights.nextDouble() + noise.nextDouble();
    // @end
  }
}
