package dev.lanewise.engine.kernel.vector;

import com.sun.management.ThreadMXBean;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A program for {@link CompilationTest}: repeats each kernel until its calls allocate nothing, that
 * is until all of it is compiled and no vector is boxed, and says which of them never got there.
 */
final class QuietCalls {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** More than enough: the slowest takes some hundred. */
  private static final int CALLS = 4_000;

  /** Calls in a row that must allocate nothing. */
  private static final int QUIET = 10;

  private QuietCalls() {}

  /** With an argument, in an order that it seeds: what C2 makes of a kernel depends on what ran. */
  public static void main(String[] args) {
    List<Map.Entry<String, Runnable>> kernels =
        new ArrayList<>(kernels(new VectorKernels()).entrySet());
    if (args.length > 0) {
      Collections.shuffle(kernels, new Random(Long.parseLong(args[0])));
    }
    kernels.forEach(k -> System.out.println(k.getKey() + " allocates " + leastBytes(k.getValue())));
  }

  /** 0, or what the last call allocated. */
  private static long leastBytes(Runnable work) {
    long bytes = 0;
    int quiet = 0;
    for (int call = 0; call < CALLS && quiet < QUIET; call++) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      work.run();
      bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
      quiet = bytes == 0 ? quiet + 1 : 0;
    }
    return quiet == QUIET ? 0 : bytes;
  }

  private static Map<String, Runnable> kernels(Kernels k) {
    Map<String, Runnable> work = new LinkedHashMap<>();
    // Some columns are left over at every width.
    ByteMatrix bytes = ByteMatrix.zeros(64, 100);
    int[] chosen = new int[64];
    int[] out = new int[64];
    for (Metric metric : Metric.values()) {
      work.put(metric + " distances", () -> k.distances(metric, bytes, 0, bytes, chosen, 64, out));
    }
    IntMatrix all = IntMatrix.zeros(64, 64);
    work.put("all L1 distances", () -> k.distances(Metric.L1, bytes, bytes, all));
    FloatMatrix x = FloatMatrix.zeros(16, 105);
    FloatMatrix y = FloatMatrix.zeros(16, 105);
    FloatMatrix mean = FloatMatrix.zeros(16, 105);
    FloatMatrix square = FloatMatrix.zeros(16, 105);
    for (Activation activation : Activation.values()) {
      work.put(activation + " activation", () -> k.activate(activation, x, y));
      work.put(activation + " derivative", () -> k.timesDerivative(activation, x, y, mean));
    }
    work.put("adam", () -> k.adam(.9f, .999f, 1e-3f, 1, 1e-8f, x, mean, square, y));
    work.put("softmax", () -> k.softmaxRows(x, y));
    FloatMatrix large = FloatMatrix.zeros(1, VectorActivationsSigmoid.MANY);
    work.put("sigmoid of many", () -> k.activate(Activation.SIGMOID, large, large));
    FloatMatrix ten = FloatMatrix.zeros(60, 10);
    FloatMatrix shares = FloatMatrix.zeros(60, 10);
    work.put("softmax of ten", () -> k.softmaxRows(ten, shares));
    FloatMatrix examples = FloatMatrix.zeros(10, 60);
    work.put("transpose", () -> k.transpose(ten, examples));
    int[] labels = new int[60];
    float[] inverse = new float[60];
    work.put("inverse", () -> k.inverseProbabilities(examples, examples, labels, inverse));
    FloatMatrix dense = FloatMatrix.zeros(16, 20);
    for (int i = 0; i < 16; i++) {
      for (int j = 0; j <= i; j++) {
        dense.set(i, j, 1);
      }
    }
    SparseRows sparse = SparseRows.of(dense);
    FloatMatrix weights = FloatMatrix.zeros(20, 105);
    work.put("sparse product", () -> k.sparseGemm(Transpose.NO, 1, sparse, weights, 0, y));
    work.put("transposed", () -> k.sparseGemm(Transpose.YES, 1, sparse, x, 1, weights));
    for (int classes : new int[] {10, 16}) {
      FloatMatrix narrow = FloatMatrix.zeros(20, classes);
      FloatMatrix scores = FloatMatrix.zeros(16, classes);
      work.put(
          "sparse product of " + classes,
          () -> k.sparseGemm(Transpose.NO, 1, sparse, narrow, 0, scores));
      work.put(
          "transposed of " + classes,
          () -> k.sparseGemm(Transpose.YES, 1, sparse, scores, 1, narrow));
    }
    FloatMatrix a = FloatMatrix.zeros(60, 60);
    FloatMatrix c = FloatMatrix.zeros(60, 60);
    for (Transpose first : Transpose.values()) {
      for (Transpose second : Transpose.values()) {
        work.put("product " + first + " " + second, () -> k.gemm(first, second, 1, a, a, 0, c));
      }
    }
    FloatMatrix hidden = FloatMatrix.zeros(64, 16);
    FloatMatrix square16 = FloatMatrix.zeros(16, 16);
    FloatMatrix errors16 = FloatMatrix.zeros(64, 16);
    FloatMatrix wide60 = FloatMatrix.zeros(64, 60);
    FloatMatrix rows60 = FloatMatrix.zeros(60, 16);
    work.put(
        "product of sixteen",
        () -> k.gemm(Transpose.NO, Transpose.NO, 1, hidden, square16, 0, errors16));
    work.put(
        "product of sixteen, turned",
        () -> k.gemm(Transpose.NO, Transpose.YES, 1, hidden, square16, 0, errors16));
    work.put(
        "product of sixteen, few",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, hidden, errors16, 1, square16));
    work.put(
        "product of sixty, turned",
        () -> k.gemm(Transpose.NO, Transpose.YES, 1, hidden, rows60, 0, wide60));
    for (FloatMatrix some : new FloatMatrix[] {ten, x, weights}) {
      FloatMatrix row = FloatMatrix.zeros(1, some.columns());
      String shape = some.shape();
      work.put("row added to " + shape, () -> k.addRow(row, some));
      work.put("columns of " + shape, () -> k.columnSums(some, row));
    }
    FloatMatrix few = FloatMatrix.zeros(9, 60);
    FloatMatrix b = FloatMatrix.zeros(60, 300);
    FloatMatrix wide = FloatMatrix.zeros(9, 300);
    work.put("packed product", () -> k.gemm(Transpose.NO, Transpose.NO, 1, few, b, 0, wide));
    work.put("product of ten", () -> k.gemm(Transpose.NO, Transpose.NO, 1, a, ten, 0, shares));
    FloatMatrix deep = FloatMatrix.zeros(60, 210);
    FloatMatrix deepWeights = FloatMatrix.zeros(210, 10);
    FloatMatrix deepRows = FloatMatrix.zeros(10, 210);
    work.put(
        "product of ten, deep",
        () -> k.gemm(Transpose.NO, Transpose.NO, 1, deep, deepWeights, 0, shares));
    work.put(
        "product of ten rows, deep",
        () -> k.gemm(Transpose.NO, Transpose.YES, 1, deep, deepRows, 0, shares));
    FloatMatrix eight = FloatMatrix.zeros(8, 20);
    FloatMatrix errors = FloatMatrix.zeros(8, 105);
    work.put(
        "product of depth eight",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, eight, errors, 0, weights));
    FloatMatrix classes = FloatMatrix.zeros(105, 10);
    FloatMatrix steps = FloatMatrix.zeros(8, 60);
    FloatMatrix gradient = FloatMatrix.zeros(60, 105);
    work.put(
        "product of depth eight, many rows",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, steps, errors, 0, gradient));
    work.put(
        "product of depth eight, added",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, steps, errors, 1, gradient));
    work.put(
        "product of depth ten",
        () -> k.gemm(Transpose.NO, Transpose.YES, 1, ten, classes, 0, gradient));
    FloatMatrix scoresOfEight = FloatMatrix.zeros(8, 10);
    work.put(
        "product of ten, depth eight",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, steps, scoresOfEight, 0, shares));
    FloatMatrix outputs = FloatMatrix.zeros(300, 10);
    FloatMatrix back = FloatMatrix.zeros(8, 300);
    work.put(
        "product of depth ten, few rows",
        () -> k.gemm(Transpose.NO, Transpose.YES, 1, scoresOfEight, outputs, 0, back));
    FloatMatrix batch = FloatMatrix.zeros(128, 784);
    FloatMatrix scoresOfBatch = FloatMatrix.zeros(128, 10);
    FloatMatrix slope = FloatMatrix.zeros(784, 10);
    work.put(
        "product of ten, transposed",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, batch, scoresOfBatch, 0, slope));
    FloatMatrix tall = FloatMatrix.zeros(100, 350);
    FloatMatrix tallSquare = FloatMatrix.zeros(350, 100);
    FloatMatrix hundred = FloatMatrix.zeros(100, 100);
    work.put(
        "product of several panels, transposed",
        () -> k.gemm(Transpose.YES, Transpose.NO, 1, tallSquare, tallSquare, 0, hundred));
    work.put(
        "product of several panels, turned",
        () -> k.gemm(Transpose.NO, Transpose.YES, 1, tall, tall, 0, hundred));
    return work;
  }
}
