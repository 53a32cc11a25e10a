package dev.lanewise.benchmarks.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is compared, and with whom: the table of targets, and what stands beside it. */
final class Rows {

  private static final int FORKS = 3;

  /**
   * Milliseconds of searches or trainings before the first turn: the first takes three seconds with
   * the JIT's start, and the fifth is the first that is as fast as all that follow.
   */
  private static final int LONG_WORK = 8_000;

  /** Times are compared; float answers may differ in their last digits. */
  private static final double FLOATS = 1e-4;

  /** Accuracies after training from the same weights, or from as many seeds: a point. */
  private static final double TRAINED = .012;

  /** The products of the experiments: a step of mlp-mnist, of softmax-sgd, and of notmnist-mlp. */
  private static final List<String> SHAPES =
      List.of(
          "NN 8x300x784",
          "NN 8x10x300",
          "TN 784x300x8",
          "TN 300x10x8",
          "NT 8x300x10",
          "NN 128x10x784",
          "TN 784x10x128",
          "NN 8011x1000x784",
          "NN 8011x10x1000",
          "TN 784x1000x8011",
          "NT 8011x1000x10",
          "NT 256x4096x784");

  private static final List<Integer> SQUARES = List.of(64, 128, 256, 512, 1024, 2048);

  /** One task for every kernel that inner loops call; what warms up and must not allocate. */
  static final List<String> KERNELS =
      List.of(
          "vector sgemm 1 NN 256x256x256",
          "vector sgemm 1 NN 8x300x784",
          "vector sgemm 1 TN 784x10x128",
          "vector sgemm 1 NT 8x300x10",
          "vector distances L2 64x1024x784",
          "vector distances L1 64x1024x784",
          "vector kernel softmax",
          "vector kernel sigmoid",
          "vector kernel dotsAtLeast",
          "vector kernel l1AtMost",
          "vector kernel chosen",
          "vector kernel atMost",
          "vector kernel sparse",
          "vector kernel sparseTransposed",
          "vector kernel axpy",
          "vector kernel axpby",
          "vector kernel addRow",
          "vector kernel columnSums",
          "vector kernel relu",
          "vector kernel derivative",
          "vector kernel adam");

  private static final String GRID = "reproduce mlp-grid --variant published --seeds ";

  /**
   * Seeds of one run, of which the row's is a part, as its peer's is of a process that is warm. The
   * experiment has twice as many.
   */
  private static final int GRID_SEEDS = 10;

  private Rows() {}

  /**
   * All rows, in the order of the table.
   *
   * @param quick shrinks every work so far that all together take a minute or two, to see that
   *     everything runs; the results mean nothing
   */
  static List<Row> all(boolean quick) {
    List<Row> rows = new ArrayList<>();
    roofline(rows, quick);
    neighbors(rows, quick);
    queries(rows);
    for (int threads = 1; threads <= 2; threads++) {
      for (int square : SQUARES) {
        if (!quick || square <= 512) {
          rows.add(product("NN " + square + "x" + square + "x" + square, threads));
        }
      }
      for (String shape : SHAPES) {
        if ((!quick || !shape.contains("8011")) && (threads == 1 || large(shape))) {
          rows.add(product(shape, threads));
        }
      }
    }
    rowWise(rows, quick);
    training(rows, quick);
    rows.add(
        new Row(
            "kernels",
            "every kernel on one thread: time, and bytes allocated by a call",
            KERNELS.stream().map(task -> Side.ours(task.substring(7), task)).toList(),
            FORKS,
            3,
            30,
            1_500,
            Double.NaN));
    widths(rows);
    libraries(rows);
    commands(rows, quick);
    if (quick) {
      rows.replaceAll(Row::quick);
    }
    return rows;
  }

  /** Small steps of training run on one thread: a second would wait for the first. */
  private static boolean large(String shape) {
    return shape.contains("8011") || shape.contains("4096");
  }

  private static void roofline(List<Row> rows, boolean quick) {
    for (int threads = 1; threads <= 2; threads++) {
      rows.add(
          new Row(
              "roofline-" + threads,
              "limits of this machine, " + threads(threads),
              List.of(
                  Side.ours("multiply-adds in registers", "roofline fma " + threads),
                  Side.ours("reading memory", "roofline read " + threads),
                  Side.ours(
                      "copying memory",
                      "copy floats " + threads + (quick ? " 1024x4096" : " 8192x4096"))),
              FORKS,
              5,
              30,
              1_500,
              Double.NaN));
    }
  }

  private static void neighbors(List<Row> rows, boolean quick) {
    int queries = quick ? 200 : 10_000;
    for (int k : quick ? new int[] {3} : new int[] {3, 1, 10}) {
      String work = " mnist " + queries + " " + k;
      List<Side> l2 = new ArrayList<>();
      l2.add(Side.ours("lanewise", "auto knn L2" + work));
      l2.add(Side.ours("own gemm brute force", "brute knn L2" + work + " openblas"));
      if (k == 3) {
        l2.add(Side.ours("OpenBLAS sgemm alone", "blas products 2 " + queries));
      }
      l2.add(Side.python("faiss flat", "faiss knn L2" + work));
      rows.add(
          new Row(
              "knn-l2-" + k,
              "exact kNN, L2, MNIST, " + sizes(queries) + ", k = " + k + ", with building",
              l2,
              FORKS,
              2,
              0,
              quick ? 0 : LONG_WORK,
              1e-6));
      List<Side> l1 = new ArrayList<>();
      l1.add(Side.ours("lanewise", "auto knn L1" + work));
      int part = quick ? 20 : 100;
      l1.add(
          Side.ours(
                  "own SIMD brute force", "brute knn L1 mnist " + queries / 4 + " " + k + " vector")
              .part(.25));
      if (k == 3) {
        for (String peer : List.of("faiss", "sklearn", "scipy")) {
          l1.add(
              Side.python(peer + " L1", peer + " knn L1 mnist " + part + " " + k)
                  .part(part / (double) queries));
        }
      }
      rows.add(
          new Row(
              "knn-l1-" + k,
              "exact kNN, L1, MNIST, " + sizes(queries) + ", k = " + k + ", with building",
              l1,
              FORKS,
              2,
              0,
              quick ? 0 : LONG_WORK,
              Double.NaN));
    }
    int uniform = quick ? 100 : 3_000;
    String work = " uniform " + uniform + " 3";
    rows.add(
        new Row(
            "knn-l2-uniform",
            "exact kNN, L2, uniform random bytes, " + sizes(uniform) + ", k = 3",
            List.of(
                Side.ours("lanewise", "auto knn L2" + work),
                Side.ours("own gemm brute force", "brute knn L2" + work + " openblas")),
            FORKS,
            2,
            0,
            quick ? 0 : LONG_WORK,
            0));
    rows.add(
        new Row(
            "knn-l1-uniform",
            "exact kNN, L1, uniform random bytes, " + sizes(uniform) + ", k = 3",
            List.of(
                Side.ours("lanewise", "auto knn L1" + work),
                Side.ours("own SIMD brute force", "brute knn L1" + work + " vector")),
            FORKS,
            1,
            0,
            quick ? 0 : LONG_WORK,
            0));
  }

  private static String sizes(int queries) {
    return String.format(Locale.ROOT, "%,d x 60,000", queries);
  }

  private static void queries(List<Row> rows) {
    for (String metric : List.of("L2", "L1")) {
      rows.add(
          new Row(
                  "query-" + metric.toLowerCase(Locale.ROOT),
                  "one query, " + metric + ", 60,000 x 784 bytes, k = 3, index warm",
                  List.of(
                      Side.ours("lanewise", "auto query " + metric + " 3"),
                      Side.ours("float32 scan, OpenBLAS sgemv", "blas scan 2"),
                      Side.python("float32 scan, NumPy", "numpy scan 2"),
                      Side.python("float32 scan, PyTorch", "torch scan 2"),
                      Side.peer("float32 scan, Lucene VectorUtil", "lucene scan 2"),
                      Side.peer("float32 scan, jvector VectorUtil", "jvector scan 2")),
                  FORKS,
                  5,
                  100,
                  1_500,
                  Double.NaN)
              .withRests());
    }
  }

  private static Row product(String shape, int threads) {
    String work = " sgemm " + threads + " " + shape;
    return resting(
        threads,
        new Row(
            "sgemm-" + threads + "-" + shape.toLowerCase(Locale.ROOT).replace(' ', '-'),
            "sgemm " + shape + ", " + threads(threads),
            List.of(
                Side.ours("lanewise (auto)", "auto" + work),
                Side.ours("lanewise (vector)", "vector" + work),
                Side.ours("OpenBLAS", "blas" + work),
                Side.peer("MKL", "mkl" + work)),
            FORKS,
            7,
            threads == 1 ? 15 : 50,
            700,
            FLOATS));
  }

  /** With rests, where turns use both processors. */
  private static Row resting(int threads, Row row) {
    return threads == 1 ? row : row.withRests();
  }

  private static String threads(int threads) {
    return threads == 1 ? "one thread" : "two threads";
  }

  private static void rowWise(List<Row> rows, boolean quick) {
    String shape = quick ? "1024x4096" : "8192x4096";
    for (int threads = 1; threads <= 2; threads++) {
      for (String work : List.of("softmax", "sigmoid")) {
        String task = work + " " + threads + " " + shape;
        rows.add(
            resting(
                threads,
                new Row(
                    work + "-" + threads,
                    (work.equals("softmax") ? "row softmax" : "exp (a sigmoid of every element)")
                        + " of "
                        + shape
                        + " floats, out of cache, "
                        + threads(threads),
                    List.of(
                        Side.ours("lanewise", "vector " + task),
                        Side.ours("lanewise, in place", "vector " + task + " in-place"),
                        Side.ours(
                            "a copy of the same bytes", "copy floats " + threads + " " + shape),
                        Side.python("PyTorch", "torch " + task)),
                    FORKS,
                    5,
                    30,
                    1_000,
                    Double.NaN)));
      }
    }
  }

  private static void training(List<Row> rows, boolean quick) {
    double share = Epochs.MLP;
    rows.add(
        new Row(
                "mlp-epoch",
                "an epoch of mlp-mnist, 784-300-10, batches of 8",
                List.of(
                    Side.ours("lanewise", "auto mlp 2").part(share),
                    Side.ours("lanewise, one thread", "auto mlp 1").part(share),
                    Side.python("PyTorch by hand, one thread", "torch mlp 1 hand").part(share),
                    Side.python("PyTorch by hand, two threads", "torch mlp 2 hand").part(share),
                    Side.python("PyTorch nn, one thread", "torch mlp 1 nn").part(share),
                    Side.python("NumPy as written", "numpy mlp 2").part(share),
                    Side.peer("DJL PyTorch by hand, one thread", "djl mlp 1 hand").part(share)),
                quick ? 1 : FORKS,
                2,
                0,
                quick ? 0 : LONG_WORK,
                TRAINED)
            .withRests());
    share = Epochs.SOFTMAX;
    rows.add(
        new Row(
                "softmax-epoch",
                "an epoch of softmax-sgd, 784-10, batches of 128",
                List.of(
                    Side.ours("lanewise", "auto softmax-sgd 2").part(share),
                    Side.ours("lanewise, one thread", "auto softmax-sgd 1").part(share),
                    Side.python("PyTorch, one thread", "torch softmax-sgd 1").part(share),
                    Side.python("PyTorch, two threads", "torch softmax-sgd 2").part(share),
                    Side.python("NumPy", "numpy softmax-sgd 2").part(share),
                    Side.peer("DJL PyTorch, one thread", "djl softmax-sgd 1").part(share)),
                FORKS,
                2,
                200,
                1_500,
                TRAINED)
            .withRests());
    share = Epochs.NOT_MNIST;
    rows.add(
        new Row(
                "notmnist-epoch",
                "an epoch of notmnist-mlp, F = 1000, 15,000 rows, full batch",
                List.of(
                    Side.ours("lanewise", "auto notmnist 2").part(share),
                    Side.python("PyTorch", "torch notmnist 2").part(share),
                    Side.peer("DJL PyTorch", "djl notmnist 2").part(share)),
                quick ? 1 : FORKS,
                2,
                0,
                quick ? 0 : LONG_WORK,
                Double.NaN)
            .withRests());
    rows.add(
        new Row(
            "quadratic",
            "quadratic-ovr at 28 x 28, 50 passes",
            List.of(Side.ours("lanewise", "auto quadratic 2")),
            FORKS,
            2,
            0,
            500,
            Double.NaN));
  }

  private static void widths(List<Row> rows) {
    for (String work :
        List.of(
            "sgemm 1 NN 256x256x256",
            "distances L2 64x4096x784",
            "distances L1 64x4096x784",
            "softmax 1 1024x1024")) {
      List<Side> sides = new ArrayList<>();
      sides.add(Side.ours("lanewise", "vector " + work));
      for (Side.Where where : List.of(Side.Where.BITS_128, Side.Where.BITS_256)) {
        sides.add(new Side("forced to " + where.bits() + " bits", where, "vector " + work, 1));
      }
      if (nativeBits() >= 512) {
        sides.add(new Side("forced to 512 bits", Side.Where.BITS_512, "vector " + work, 1));
      }
      sides.add(Side.ours("plain loops", "scalar " + work));
      if (!work.startsWith("softmax")) {
        sides.add(Side.ours("OpenBLAS", "openblas " + work));
      }
      rows.add(
          new Row(
              "width-" + work.toLowerCase(Locale.ROOT).replace(' ', '-'),
              "widths: " + work,
              sides,
              FORKS,
              3,
              20,
              700,
              FLOATS));
    }
  }

  private static int nativeBits() {
    return jdk.incubator.vector.VectorShape.preferredShape().vectorBitSize();
  }

  private static void libraries(List<Row> rows) {
    String work = " sgemm 2 NN 1024x1024x1024";
    rows.add(
        new Row(
            "libraries-sgemm",
            "sgemm NN 1024x1024x1024, JVM libraries with all their threads",
            List.of(
                Side.ours("lanewise", "auto" + work),
                Side.peer("EJML", "ejml" + work),
                Side.peer("ojAlgo", "ojalgo" + work),
                Side.peer("DJL PyTorch", "djl" + work),
                Side.peer("Tribuo", "tribuo" + work)),
            1,
            3,
            0,
            1_000,
            FLOATS));
    // A row of its own: if its native library brings the process down, no other peer is lost.
    rows.add(
        new Row(
            "libraries-sgemm-nd4j",
            "sgemm NN 1024x1024x1024, ND4J with all its threads",
            List.of(Side.ours("lanewise", "auto" + work), Side.peer("ND4J", "nd4j" + work)),
            1,
            3,
            0,
            1_000,
            FLOATS));
    int part = 20;
    String knn = " knn L2 mnist " + part + " 3";
    rows.add(
        new Row(
            "libraries-knn",
            "exact kNN, L2, MNIST, 10,000 x 60,000, k = 3; libraries: 20 queries, scaled",
            List.of(
                Side.ours("lanewise", "auto knn L2 mnist 10000 3"),
                Side.peer("Smile", "smile" + knn).part(part / 10_000.0),
                Side.peer("Tribuo", "tribuo" + knn).part(part / 10_000.0),
                Side.peer("Lucene VectorUtil", "lucene" + knn).part(part / 10_000.0),
                Side.peer("jvector VectorUtil", "jvector" + knn).part(part / 10_000.0)),
            1,
            2,
            0,
            1_000,
            Double.NaN));
  }

  private static void commands(List<Row> rows, boolean quick) {
    rows.add(
        new Row(
            "grid",
            "the 54 networks of mlp-grid, a seed",
            List.of(
                Side.command("lanewise", GRID + GRID_SEEDS).part(GRID_SEEDS),
                Side.command("lanewise, one seed a process", GRID + 1),
                Side.python("PyTorch, nine networks a batch", "torch grid 2")),
            quick ? 0 : FORKS,
            1,
            0,
            0,
            Double.NaN));
    rows.add(
        new Row(
            "knn-1000",
            "./lanewise reproduce knn-1000, the whole process",
            List.of(Side.command("lanewise", "reproduce knn-1000")),
            FORKS,
            3,
            0,
            0,
            Double.NaN));
    rows.add(
        new Row(
            "reproduce",
            "./lanewise reproduce, everything, full data",
            List.of(Side.command("lanewise", "reproduce")),
            quick ? 0 : 1,
            1,
            0,
            0,
            Double.NaN));
  }
}
