package dev.lanewise.benchmarks.proof;

import dev.lanewise.benchmarks.Inputs;
import dev.lanewise.benchmarks.Roofline;
import dev.lanewise.data.BlockAverage;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.MiniMnistSplit;
import dev.lanewise.data.Splits;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.ParallelGemm;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.Matrix;
import dev.lanewise.engine.matrix.SparseRows;
import dev.lanewise.engine.neighbors.Distance;
import dev.lanewise.engine.neighbors.NearestNeighbors;
import dev.lanewise.engine.neighbors.Neighbors;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.GradientScale;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.random.SeedStreams;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/**
 * What lanewise does in the rows of the table, and what OpenBLAS, its own brute force and plain
 * copying do. The first word of a task is a backend, or one of {@code brute}, {@code blas}, {@code
 * copy}, {@code roofline}; the second what is done; the others its sizes.
 */
final class OwnTasks implements TaskSet {

  private static final List<String> OTHERS = List.of("brute", "blas", "mkl", "copy", "roofline");

  static final int NOT_MNIST_ROWS = 15_000;

  @Override
  public boolean has(String contestant) {
    return OTHERS.contains(contestant)
        || Arrays.stream(BackendRequest.values())
            .anyMatch(request -> request.id().equals(contestant));
  }

  @Override
  public Task open(String... words) {
    return switch (words[0]) {
      case "brute" -> bruteForce(words);
      case "blas" -> blas(openBlas(), words);
      case "mkl" -> blas(ForeignBlas.mkl(), words);
      case "copy" -> copy(words);
      case "roofline" -> roofline(words);
      default ->
          switch (words[1]) {
            case "knn" -> knn(words);
            case "query" -> query(words);
            case "sgemm" -> sgemm(words);
            case "distances" -> distances(words);
            case "softmax", "sigmoid" -> rows(words);
            case "mlp" -> mlp(words);
            case "softmax-sgd" -> softmaxSgd(words);
            case "notmnist" -> notMnist(words);
            case "quadratic" -> quadratic(words);
            case "kernel" -> kernel(words);
            default -> throw new IllegalArgumentException("no work " + words[1]);
          };
    };
  }

  private static Engine engine(String backend, int threads) {
    return Engine.builder().backend(BackendRequest.parse(backend)).threads(threads).open();
  }

  private static ForeignBlas openBlas() {
    engine("openblas", 1).close();
    return ForeignBlas.loadedOpenBlas();
  }

  private static int number(String word) {
    return Integer.parseInt(word);
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  /** AUTO knn METRIC DATA QUERIES K: index and all queries, from raw rows. */
  private static Task knn(String... words) {
    Engine engine = engine(words[0], processors());
    Distance distance = Distance.valueOf(words[2]);
    ByteMatrix rows = Sets.rows(words[3]);
    ByteMatrix queries = Sets.queries(words[3], number(words[4]));
    int k = number(words[5]);
    return new Task() {
      private Neighbors found =
          NearestNeighbors.of(engine, rows.rows(0, k), distance).search(queries.rows(0, 1), k);

      @Override
      public void run() {
        found = NearestNeighbors.of(engine, rows, distance).search(queries, k);
      }

      @Override
      public double check() {
        double sum = 0;
        for (double d : found.distances()) {
          sum += distance == Distance.L1 ? d : Math.rint(d * d);
        }
        return sum;
      }

      @Override
      public double identity() {
        return Arrays.hashCode(found.indices());
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  /** BRUTE knn METRIC DATA QUERIES K BACKEND. */
  private static Task bruteForce(String... words) {
    Engine engine = engine(words[6], processors());
    Metric metric = words[2].equals("L1") ? Metric.L1 : Metric.SQUARED_L2;
    BruteForce search = new BruteForce(engine, metric, Sets.rows(words[3]));
    ByteMatrix queries = Sets.queries(words[3], number(words[4]));
    int k = number(words[5]);
    return new Task() {
      private long[] best = new long[0];

      @Override
      public void run() {
        best = search.search(queries, k);
      }

      @Override
      public double check() {
        return BruteForce.sum(best);
      }

      @Override
      public double identity() {
        return BruteForce.hash(best);
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  /** AUTO query METRIC K: one query after the other against a warm index. */
  private static Task query(String... words) {
    Engine engine = engine(words[0], processors());
    NearestNeighbors index =
        NearestNeighbors.of(engine, Sets.rows("mnist"), Distance.valueOf(words[2]));
    ByteMatrix queries = Sets.queries("mnist", 1_000);
    int k = number(words[3]);
    return new Task() {
      private int next;
      private Neighbors found = index.search(queries.rows(0, 1), k);

      @Override
      public void run() {
        found = index.search(queries.rows(next, next + 1), k);
        next = (next + 1) % queries.rows();
      }

      // The nearest row of the first query.
      @Override
      public double check() {
        return index.search(queries.rows(0, 1), k).index(0, 0);
      }

      @Override
      public void close() {
        found.queries();
        engine.close();
      }
    };
  }

  /** BACKEND sgemm THREADS LETTERS MxNxK. */
  private static Task sgemm(String... words) {
    Engine engine = engine(words[0], number(words[2]));
    Transpose transposeA = words[3].charAt(0) == 'T' ? Transpose.YES : Transpose.NO;
    Transpose transposeB = words[3].charAt(1) == 'T' ? Transpose.YES : Transpose.NO;
    FloatMatrix[] abc = operands(words);
    boolean parallel = number(words[2]) > 1;
    Kernels kernels = EngineKernels.of(engine);
    return new Task() {
      @Override
      public void run() {
        if (parallel) {
          ParallelGemm.gemm(
              kernels, engine.parallelism(), transposeA, transposeB, 1, abc[0], abc[1], 0, abc[2]);
        } else {
          kernels.gemm(transposeA, transposeB, 1, abc[0], abc[1], 0, abc[2]);
        }
      }

      @Override
      public double check() {
        return norm(abc[2]);
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  private static FloatMatrix[] operands(String... words) {
    int[] mnk = Inputs.shape(words[4]);
    boolean a = words[3].charAt(0) == 'T';
    boolean b = words[3].charAt(1) == 'T';
    return new FloatMatrix[] {
      Inputs.floats(1, a ? mnk[2] : mnk[0], a ? mnk[0] : mnk[2]),
      Inputs.floats(2, b ? mnk[1] : mnk[2], b ? mnk[2] : mnk[1]),
      FloatMatrix.zeros(mnk[0], mnk[1])
    };
  }

  static double norm(FloatMatrix x) {
    double sum = 0;
    for (int i = 0; i < x.rows(); i++) {
      for (float v : x.row(i)) {
        sum += (double) v * v;
      }
    }
    return Math.sqrt(sum);
  }

  /** BLAS sgemm THREADS LETTERS MxNxK, BLAS scan THREADS, BLAS alone THREADS QUERIES. */
  private static Task blas(ForeignBlas blas, String... words) {
    int threads = number(words[2]);
    return switch (words[1]) {
      case "sgemm" -> {
        boolean a = words[3].charAt(0) == 'T';
        boolean b = words[3].charAt(1) == 'T';
        FloatMatrix[] abc = operands(words);
        yield task(
            () -> blas.on(threads, () -> blas.sgemm(a, b, abc[0], abc[1], abc[2])),
            () -> norm(abc[2]));
      }
      case "scan" -> {
        FloatMatrix rows = Scaling.none(Sets.rows("mnist"));
        FloatMatrix query = Scaling.none(Sets.queries("mnist", 1));
        FloatMatrix products = FloatMatrix.zeros(1, rows.rows());
        yield task(
            () -> blas.on(threads, () -> blas.sgemv(rows, query, products)), () -> norm(products));
      }
      case "products" -> {
        // All products of brute force and nothing else: no norms, no choice of the nearest.
        FloatMatrix rows = Scaling.none(Sets.rows("mnist"));
        FloatMatrix queries = Scaling.none(Sets.queries("mnist", number(words[3])));
        int some = 500;
        FloatMatrix products = FloatMatrix.zeros(some, rows.rows());
        yield task(
            () ->
                blas.on(
                    threads,
                    () -> {
                      for (int i = 0; i < queries.rows(); i += some) {
                        int to = Math.min(queries.rows(), i + some);
                        blas.sgemm(
                            false, true, queries.rows(i, to), rows, products.rows(0, to - i));
                      }
                    }),
            () -> Double.NaN);
      }
      default -> throw new IllegalArgumentException("no work " + words[1]);
    };
  }

  /** What {@link Task#check} gives. */
  @FunctionalInterface
  interface Check {
    double value();
  }

  static Task task(Runnable work, Check check) {
    return new Task() {
      @Override
      public void run() {
        work.run();
      }

      @Override
      public double check() {
        return check.value();
      }
    };
  }

  /** BACKEND distances METRIC QxRxD: of bytes, on one thread. */
  private static Task distances(String... words) {
    Kernels kernels = EngineKernels.of(engine(words[0], 1));
    int[] sizes = Inputs.shape(words[3]);
    ByteMatrix queries = Inputs.bytes(1, sizes[0], sizes[2]);
    ByteMatrix rows = Inputs.bytes(2, sizes[1], sizes[2]);
    IntMatrix out = IntMatrix.zeros(sizes[0], sizes[1]);
    Metric metric = words[2].equals("L1") ? Metric.L1 : Metric.SQUARED_L2;
    return task(
        () -> kernels.distances(metric, queries, rows, out),
        () -> {
          double sum = 0;
          for (int d : out.toArray()) {
            sum += d;
          }
          return sum;
        });
  }

  /** Rows a task, when a matrix is shared out. */
  private static final int STRIP = 256;

  private static void strips(Engine engine, Matrix x, IntConsumer fromRow) {
    engine
        .parallelism()
        .forEach(Math.ceilDiv(x.rows(), STRIP), strip -> fromRow.accept(strip * STRIP));
  }

  /** BACKEND softmax|sigmoid THREADS ROWSxCOLUMNS [in-place]: over and over of its own results. */
  private static Task rows(String... words) {
    Engine engine = engine(words[0], number(words[2]));
    int[] sizes = Inputs.shape(words[3]);
    FloatMatrix x = Inputs.floats(1, sizes[0], sizes[1]);
    FloatMatrix y = words.length > 4 ? x : FloatMatrix.zeros(sizes[0], sizes[1]);
    boolean softmax = words[1].equals("softmax");
    Kernels kernels = EngineKernels.of(engine);
    return task(
        () ->
            strips(
                engine,
                x,
                from -> {
                  int to = Math.min(x.rows(), from + STRIP);
                  if (softmax) {
                    kernels.softmaxRows(x.rows(from, to), y.rows(from, to));
                  } else {
                    kernels.activate(Activation.SIGMOID, x.rows(from, to), y.rows(from, to));
                  }
                }),
        () -> norm(y));
  }

  /** COPY floats THREADS ROWSxCOLUMNS. */
  private static Task copy(String... words) {
    Engine engine = engine("scalar", number(words[2]));
    int[] sizes = Inputs.shape(words[3]);
    FloatMatrix x = Inputs.floats(1, sizes[0], sizes[1]);
    FloatMatrix y = FloatMatrix.zeros(sizes[0], sizes[1]);
    long row = (long) sizes[1] * Float.BYTES;
    return task(
        () ->
            strips(
                engine,
                x,
                from -> {
                  long bytes = row * (Math.min(x.rows(), from + STRIP) - from);
                  MemorySegment.copy(x.segment(), from * row, y.segment(), from * row, bytes);
                }),
        () -> norm(y));
  }

  /** ROOFLINE fma|read THREADS. */
  private static Task roofline(String... words) {
    int threads = number(words[2]);
    Parallelism parallelism = Parallelism.threads(threads);
    if (words[1].equals("fma")) {
      Roofline.Registers[] registers = new Roofline.Registers[threads];
      Arrays.setAll(registers, i -> new Roofline.Registers());
      return task(
          () ->
              parallelism.forEach(
                  threads,
                  thread -> {
                    for (int i = 0; i < FMA_ROUNDS; i++) {
                      Roofline.multiplyAdd(registers[thread].sums, .999f, .001f);
                    }
                  }),
          () -> Double.NaN);
    }
    int[][] memory = new int[threads][READ_INTS / threads];
    int[] sums = new int[threads];
    return task(
        () -> parallelism.forEach(threads, thread -> sums[thread] = Roofline.sum(memory[thread])),
        () -> sums[0]);
  }

  /** Calls of the loop on registers a run: milliseconds, so that waking a thread does not count. */
  static final int FMA_ROUNDS = 1_000;

  /** Integers read a run: 256 MB, more than any cache. */
  static final int READ_INTS = 1 << 26;

  private static Mlp network(Engine engine, int hidden) {
    return Mlp.of(
        engine,
        Activation.RELU,
        List.of(Sets.weights(784, hidden, 1), Sets.weights(hidden, 10, 2)),
        List.of(FloatMatrix.zeros(1, hidden), FloatMatrix.zeros(1, 10)));
  }

  private static Task training(
      Engine engine, MlpTrainer trainer, Samples train, Samples test, Mlp start) {
    return new Task() {
      private Mlp trained = start;

      @Override
      public void run() {
        trained = trainer.on(train).startingFrom(start).fit(new SeedStreams(0)).model();
      }

      @Override
      public double check() {
        return trained.evaluate(test).accuracy();
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  /** BACKEND mlp THREADS: epochs of 784-300-10 on MNIST in batches of 8, in file order. */
  private static Task mlp(String... words) {
    Engine engine = engine(words[0], number(words[2]));
    return training(
        engine,
        MlpTrainer.builder(engine, 784, 300, 10)
            .optimizer(Optimizer.sgd(.1))
            .batching(Batching.inOrder(8))
            .epochs(Epochs.MLP)
            .build(),
        Sets.samples(Sets.mnist().train()),
        Sets.samples(Sets.mnist().test()),
        network(engine, 300));
  }

  /** BACKEND notmnist THREADS: full-batch epochs of 784-1000-10 with momentum. */
  private static Task notMnist(String... words) {
    Engine engine = engine(words[0], number(words[2]));
    Samples train = Sets.notMnist(NOT_MNIST_ROWS);
    return training(
        engine,
        MlpTrainer.builder(engine, 784, 1000, 10)
            .gradientScale(GradientScale.sum())
            .optimizer(Optimizer.momentum(1e-5, .99))
            .biasOptimizer(Optimizer.sgd(1e-5))
            .batching(Batching.full())
            .epochs(Epochs.NOT_MNIST)
            .build(),
        train,
        train,
        network(engine, 1000));
  }

  /** BACKEND softmax-sgd THREADS: epochs of softmax regression in batches of 128. */
  private static Task softmaxSgd(String... words) {
    Engine engine = engine(words[0], number(words[2]));
    ImageSet train = Sets.mnist().train();
    ImageSet test = Sets.mnist().test();
    FloatMatrix x = Scaling.unit(train.images());
    FloatMatrix testPixels = Scaling.unit(test.images());
    SoftmaxRegressionTrainer trainer =
        new SoftmaxRegressionTrainer(engine, 10)
            .bias(false)
            .epochs(Epochs.SOFTMAX)
            .batchSize(128)
            .learningRate(.1);
    return new Task() {
      private SoftmaxRegression model = fit(x.rows(0, 128), Arrays.copyOf(train.labels(), 128));

      private SoftmaxRegression fit(FloatMatrix rows, int[] labels) {
        SeedStreams streams = new SeedStreams(0);
        return trainer.fit(rows, labels, streams.stream("weights"), streams.stream("shuffles"));
      }

      @Override
      public void run() {
        model = fit(x, train.labels());
      }

      @Override
      public double check() {
        return model.evaluate(testPixels, test.labels()).accuracy();
      }

      @Override
      public void close() {
        engine.close();
      }
    };
  }

  /** BACKEND quadratic THREADS: fifty passes over the products of pixels of mini-MNIST, 28 x 28. */
  private static Task quadratic(String... words) {
    Engine engine = engine(words[0], number(words[2]));
    ImageSet images = DataCatalog.fromEnvironment().miniMnist();
    FloatMatrix sums = BlockAverage.sums(images.images(), images.side(), 1);
    MiniMnistSplit split =
        Splits.miniMnist(images.labels(), RandomGenerator.of("L64X128MixRandom"));
    int[] rows = split.train();
    FloatMatrix x = sums.gather(rows);
    int[] labels = Arrays.stream(rows).map(row -> images.labels()[row]).toArray();
    PerceptronTrainer trainer =
        new PerceptronTrainer(engine, images.classes().size())
            .scheme(ClassScheme.ONE_VS_REST)
            .features(FeatureMap.quadratic())
            .passes(50)
            .stopWhenSeparated(false);
    double[] accuracy = {Double.NaN};
    return task(() -> accuracy[0] = trainer.fit(x, labels).accuracy(x, labels), () -> accuracy[0]);
  }

  /** BACKEND kernel NAME: one primitive at the size that a learner calls it with. */
  private static Task kernel(String... words) {
    Kernels k = EngineKernels.of(engine(words[0], 1));
    FloatMatrix x = Inputs.floats(1, 128, 300);
    FloatMatrix y = Inputs.floats(2, 128, 300);
    FloatMatrix z = FloatMatrix.zeros(128, 300);
    FloatMatrix mean = FloatMatrix.zeros(128, 300);
    FloatMatrix row = Inputs.floats(3, 1, 300);
    Runnable work =
        switch (words[2]) {
          case "dotsAtLeast" -> {
            FloatMatrix queries = Inputs.floats(4, 256, 42);
            FloatMatrix vectors = Inputs.floats(5, 42, 1024);
            float[] limits = new float[256];
            // Products are about N(0, 42 / 9): 1 % pass.
            Arrays.fill(limits, 5);
            int[] counts = new int[256];
            int[] hits = new int[256 * 1024];
            yield () -> k.dotsAtLeast(queries, vectors, limits, counts, hits);
          }
          case "l1AtMost" -> {
            ByteMatrix queries = Inputs.bytes(4, 256, 49);
            ByteMatrix vectors = Inputs.bytes(5, 49, 1024);
            int[] limits = new int[256];
            // Distances are about N(49 * 85, 49 * 60^2): 1 % pass.
            Arrays.fill(limits, 3_200);
            int[] counts = new int[256];
            int[] hits = new int[256 * 1024];
            yield () -> k.l1AtMost(queries, vectors, limits, counts, hits);
          }
          case "chosen" -> {
            ByteMatrix queries = Inputs.bytes(4, 1, 832);
            ByteMatrix rows = Inputs.bytes(5, 1024, 832);
            int[] chosen = new int[128];
            Arrays.setAll(chosen, i -> 8 * i);
            int[] out = new int[128];
            yield () -> k.distances(Metric.SQUARED_L2, queries, 0, rows, chosen, 128, out);
          }
          case "atMost" -> {
            IntMatrix values = IntMatrix.zeros(1, 4096);
            for (int i = 0; i < 4096; i++) {
              values.set(0, i, i * 7919 % 1000);
            }
            int[] hits = new int[4096];
            yield () -> k.atMost(values, 0, 9, hits);
          }
          case "sparse", "sparseTransposed" -> {
            // As many zeros as MNIST has.
            FloatMatrix pixels = Scaling.unit(Inputs.digits(4, 128, 784));
            SparseRows sparse = SparseRows.of(pixels);
            FloatMatrix w = Inputs.floats(5, 784, 300);
            yield words[2].equals("sparse")
                ? () -> k.sparseGemm(Transpose.NO, 1, sparse, w, 0, z)
                : () -> k.sparseGemm(Transpose.YES, -.1f, sparse, y, 1, w);
          }
          case "softmax", "sigmoid" -> {
            FloatMatrix wide = Inputs.floats(4, 64, 1000);
            FloatMatrix result = FloatMatrix.zeros(64, 1000);
            yield words[2].equals("softmax")
                ? () -> k.softmaxRows(wide, result)
                : () -> k.activate(Activation.SIGMOID, wide, result);
          }
          case "axpy" -> () -> k.axpy(1e-6f, x, z);
          case "axpby" -> () -> k.axpby(.5f, x, .5f, z);
          case "addRow" -> () -> k.addRow(row, z);
          case "columnSums" -> () -> k.columnSums(x, row);
          case "relu" -> () -> k.activate(Activation.RELU, x, z);
          case "derivative" -> () -> k.timesDerivative(Activation.RELU, x, y, z);
          case "adam" -> {
            FloatMatrix square = FloatMatrix.zeros(128, 300);
            yield () -> k.adam(.9f, .999f, 1e-3f, 1, 1e-8f, x, mean, square, z);
          }
          default -> throw new IllegalArgumentException("no kernel " + words[2]);
        };
    return task(work, () -> Double.NaN);
  }
}
