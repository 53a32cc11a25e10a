package dev.lanewise.cli;

import dev.lanewise.cli.experiment.Progress;
import dev.lanewise.cli.report.Numbers;
import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.MissingDataException;
import dev.lanewise.data.format.Idx;
import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.NpyType;
import dev.lanewise.data.format.Npz;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.KnnClassifier;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.neighbors.Votes;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Classifies the images of one file by those of another. */
@Command(
    name = "knn",
    description = "Classify your own images by their exact nearest neighbours.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    footer = {
      "",
      "Files are IDX (plain or gzip), with the labels in files of their own, or .npz with the"
          + " arrays 'images' (rows x anything) and 'labels'. Neighbours are ordered by distance,"
          + " then by row."
    })
final class KnnCommand implements Runnable {

  /** Queries between two reports of progress. */
  private static final int BATCH = 1000;

  /** Labels are bytes in IDX, and a confusion matrix of more would not be read. */
  private static final int CLASSES = 256;

  @Option(names = "--train", paramLabel = "FILE", required = true, description = "Training images.")
  private @Nullable Path train;

  @Option(names = "--train-labels", paramLabel = "FILE", description = "Their labels (IDX).")
  private @Nullable Path trainLabels;

  @Option(names = "--test", paramLabel = "FILE", required = true, description = "Test images.")
  private @Nullable Path test;

  @Option(names = "--test-labels", paramLabel = "FILE", description = "Their labels (IDX).")
  private @Nullable Path testLabels;

  @Option(
      names = "-k",
      paramLabel = "K",
      defaultValue = "3",
      description = "Neighbours that vote (default: ${DEFAULT-VALUE}).")
  private int k;

  @Option(
      names = "--metric",
      paramLabel = "METRIC",
      defaultValue = "l2",
      description = "l1 or l2 (default: ${DEFAULT-VALUE}).")
  private Distance metric = Distance.L2;

  @Option(
      names = "--neighbors",
      paramLabel = "FILE",
      description =
          "Write the neighbours as .npz: 'indices' (int32) and 'distances' (float64), tests x k.")
  private @Nullable Path neighborsFile;

  @Mixin private EngineOptions engineOptions = new EngineOptions();

  @Spec private @Nullable CommandSpec spec;

  /** Images, a row each: bytes where the file has bytes, else floats. */
  @SuppressWarnings("ArrayRecordComponent") // read, never compared
  private record Images(Matrix pixels, int[] labels) {
    int rows() {
      return labels.length;
    }
  }

  /** Finds the neighbours of the test images from one, inclusive, to another, exclusive. */
  @FunctionalInterface
  private interface Searcher {
    Neighbors search(int from, int to);
  }

  @Override
  public void run() {
    Path trainFile = Objects.requireNonNull(train);
    Path testFile = Objects.requireNonNull(test);
    if (k < 1) {
      throw usage("-k must be at least 1, not " + k);
    }
    OutputFile file = neighborsFile == null ? null : new OutputFile(neighborsFile);
    try (Engine engine = engineOptions.open()) {
      Images from = read(trainFile, trainLabels, "--train");
      Images queries = read(testFile, testLabels, "--test");
      if (k > from.rows()) {
        throw usage("-k is " + k + ", but " + trainFile + " has only " + from.rows() + " images");
      }
      search(engine, from, queries, file);
    }
  }

  private void search(Engine engine, Images from, Images queries, @Nullable OutputFile file) {
    int tests = queries.rows();
    int[] predictions = new int[tests];
    int[] indices = new int[file == null ? 0 : Math.multiplyExact(tests, k)];
    double[] distances = new double[indices.length];
    if (from.pixels().columns() != queries.pixels().columns()) {
      throw usage(
          "images of "
              + from.pixels().columns()
              + " and of "
              + queries.pixels().columns()
              + " pixels cannot be compared");
    }
    long start = System.nanoTime();
    try (Progress progress =
        TerminalProgress.factory(Objects.requireNonNull(spec).commandLine().getErr())
            .start("nearest by " + metric, tests)) {
      Searcher searcher = searcher(engine, from.pixels(), queries.pixels());
      for (int at = 0; at < tests; at += BATCH) {
        int to = Math.min(at + BATCH, tests);
        Neighbors found = searcher.search(at, to);
        int[] voted = KnnClassifier.vote(found, from.labels(), Votes.plurality(), k);
        System.arraycopy(voted, 0, predictions, at, voted.length);
        if (file != null) {
          System.arraycopy(found.indices(), 0, indices, at * k, voted.length * k);
          System.arraycopy(found.distances(), 0, distances, at * k, voted.length * k);
        }
        progress.step(to - at);
      }
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print(engine, from, queries, predictions, seconds);
    if (file != null) {
      SequencedMap<String, NpyArray> arrays = new LinkedHashMap<>();
      arrays.put("indices", NpyArray.of(indices, tests, k));
      arrays.put("distances", NpyArray.of(distances, tests, k));
      file.write(path -> Npz.write(path, arrays));
    }
  }

  /** Bytes are compared as bytes; where one side has floats, both are. */
  private Searcher searcher(Engine engine, Matrix from, Matrix queries) {
    if (from instanceof ByteMatrix rows && queries instanceof ByteMatrix tests) {
      NearestNeighbors index = NearestNeighbors.of(engine, rows, metric);
      return (at, to) -> index.search(tests.rows(at, to), k);
    }
    NearestNeighbors index = NearestNeighbors.of(engine, floats(from), metric);
    FloatMatrix tests = floats(queries);
    return (at, to) -> index.search(tests.rows(at, to), k);
  }

  private void print(
      Engine engine, Images from, Images queries, int[] predictions, double seconds) {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    TextReport.wrap(
        out, "", "backend " + engine.info().backend() + " (" + engine.info().reason() + ")");
    TreeSet<Integer> classes = new TreeSet<>();
    int[][] confusion = new int[CLASSES][CLASSES];
    int correct = 0;
    for (int i = 0; i < predictions.length; i++) {
      confusion[queries.labels()[i]][predictions[i]]++;
      classes.add(queries.labels()[i]);
      classes.add(predictions[i]);
      if (queries.labels()[i] == predictions[i]) {
        correct++;
      }
    }
    out.println(
        String.format(
            Locale.ROOT,
            "%,d training images, %,d test images, %s, k=%d",
            from.rows(),
            predictions.length,
            metric,
            k));
    out.println(
        String.format(
            Locale.ROOT,
            "accuracy %.4f (%,d of %,d)",
            (double) correct / predictions.length,
            correct,
            predictions.length));
    out.println("time " + Numbers.time(seconds));
    out.println();
    String[] head = new String[classes.size() + 1];
    head[0] = "truth \\ predicted";
    int column = 1;
    for (int label : classes) {
      head[column++] = ">" + label;
    }
    Table table = new Table(head);
    for (int truth : classes) {
      String[] cells = new String[head.length];
      cells[0] = Integer.toString(truth);
      column = 1;
      for (int predicted : classes) {
        cells[column++] = Integer.toString(confusion[truth][predicted]);
      }
      table.add(cells);
    }
    table.print(out);
  }

  private Images read(Path images, @Nullable Path labels, String option) {
    if (isZip(images)) {
      if (labels != null) {
        throw usage(option + "-labels is for IDX; " + images + " is an .npz and holds its own");
      }
      return npz(images);
    }
    if (labels == null) {
      throw usage(option + " " + images + " is not an .npz, so it needs " + option + "-labels");
    }
    return images(images, Idx.images(images).pixels(), Idx.labels(labels, CLASSES));
  }

  private static Images npz(Path file) {
    SequencedMap<String, NpyArray> arrays = Npz.read(file);
    NpyArray images = arrays.get("images");
    NpyArray labels = arrays.get("labels");
    if (images == null || labels == null) {
      throw new DataFormatException(
          file.toString(), 0, "no arrays 'images' and 'labels', but " + arrays.keySet());
    }
    return images(
        file,
        images.type() == NpyType.U1 ? images.toByteMatrix() : images.toFloatMatrix(),
        labels.toLabels(CLASSES));
  }

  private static Images images(Path file, Matrix pixels, int[] labels) {
    if (pixels.rows() != labels.length || labels.length == 0) {
      throw new DataFormatException(
          file.toString(), 0, pixels.rows() + " images and " + labels.length + " labels");
    }
    return new Images(pixels, labels);
  }

  private static FloatMatrix floats(Matrix matrix) {
    if (matrix instanceof FloatMatrix floats) {
      return floats;
    }
    if (!(matrix instanceof ByteMatrix bytes)) {
      throw new IllegalArgumentException("pixels are bytes or floats, not " + matrix);
    }
    FloatMatrix floats = FloatMatrix.zeros(bytes.rows(), bytes.columns());
    for (int i = 0; i < bytes.rows(); i++) {
      for (int j = 0; j < bytes.columns(); j++) {
        floats.set(i, j, bytes.get(i, j));
      }
    }
    return floats;
  }

  private static boolean isZip(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 'P' && in.read() == 'K';
    } catch (java.nio.file.NoSuchFileException e) {
      throw new MissingDataException("there is no file " + file, e);
    } catch (IOException e) {
      throw new MissingDataException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
