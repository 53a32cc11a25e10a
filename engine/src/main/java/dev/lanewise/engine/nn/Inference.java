package dev.lanewise.engine.nn;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The forward pass over one set of rows, repeatable without allocating as the parameters change.
 * Hidden layers exist for a chunk of rows at a time.
 */
final class Inference {

  private final Engine engine;
  private final Kernels kernels;
  private final Parameters parameters;
  private final Arena arena;
  private final FloatMatrix x;
  private final int chunks;
  private final FloatMatrix[] inputs;
  private final SparseRows @Nullable [] sparseInputs;
  private final FloatMatrix[] logitChunks;
  private final FloatMatrix[] scoreChunks;
  private final FloatMatrix[] probabilityChunks;
  private final FloatMatrix logits;
  private final FloatMatrix scores;
  private final FloatMatrix probabilities;
  private final @Nullable SoftmaxOverRows overRows;
  private @Nullable Tally lastTally;
  private final ArrayDeque<Hidden> free = new ArrayDeque<>();

  /**
   * @param sparse the rows of {@code x} without their zeros, or null if that is not worth it
   * @param arena for results and hidden layers
   */
  Inference(
      Engine engine,
      Parameters parameters,
      Output output,
      FloatMatrix x,
      @Nullable SparseRows sparse,
      Arena arena) {
    this.engine = engine;
    this.kernels = EngineKernels.of(engine);
    this.parameters = parameters;
    this.arena = arena;
    this.x = x;
    int rows = x.rows();
    int classes = parameters.classes();
    this.chunks = Work.chunks(rows);
    this.logits = FloatMatrix.zeros(arena, rows, classes);
    this.probabilities = FloatMatrix.zeros(arena, rows, classes);
    if (output == Output.SOFTMAX_OVER_ROWS) {
      this.scores = FloatMatrix.zeros(arena, rows, classes);
      this.overRows = new SoftmaxOverRows(kernels, arena, rows, classes);
    } else {
      this.scores = logits;
      this.overRows = null;
    }
    this.inputs = chunksOf(x);
    this.sparseInputs = sparse == null ? null : chunksOf(sparse);
    this.logitChunks = chunksOf(logits);
    this.scoreChunks = chunksOf(scores);
    this.probabilityChunks = chunksOf(probabilities);
  }

  static FloatMatrix[] chunksOf(FloatMatrix x) {
    FloatMatrix[] views = new FloatMatrix[Work.chunks(x.rows())];
    for (int c = 0; c < views.length; c++) {
      views[c] = views.length == 1 ? x : x.rows(c * Work.CHUNK, Work.chunkEnd(c, x.rows()));
    }
    return views;
  }

  private static SparseRows[] chunksOf(SparseRows x) {
    SparseRows[] parts = new SparseRows[Work.chunks(x.rows())];
    for (int c = 0; c < parts.length; c++) {
      parts[c] = x.rows(c * Work.CHUNK, Work.chunkEnd(c, x.rows()));
    }
    return parts;
  }

  /** n x classes; valid until the next call of this instance. */
  FloatMatrix logits() {
    Work.run(engine.parallelism(), (long) x.rows() * parameters.products(), chunks, this::forward);
    return logits;
  }

  /** As {@link #logits}, after the output layer. */
  FloatMatrix scores() {
    logits();
    if (overRows != null) {
      overRows.scores(logits, scores);
    }
    return scores;
  }

  /** As {@link #logits}: the row-wise softmax of the scores. */
  FloatMatrix probabilities() {
    scores();
    Work.run(engine.parallelism(), 0, chunks, this::softmax);
    return probabilities;
  }

  private void softmax(int c) {
    kernels.softmaxRows(scoreChunks[c], probabilityChunks[c]);
  }

  Evaluation evaluate(int[] labels, List<Measure> measures) {
    probabilities();
    Tally tally = tally(measures);
    for (int c = 0; c < chunks; c++) {
      tally.count(
          c, scores, probabilities, labels, c * Work.CHUNK, Work.chunkEnd(c, labels.length));
    }
    return tally.evaluation(labels.length);
  }

  /** The one of the last call, which asked for the same most likely. */
  private Tally tally(List<Measure> measures) {
    Tally last = lastTally;
    if (last == null || !last.isOf(measures)) {
      last = new Tally(measures, x.rows(), parameters.classes());
      lastTally = last;
    }
    return last;
  }

  private void forward(int c) {
    FloatMatrix input = inputs[c];
    Hidden hidden = take();
    for (int l = 0; l < parameters.layers(); l++) {
      boolean last = l == parameters.layers() - 1;
      FloatMatrix output = last ? logitChunks[c] : hidden.layer(l, input.rows());
      FloatMatrix w = parameters.weights[l];
      if (l == 0 && sparseInputs != null) {
        kernels.sparseGemm(Transpose.NO, 1, sparseInputs[c], w, 0, output);
      } else {
        kernels.gemm(Transpose.NO, Transpose.NO, 1, input, w, 0, output);
      }
      kernels.addRow(parameters.biases[l], output);
      if (!last) {
        kernels.activate(parameters.activation, output, output);
      }
      input = output;
    }
    give(hidden);
  }

  private Hidden take() {
    synchronized (free) {
      Hidden hidden = free.poll();
      return hidden != null
          ? hidden
          : new Hidden(arena, parameters, Math.min(Work.CHUNK, x.rows()));
    }
  }

  private void give(Hidden hidden) {
    synchronized (free) {
      free.push(hidden);
    }
  }

  /** The hidden layers of one chunk: as many of these as threads. */
  private static final class Hidden {
    private final FloatMatrix[] whole;
    private final FloatMatrix[] part;

    Hidden(Arena arena, Parameters parameters, int rows) {
      whole = new FloatMatrix[parameters.layers() - 1];
      for (int l = 0; l < whole.length; l++) {
        whole[l] = AlignedRows.zeros(arena, rows, parameters.sizes[l + 1]);
      }
      part = whole.clone();
    }

    /** Only the last chunk is shorter, so the views change at most twice a pass. */
    FloatMatrix layer(int l, int rows) {
      if (rows == whole[l].rows()) {
        return whole[l];
      }
      if (rows != part[l].rows()) {
        part[l] = whole[l].rows(0, rows);
      }
      return part[l];
    }
  }
}
