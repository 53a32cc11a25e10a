package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.linear.Perceptron;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.nn.Mlp;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Every kind of model and index that a file can hold: what loads can be used, and saved, loaded and
 * saved again is the same file. An index that {@code verify()} has passed finds what comparing with
 * every row finds.
 */
public final class ModelsFuzz {

  private static final Engine ENGINE =
      Engine.builder().backend(BackendRequest.SCALAR).threads(1).open();

  private ModelsFuzz() {}

  /** One input, with right checksums. */
  public static void fuzzerTestOneInput(byte[] input) {
    byte[] sealed = Sealed.of(input);
    Path file = Scratch.file("input.lwm", sealed);
    try {
      use(file);
    } catch (ModelFormatException e) {
      ModelFileFuzz.refused(e, file, sealed.length);
    }
  }

  /** Loads what a file holds, and checks that it can be used and saved. */
  static void use(Path file) {
    try (Arena arena = Arena.ofShared()) {
      switch (ModelFile.open(file, arena).kind()) {
        case "mlp" -> mlp(file);
        case "softmax-regression" -> softmax(file);
        case "perceptron" -> perceptron(file);
        default -> index(file, arena);
      }
    }
  }

  private static void mlp(Path file) {
    Mlp mlp = Mlp.load(ENGINE, file);
    int label = mlp.predict(FloatMatrix.zeros(1, mlp.inputs()))[0];
    require(label >= 0 && label < mlp.classes(), "class " + label);
    same(mlp::save, copy -> Mlp.load(ENGINE, copy)::save);
  }

  private static void softmax(Path file) {
    SoftmaxRegression regression = SoftmaxRegression.load(ENGINE, file);
    int label = regression.predict(FloatMatrix.zeros(1, regression.features()))[0];
    require(label >= 0 && label < regression.classes(), "class " + label);
    same(regression::save, copy -> SoftmaxRegression.load(ENGINE, copy)::save);
  }

  private static void perceptron(Path file) {
    Perceptron perceptron = Perceptron.load(ENGINE, file);
    int label = perceptron.predict(FloatMatrix.zeros(1, perceptron.columns()))[0];
    require(label >= 0 && label < perceptron.classes(), "class " + label);
    same(perceptron::save, copy -> Perceptron.load(ENGINE, copy)::save);
  }

  /** Saves, loads what was saved, saves that, and compares. */
  private static void same(
      Consumer<Path> save, java.util.function.Function<Path, Consumer<Path>> load) {
    Path copy = Scratch.path("copy.lwm");
    save.accept(copy);
    byte[] first = Scratch.bytes(copy);
    load.apply(copy).accept(copy);
    require(Arrays.equals(first, Scratch.bytes(copy)), "saved again, it is another file");
  }

  private static void index(Path file, Arena arena) {
    NearestNeighbors index = NearestNeighbors.open(ENGINE, file, arena);
    boolean ofBytes = ModelFile.open(file, arena).kind().equals("byte-index");
    Matrix query = ofBytes ? ByteMatrix.zeros(1, index.columns()) : null;
    int k = Math.min(3, index.rows());
    try {
      Neighbors found = search(index, query, k);
      for (int id : found.indices()) {
        require(id >= 0 && id < index.bound(), "neighbour " + id);
      }
    } catch (IllegalStateException e) {
      require(String.valueOf(e.getMessage()).contains("verify() says where"), e.toString());
    }
    index.verify();
    double[][] rows = rows(ModelFile.open(file, arena), index, ofBytes);
    // Beyond one block rows are not in order.
    if (rows.length <= 1024) {
      compare(search(index, query, k), rows, ids(file, arena, rows.length), index.distance());
    }
    same(
        copy -> {
          index.save(copy);
        },
        copy -> NearestNeighbors.open(ENGINE, copy)::save);
  }

  private static Neighbors search(
      NearestNeighbors index, @org.jspecify.annotations.Nullable Matrix query, int k) {
    return query instanceof ByteMatrix bytes
        ? index.search(bytes, k)
        : index.search(FloatMatrix.zeros(1, index.columns()), k);
  }

  private static double[][] rows(ModelFile file, NearestNeighbors index, boolean ofBytes) {
    double[][] rows = new double[index.rows()][index.columns()];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < index.columns(); j++) {
        rows[i][j] = ofBytes ? file.bytes("rows").get(i, j) : file.floats("rows").get(i, j);
      }
    }
    return rows;
  }

  private static int[] ids(Path file, Arena arena, int rows) {
    ModelFile model = ModelFile.open(file, arena);
    return model.has("ids") ? model.ints("ids").row(0) : IntStream.range(0, rows).toArray();
  }

  /** With a query of zeros, whose distances are sums over the row alone. */
  private static void compare(Neighbors found, double[][] rows, int[] ids, Distance distance) {
    double[] sums = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      for (double value : rows[i]) {
        sums[i] += distance == Distance.L1 ? Math.abs(value) : value * value;
      }
    }
    int[] nearest =
        IntStream.range(0, rows.length)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> sums[i]).thenComparingInt(i -> i))
            .limit(found.k())
            .mapToInt(i -> ids[i])
            .toArray();
    require(Arrays.equals(found.indices(), nearest), "other neighbours than those of the rows");
  }
}
