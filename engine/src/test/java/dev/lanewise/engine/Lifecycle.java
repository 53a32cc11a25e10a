package dev.lanewise.engine;

import dev.lanewise.engine.linear.Perceptron;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.UpdatableNeighbors;
import dev.lanewise.engine.nn.Mlp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** A life in short: one engine, three models and three indexes, saved and opened. */
final class Lifecycle {

  private Lifecycle() {}

  /**
   * One life.
   *
   * @param directory for files, of which none is left
   */
  static void run(Path directory, int seed) {
    Random random = new Random(seed);
    FloatMatrix x = Stress.gaussian(random, 200, 12);
    int[] labels = random.ints(x.rows(), 0, 3).toArray();
    ByteMatrix rows = ByteMatrix.zeros(2_000, 40);
    for (int i = 0; i < rows.rows(); i++) {
      rows.set(i, i % 40, random.nextInt(256));
    }
    try (Engine engine = Engine.builder().threads(2).open()) {
      Path mlp = directory.resolve("mlp.lwm");
      Stress.network(engine, x, labels).save(mlp);
      Mlp.load(engine, mlp).predict(x);
      Path regression = directory.resolve("regression.lwm");
      Stress.regression(engine, x, labels).save(regression);
      SoftmaxRegression.load(engine, regression).predict(x);
      Path perceptron = directory.resolve("perceptron.lwm");
      Stress.perceptron(engine, x, labels).save(perceptron);
      Perceptron.load(engine, perceptron).predict(x);

      Path index = directory.resolve("index.lwm");
      UpdatableNeighbors live =
          UpdatableNeighbors.of(engine, NearestNeighbors.of(engine, rows, Distance.L1));
      live.add(rows.rows(0, 5));
      live.remove(1, 2, 3);
      live.search(rows.rows(0, 2), 3);
      live.compact();
      live.snapshot().save(index);
      NearestNeighbors.open(engine, index).search(rows.rows(0, 2), 3);
      try (Arena arena = Arena.ofShared()) {
        NearestNeighbors.open(engine, index, arena).search(rows.rows(0, 2), 3);
      }
      for (Path file : new Path[] {mlp, regression, perceptron, index}) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
