package dev.lanewise.benchmarks.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.lanewise.benchmarks.Inputs;
import dev.lanewise.benchmarks.proof.Sets;
import dev.lanewise.benchmarks.proof.Task;
import dev.lanewise.benchmarks.proof.TaskSet;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Scaling;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_MT_FDRM;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.ojalgo.matrix.store.R032Store;
import org.tribuo.math.distance.L2Distance;
import org.tribuo.math.la.DenseMatrix;
import org.tribuo.math.la.DenseVector;
import org.tribuo.math.la.SGDVector;
import org.tribuo.math.neighbour.NeighboursQuery;
import org.tribuo.math.neighbour.bruteforce.NeighboursBruteForceFactory;
import smile.math.distance.EuclideanDistance;
import smile.neighbor.LinearSearch;
import smile.neighbor.Neighbor;

/**
 * The peers on the JVM. Products are of float32 but for Tribuo, whose matrices are of doubles;
 * neighbours are by brute force over float32 (Smile, Lucene, jvector) or doubles (Tribuo). Lucene
 * and jvector have distances, not a search: the loop over rows and the choice of the nearest are
 * ours, on all cores.
 */
public final class PeerTasks implements TaskSet {

  private static final List<String> NAMES =
      List.of("djl", "ejml", "ojalgo", "nd4j", "tribuo", "smile", "lucene", "jvector");

  /** For {@code ServiceLoader}. */
  public PeerTasks() {}

  @Override
  public boolean has(String contestant) {
    return NAMES.contains(contestant);
  }

  @Override
  public Task open(String... words) {
    return switch (words[1]) {
      case "sgemm" -> product(words[0], Inputs.shape(words[4]), Integer.parseInt(words[2]));
      case "knn" -> neighbors(words[0], Integer.parseInt(words[4]), Integer.parseInt(words[5]));
      case "scan" -> scan(words[0]);
      case "mlp" -> DjlTraining.mlp(Integer.parseInt(words[2]));
      case "softmax-sgd" -> DjlTraining.softmax(Integer.parseInt(words[2]));
      case "notmnist" -> DjlTraining.notMnist(Integer.parseInt(words[2]));
      default -> throw new IllegalArgumentException("no work " + words[1]);
    };
  }

  static Task task(Runnable work, DoubleSupplier check) {
    return new Task() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public double check() {
        return check.getAsDouble();
      }
    };
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return Math.sqrt(sum);
  }

  private static Task product(String peer, int[] mnk, int threads) {
    FloatMatrix a = Inputs.floats(1, mnk[0], mnk[2]);
    FloatMatrix b = Inputs.floats(2, mnk[2], mnk[1]);
    switch (peer) {
      case "djl" -> {
        NDManager manager = DjlTraining.manager(threads);
        NDArray x = DjlTraining.array(manager, a);
        NDArray y = DjlTraining.array(manager, b);
        NDArray[] z = {x.matMul(y)};
        return task(
            () -> {
              z[0].close();
              z[0] = x.matMul(y);
            },
            () -> norm(z[0].toFloatArray()));
      }
      case "ejml" -> {
        FMatrixRMaj x = FMatrixRMaj.wrap(mnk[0], mnk[2], a.toArray());
        FMatrixRMaj y = FMatrixRMaj.wrap(mnk[2], mnk[1], b.toArray());
        FMatrixRMaj z = new FMatrixRMaj(mnk[0], mnk[1]);
        return task(() -> CommonOps_MT_FDRM.mult(x, y, z), () -> norm(z.data));
      }
      case "ojalgo" -> {
        R032Store x = ojalgo(a);
        R032Store y = ojalgo(b);
        R032Store z = R032Store.FACTORY.make(mnk[0], mnk[1]);
        return task(() -> z.fillByMultiplying(x, y), () -> norm(z.data));
      }
      case "nd4j" -> {
        INDArray x = Nd4j.createFromArray(a.toArray()).reshape(mnk[0], mnk[2]);
        INDArray y = Nd4j.createFromArray(b.toArray()).reshape(mnk[2], mnk[1]);
        INDArray z = Nd4j.create(org.nd4j.linalg.api.buffer.DataType.FLOAT, mnk[0], mnk[1]);
        return task(() -> x.mmuli(y, z), () -> z.norm2Number().doubleValue());
      }
      case "tribuo" -> {
        DenseMatrix x = DenseMatrix.createDenseMatrix(doubles(a));
        DenseMatrix y = DenseMatrix.createDenseMatrix(doubles(b));
        DenseMatrix[] z = {x};
        return task(() -> z[0] = x.matrixMultiply(y), () -> z[0].twoNorm());
      }
      default -> throw new IllegalArgumentException(peer + " multiplies no matrices");
    }
  }

  private static R032Store ojalgo(FloatMatrix x) {
    R032Store store = R032Store.FACTORY.make(x.rows(), x.columns());
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        store.set(i, j, x.get(i, j));
      }
    }
    return store;
  }

  private static double[][] doubles(FloatMatrix x) {
    double[][] rows = new double[x.rows()][x.columns()];
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        rows[i][j] = x.get(i, j);
      }
    }
    return rows;
  }

  private static float[][] floats(ByteMatrix pixels) {
    FloatMatrix x = Scaling.none(pixels);
    float[][] rows = new float[x.rows()][];
    Arrays.setAll(rows, x::row);
    return rows;
  }

  private static Task neighbors(String peer, int count, int k) {
    ByteMatrix pixels = Sets.rows("mnist");
    ByteMatrix asked = Sets.queries("mnist", count);
    float[][] rows = floats(pixels);
    float[][] queries = floats(asked);
    int[][] found = new int[count][k];
    Runnable search =
        switch (peer) {
          case "smile" ->
              () -> {
                LinearSearch<float[], Integer> index =
                    new LinearSearch<>(
                        rows,
                        IntStream.range(0, rows.length).boxed().toArray(Integer[]::new),
                        new EuclideanDistance()::d);
                IntStream.range(0, count)
                    .parallel()
                    .forEach(
                        i -> {
                          Neighbor<float[], Integer>[] nearest = index.search(queries[i], k);
                          Arrays.setAll(found[i], rank -> nearest[rank].index());
                        });
              };
          case "tribuo" -> {
            SGDVector[] x = vectors(rows);
            SGDVector[] q = vectors(queries);
            yield () -> {
              NeighboursQuery index =
                  new NeighboursBruteForceFactory(
                          new L2Distance(), Runtime.getRuntime().availableProcessors())
                      .createNeighboursQuery(x);
              var nearest = index.query(q, k);
              for (int i = 0; i < count; i++) {
                int query = i;
                Arrays.setAll(found[i], rank -> nearest.get(query).get(rank).getA());
              }
            };
          }
          default -> {
            Distances distances = Distances.of(peer, rows);
            yield () ->
                IntStream.range(0, count)
                    .parallel()
                    .forEach(i -> found[i] = nearest(distances.to(queries[i]), rows.length, k));
          }
        };
    return task(
        search,
        () -> {
          double sum = 0;
          for (int i = 0; i < count; i++) {
            for (int row : found[i]) {
              for (int p = 0; p < pixels.columns(); p++) {
                int d = pixels.get(row, p) - asked.get(i, p);
                sum += d * d;
              }
            }
          }
          return sum;
        });
  }

  private static SGDVector[] vectors(float[][] rows) {
    SGDVector[] vectors = new SGDVector[rows.length];
    for (int i = 0; i < rows.length; i++) {
      double[] values = new double[rows[i].length];
      for (int j = 0; j < values.length; j++) {
        values[j] = rows[i][j];
      }
      vectors[i] = DenseVector.createDenseVector(values);
    }
    return vectors;
  }

  /** The k rows with the smallest distances, nearest first, ties to the lower row. */
  private static int[] nearest(IntToDoubleFunction distance, int rows, int k) {
    double[] best = new double[k];
    int[] index = new int[k];
    Arrays.fill(best, Double.POSITIVE_INFINITY);
    for (int row = 0; row < rows; row++) {
      double d = distance.applyAsDouble(row);
      if (d < best[k - 1]) {
        int at = k - 1;
        for (; at > 0 && best[at - 1] > d; at--) {
          best[at] = best[at - 1];
          index[at] = index[at - 1];
        }
        best[at] = d;
        index[at] = row;
      }
    }
    return index;
  }

  /** A library's measure between a query and any row. */
  @FunctionalInterface
  private interface Distances {
    IntToDoubleFunction to(float[] query);

    static Distances of(String peer, float[][] rows) {
      if (peer.equals("lucene")) {
        return query -> row -> org.apache.lucene.util.VectorUtil.squareDistance(query, rows[row]);
      }
      if (!peer.equals("jvector")) {
        throw new IllegalArgumentException(peer + " searches no neighbours");
      }
      var types = VectorizationProvider.getInstance().getVectorTypeSupport();
      VectorFloat<?>[] vectors = new VectorFloat<?>[rows.length];
      Arrays.setAll(vectors, row -> types.createFloatVector(rows[row]));
      return query -> {
        VectorFloat<?> q = types.createFloatVector(query);
        return row -> io.github.jbellis.jvector.vector.VectorUtil.squareL2Distance(q, vectors[row]);
      };
    }
  }

  /** One query's distances to all rows, on all cores. */
  private static Task scan(String peer) {
    float[][] rows = floats(Sets.rows("mnist"));
    float[] query = floats(Sets.queries("mnist", 1))[0];
    IntToDoubleFunction distance = Distances.of(peer, rows).to(query);
    float[] out = new float[rows.length];
    int parts = Runtime.getRuntime().availableProcessors();
    return task(
        () ->
            IntStream.range(0, parts)
                .parallel()
                .forEach(
                    part -> {
                      int to = (int) ((long) rows.length * (part + 1) / parts);
                      for (int i = (int) ((long) rows.length * part / parts); i < to; i++) {
                        out[i] = (float) distance.applyAsDouble(i);
                      }
                    }),
        () -> norm(out));
  }
}
