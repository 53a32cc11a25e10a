package dev.lanewise.cli.experiment;

import dev.lanewise.data.TrainTest;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.Vote;
import java.util.ArrayList;
import java.util.List;

/**
 * The nearest training images of the first test images. One search with the largest k serves all
 * smaller ones.
 *
 * @param parts the neighbours of {@value #BATCH} test images each, the last part of what is left
 * @param labels the labels of the training images
 * @param truth the labels of the test images searched for
 * @param seconds how long it took, the index included
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record MnistSearch(List<Neighbors> parts, int[] labels, int[] truth, double seconds) {

  /** Test images between two reports of progress: long enough to keep the kernels busy. */
  private static final int BATCH = 1000;

  static MnistSearch of(Context context, Distance distance, int tests, int k) {
    TrainTest mnist = context.mnist();
    ByteMatrix queries =
        mnist.test().images().rows(0, Math.min(tests, mnist.test().images().rows()));
    long start = System.nanoTime();
    List<Neighbors> parts = new ArrayList<>();
    try (Progress progress = context.progress("nearest by " + distance, queries.rows())) {
      NearestNeighbors index =
          NearestNeighbors.of(context.engine(), mnist.train().images(), distance);
      for (int from = 0; from < queries.rows(); from += BATCH) {
        int to = Math.min(from + BATCH, queries.rows());
        parts.add(index.search(queries.rows(from, to), k));
        progress.step(to - from);
      }
    }
    return new MnistSearch(
        parts,
        mnist.train().labels(),
        java.util.Arrays.copyOf(mnist.test().labels(), queries.rows()),
        (System.nanoTime() - start) / 1e9);
  }

  /** The label that the k nearest decide on, for every test image. */
  int[] predict(Vote vote, int k) {
    return parts.stream()
        .flatMapToInt(part -> java.util.Arrays.stream(KnnClassifier.vote(part, labels, vote, k)))
        .toArray();
  }

  /** How many of the test images from one, inclusive, to another, exclusive, are labelled right. */
  int correct(int[] predictions, int from, int to) {
    int correct = 0;
    for (int i = from; i < to; i++) {
      if (predictions[i] == truth[i]) {
        correct++;
      }
    }
    return correct;
  }

  /** How many of all are labelled right. */
  int correct(int[] predictions) {
    return correct(predictions, 0, truth.length);
  }

  /** The row of the training image at one rank of one test image's neighbours. */
  int index(int query, int rank) {
    return parts.get(query / BATCH).index(query % BATCH, rank);
  }

  /** The distance at one rank of one test image's neighbours. */
  double distance(int query, int rank) {
    return parts.get(query / BATCH).distance(query % BATCH, rank);
  }
}
