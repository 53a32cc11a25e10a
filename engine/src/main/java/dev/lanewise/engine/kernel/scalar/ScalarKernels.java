package dev.lanewise.engine.kernel.scalar;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import dev.lanewise.engine.matrix.SparseRows;

/** The specification of {@link Kernels}: optimise elsewhere. */
public final class ScalarKernels implements Kernels {

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public void gemm(
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c) {
    int k = Shapes.gemm(transposeA, transposeB, a, b, c);
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.columns(); j++) {
        float sum = 0;
        if (alpha != 0) {
          for (int p = 0; p < k; p++) {
            sum += op(transposeA, a, i, p) * op(transposeB, b, p, j);
          }
          sum *= alpha;
        }
        c.set(i, j, beta == 0 ? sum : sum + beta * c.get(i, j));
      }
    }
  }

  private static float op(Transpose transpose, FloatMatrix x, int i, int j) {
    return transpose == Transpose.NO ? x.get(i, j) : x.get(j, i);
  }

  @Override
  public void sparseGemm(
      Transpose transposeA, float alpha, SparseRows a, FloatMatrix b, float beta, FloatMatrix c) {
    Shapes.sparseGemm(transposeA, a, b, c);
    // Not even to write what is there: another thread may be adding to a row that this one has not.
    if (beta != 1) {
      for (int i = 0; i < c.rows(); i++) {
        for (int j = 0; j < c.columns(); j++) {
          c.set(i, j, beta == 0 ? 0 : beta * c.get(i, j));
        }
      }
    }
    if (alpha == 0) {
      return;
    }
    for (int i = 0; i < a.rows(); i++) {
      for (int k = a.start(i); k < a.end(i); k++) {
        int p = a.columnArray()[k];
        float factor = alpha * a.valueArray()[k];
        int from = transposeA == Transpose.NO ? p : i;
        int to = transposeA == Transpose.NO ? i : p;
        for (int j = 0; j < c.columns(); j++) {
          c.set(to, j, c.get(to, j) + factor * b.get(from, j));
        }
      }
    }
  }

  @Override
  public void distances(Metric metric, ByteMatrix queries, ByteMatrix rows, IntMatrix out) {
    Shapes.distances(queries, rows, out);
    Shapes.byteColumns(rows);
    for (int i = 0; i < queries.rows(); i++) {
      for (int j = 0; j < rows.rows(); j++) {
        out.set(i, j, distance(metric, queries, i, rows, j));
      }
    }
  }

  private static int distance(Metric metric, ByteMatrix a, int i, ByteMatrix b, int j) {
    int sum = 0;
    switch (metric) {
      case L1 -> {
        for (int p = 0; p < a.columns(); p++) {
          sum += Math.abs(a.get(i, p) - b.get(j, p));
        }
      }
      case SQUARED_L2 -> {
        for (int p = 0; p < a.columns(); p++) {
          int difference = a.get(i, p) - b.get(j, p);
          sum += difference * difference;
        }
      }
      case DOT -> {
        for (int p = 0; p < a.columns(); p++) {
          sum += a.get(i, p) * b.get(j, p);
        }
      }
    }
    return sum;
  }

  @Override
  public void distances(Metric metric, FloatMatrix queries, FloatMatrix rows, FloatMatrix out) {
    Shapes.distances(queries, rows, out);
    for (int i = 0; i < queries.rows(); i++) {
      for (int j = 0; j < rows.rows(); j++) {
        out.set(i, j, distance(metric, queries, i, rows, j));
      }
    }
  }

  private static float distance(Metric metric, FloatMatrix a, int i, FloatMatrix b, int j) {
    float sum = 0;
    switch (metric) {
      case L1 -> {
        for (int p = 0; p < a.columns(); p++) {
          sum += Math.abs(a.get(i, p) - b.get(j, p));
        }
      }
      case SQUARED_L2 -> {
        for (int p = 0; p < a.columns(); p++) {
          float difference = a.get(i, p) - b.get(j, p);
          sum += difference * difference;
        }
      }
      case DOT -> {
        for (int p = 0; p < a.columns(); p++) {
          sum += a.get(i, p) * b.get(j, p);
        }
      }
    }
    return sum;
  }

  @Override
  public void distances(
      Metric metric,
      ByteMatrix queries,
      int query,
      ByteMatrix rows,
      int[] chosen,
      int count,
      int[] out) {
    Shapes.chosen(queries, query, rows, chosen, count, out);
    Shapes.byteColumns(rows);
    for (int c = 0; c < count; c++) {
      out[c] = distance(metric, queries, query, rows, chosen[c]);
    }
  }

  @Override
  public void dotsAtLeast(
      FloatMatrix queries, FloatMatrix vectors, float[] limits, int[] counts, int[] hits) {
    Shapes.screen("dotsAtLeast", queries, vectors, limits.length, counts, hits);
    for (int i = 0; i < queries.rows(); i++) {
      int count = 0;
      for (int j = 0; j < vectors.columns(); j++) {
        float sum = 0;
        for (int p = 0; p < queries.columns(); p++) {
          sum += queries.get(i, p) * vectors.get(p, j);
        }
        if (sum >= limits[i]) {
          hits[i * vectors.columns() + count++] = j;
        }
      }
      counts[i] = count;
    }
  }

  @Override
  public void l1AtMost(
      ByteMatrix queries, ByteMatrix vectors, int[] limits, int[] counts, int[] hits) {
    Shapes.screen("l1AtMost", queries, vectors, limits.length, counts, hits);
    Shapes.narrow(queries);
    for (int i = 0; i < queries.rows(); i++) {
      int count = 0;
      for (int j = 0; j < vectors.columns(); j++) {
        int sum = 0;
        for (int p = 0; p < queries.columns(); p++) {
          sum += Math.abs(queries.get(i, p) - vectors.get(p, j));
        }
        if (sum <= limits[i]) {
          hits[i * vectors.columns() + count++] = j;
        }
      }
      counts[i] = count;
    }
  }

  @Override
  public int atMost(IntMatrix values, int row, int limit, int[] hits) {
    Shapes.hits(values, hits);
    int count = 0;
    for (int j = 0; j < values.columns(); j++) {
      if (values.get(row, j) <= limit) {
        hits[count++] = j;
      }
    }
    return count;
  }

  @Override
  public int atMost(FloatMatrix values, int row, float limit, int[] hits) {
    Shapes.hits(values, hits);
    int count = 0;
    for (int j = 0; j < values.columns(); j++) {
      if (values.get(row, j) <= limit) {
        hits[count++] = j;
      }
    }
    return count;
  }

  @Override
  public void transpose(FloatMatrix x, FloatMatrix out) {
    Shapes.transposed("transpose", x, out);
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        out.set(j, i, x.get(i, j));
      }
    }
  }

  @Override
  public void softmaxRows(FloatMatrix logits, FloatMatrix probabilities) {
    Shapes.same("softmaxRows", logits, probabilities);
    for (int i = 0; i < logits.rows(); i++) {
      float max = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < logits.columns(); j++) {
        max = Math.max(max, logits.get(i, j));
      }
      float sum = 0;
      for (int j = 0; j < logits.columns(); j++) {
        float e = (float) Math.exp(logits.get(i, j) - max);
        probabilities.set(i, j, e);
        sum += e;
      }
      for (int j = 0; j < logits.columns(); j++) {
        probabilities.set(i, j, probabilities.get(i, j) / sum);
      }
    }
  }

  @Override
  public void inverseProbabilities(FloatMatrix x, FloatMatrix y, int[] labels, float[] out) {
    Shapes.labels("inverseProbabilities", x, y, labels, out);
    for (int i = 0; i < x.columns(); i++) {
      float label = x.get(labels[i], i) + y.get(labels[i], i);
      float sum = 0;
      for (int j = 0; j < x.rows(); j++) {
        sum += (float) Math.exp(x.get(j, i) + y.get(j, i) - label);
      }
      out[i] = sum;
    }
  }

  @Override
  public void addRow(FloatMatrix row, FloatMatrix x) {
    Shapes.row("addRow", row, x);
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        x.set(i, j, x.get(i, j) + row.get(0, j));
      }
    }
  }

  @Override
  public void columnSums(FloatMatrix x, FloatMatrix sums) {
    Shapes.row("columnSums", sums, x);
    for (int j = 0; j < x.columns(); j++) {
      float sum = 0;
      for (int i = 0; i < x.rows(); i++) {
        sum += x.get(i, j);
      }
      sums.set(0, j, sum);
    }
  }

  @Override
  public void axpy(float alpha, FloatMatrix x, FloatMatrix y) {
    Shapes.same("axpy", x, y);
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        y.set(i, j, y.get(i, j) + alpha * x.get(i, j));
      }
    }
  }

  @Override
  public void axpby(float alpha, FloatMatrix x, float beta, FloatMatrix y) {
    Shapes.same("axpby", x, y);
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        y.set(i, j, alpha * x.get(i, j) + beta * y.get(i, j));
      }
    }
  }

  @Override
  public void activate(Activation activation, FloatMatrix sums, FloatMatrix activations) {
    Shapes.same("activate", sums, activations);
    for (int i = 0; i < sums.rows(); i++) {
      for (int j = 0; j < sums.columns(); j++) {
        activations.set(i, j, value(activation, sums.get(i, j)));
      }
    }
  }

  /** Each operation rounds to float, as float32 libraries do: a (1 - a) depends on it. */
  private static float value(Activation activation, float z) {
    return switch (activation) {
      case IDENTITY -> z;
      case RELU -> Math.max(z, 0f);
      case ATAN -> (float) Math.atan(z);
      case SIGMOID -> 1f / (1f + (float) Math.exp(-z));
      case TANH -> (float) Math.tanh(z);
    };
  }

  @Override
  public void timesDerivative(
      Activation activation, FloatMatrix sums, FloatMatrix activations, FloatMatrix gradient) {
    Shapes.same("timesDerivative", sums, gradient);
    Shapes.same("timesDerivative", activations, gradient);
    for (int i = 0; i < gradient.rows(); i++) {
      for (int j = 0; j < gradient.columns(); j++) {
        float g = gradient.get(i, j);
        float a = activations.get(i, j);
        float z = sums.get(i, j);
        gradient.set(
            i,
            j,
            switch (activation) {
              case IDENTITY -> g;
              case RELU -> a > 0 ? g : 0f;
              case ATAN -> g / (1f + z * z);
              case SIGMOID -> g * (a * (1f - a));
              case TANH -> g * (1f - a * a);
            });
      }
    }
  }

  @Override
  public void adam(
      float beta1,
      float beta2,
      float rate,
      float rootCorrection,
      float epsilon,
      FloatMatrix gradient,
      FloatMatrix mean,
      FloatMatrix meanSquare,
      FloatMatrix x) {
    Shapes.same("adam", gradient, x);
    Shapes.same("adam", mean, x);
    Shapes.same("adam", meanSquare, x);
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        float g = gradient.get(i, j);
        float m = beta1 * mean.get(i, j) + (1f - beta1) * g;
        float v = beta2 * meanSquare.get(i, j) + (1f - beta2) * (g * g);
        mean.set(i, j, m);
        meanSquare.set(i, j, v);
        float root = (float) Math.sqrt(v) / rootCorrection;
        x.set(i, j, x.get(i, j) - rate * m / (root + epsilon));
      }
    }
  }

  @Override
  public long firstNonFinite(FloatMatrix x) {
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        if (!Float.isFinite(x.get(i, j))) {
          return (long) i * x.columns() + j;
        }
      }
    }
    return -1;
  }
}
