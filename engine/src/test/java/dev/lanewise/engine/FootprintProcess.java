package dev.lanewise.engine;

import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.UpdatableNeighbors;
import java.nio.file.Path;
import java.util.Random;

/**
 * Opens and closes, one after the other, what has work to do in between, then asks again and again,
 * and says how many bytes of native memory that leaves to a collector. Run without one ({@code
 * -XX:+UseEpsilonGC}), so that the answer does not depend on when it would have come.
 */
final class FootprintProcess {

  private FootprintProcess() {}

  /** Takes how many lives to count, and a directory for files. */
  public static void main(String[] args) {
    int lives = Integer.parseInt(args[0]);
    Path directory = Path.of(args[1]);
    say("life", lives, seed -> Lifecycle.run(directory, seed));
    say("life of a large index", lives, FootprintProcess::largeIndex);
    // The calling thread alone: helpers may or may not come in time to take a workspace.
    try (Engine engine = Engine.builder().threads(1).open()) {
      FloatMatrix x = Stress.gaussian(new Random(1), 500, 64);
      NearestNeighbors index = NearestNeighbors.of(engine, x, Distance.L2);
      ByteMatrix queries = ByteMatrix.zeros(1_000, x.columns());
      say("search for bytes among floats", lives, seed -> index.search(queries, 3));
    }
  }

  private interface Life {
    void run(int seed);
  }

  private static void say(String what, int lives, Life life) {
    // Once before: a process keeps some idle workspaces.
    life.run(0);
    long before = NativeMemory.bytes();
    for (int i = 0; i < lives; i++) {
      life.run(i);
    }
    System.out.printf("a %s leaves %d bytes%n", what, (NativeMemory.bytes() - before) / lives);
  }

  /** Large enough for screens of both kinds: few queries and many, and rows that come and go. */
  private static void largeIndex(int seed) {
    Random random = new Random(seed);
    ByteMatrix rows = ByteMatrix.zeros(4_100, 256);
    for (int i = 0; i < rows.rows(); i++) {
      int bright = random.nextInt(200);
      for (int j = 0; j < rows.columns(); j++) {
        rows.set(i, j, bright + random.nextInt(20));
      }
    }
    try (Engine engine = Engine.builder().threads(1).open()) {
      for (Distance distance : Distance.values()) {
        NearestNeighbors index = NearestNeighbors.of(engine, rows, distance);
        index.search(rows.rows(0, 3), 5);
        UpdatableNeighbors live = UpdatableNeighbors.of(engine, index);
        live.remove(4, 5);
        live.compact();
        live.search(rows.rows(0, 600), 5);
      }
    }
  }
}
