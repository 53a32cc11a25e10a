package com.example.digits;

import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Votes;

/** Classifies handwritten digits by their nearest neighbours, and counts. */
final class Plain {

  private Plain() {}

  public static void main(String[] args) {
    TrainTest digits = DataCatalog.embedded().mnist();
    ImageSet test = digits.test();
    try (Engine engine = Engine.open()) {
      NearestNeighbors index = NearestNeighbors.of(engine, digits.train().images(), Distance.L2);
      KnnClassifier classifier =
          new KnnClassifier(index, digits.train().labels(), Votes.plurality());
      int[] predicted = classifier.predict(test.images(), 3);
      int right = 0;
      for (int i = 0; i < predicted.length; i++) {
        right += predicted[i] == test.labels()[i] ? 1 : 0;
      }
      System.out.println(right + " of " + predicted.length + " right");
    }
  }
}
