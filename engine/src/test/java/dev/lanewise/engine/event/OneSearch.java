package dev.lanewise.engine.event;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;

/** Searches once, in a process of its own. */
final class OneSearch {

  private OneSearch() {}

  public static void main(String[] args) {
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index = NearestNeighbors.of(engine, ByteMatrix.zeros(3, 4), Distance.L1);
      if (index.search(ByteMatrix.zeros(2, 4), 1).index(1, 0) != 0) {
        throw new IllegalStateException("wrong neighbour");
      }
      if (ModuleLayer.boot().findModule("jdk.jfr").isPresent()) {
        throw new IllegalStateException("this was to run without the recorder");
      }
    }
  }
}
