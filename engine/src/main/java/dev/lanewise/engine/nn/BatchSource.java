package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import dev.lanewise.engine.random.Draws;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Hands out one training's batches without allocating. */
abstract sealed class BatchSource {

  private final int[] sizes;
  private final int updates;

  /**
   * Batches of one size, but for a shorter last one of an epoch.
   *
   * @param rows in an epoch
   */
  private BatchSource(int rows, int size) {
    int tail = rows % size;
    this.sizes = tail == 0 ? new int[] {size} : new int[] {size, tail};
    this.updates = (rows + size - 1) / size;
  }

  /** From here on a dense product packs its weights for enough rows to be faster. */
  private static final int MOST_SPARSE_ROWS = 32;

  static BatchSource of(
      Batching batching,
      Samples samples,
      SparseForms forms,
      RandomGenerator random,
      int classes,
      Arena arena) {
    return switch (batching) {
      case Batching.Full() -> new InOrder(samples, forms, samples.size());
      case Batching.InOrder(int size) ->
          new InOrder(samples, forms, Math.min(size, samples.size()));
      case Batching.Shuffled(int size) ->
          new Shuffled(samples, Math.min(size, samples.size()), random, arena);
      case Batching.Stratified(int perClass) ->
          new Stratified(samples, perClass, random, classes, arena);
    };
  }

  /** Updates in an epoch. */
  final int updates() {
    return updates;
  }

  /** The sizes that occur: that of all batches, and if it differs that of the last. */
  final int[] sizes() {
    return sizes;
  }

  /** Whether an update's batch is of the first or the second of {@link #sizes}. */
  final int sizeIndex(int update) {
    return update == updates - 1 ? sizes.length - 1 : 0;
  }

  /** To be called before every epoch. */
  void startEpoch() {}

  /** Makes an update's batch the current one. */
  abstract void load(int update);

  /** The current batch's rows. */
  abstract FloatMatrix rows();

  /** The current batch without its zeros, if that form was worth keeping. */
  @Nullable SparseRows sparse() {
    return null;
  }

  /** The current batch's labels. */
  abstract int[] labels();

  private static void copyRow(FloatMatrix from, int fromRow, FloatMatrix to, int toRow) {
    MemorySegment.copy(
        from.segment(),
        4 * from.index(fromRow, 0),
        to.segment(),
        4 * to.index(toRow, 0),
        4L * from.columns());
  }

  /**
   * Views of the samples themselves. They are the same in every epoch, so their sparse form is
   * built once; a single batch of all samples is left to gemm, which is faster where rows are many.
   */
  private static final class InOrder extends BatchSource {
    private final FloatMatrix[] rows;
    private final SparseRows @Nullable [] sparse;
    private final int[][] labels;
    private int current;

    InOrder(Samples samples, SparseForms forms, int size) {
      super(samples.size(), size);
      rows = new FloatMatrix[updates()];
      labels = new int[updates()][];
      for (int u = 0; u < rows.length; u++) {
        int from = u * size;
        int to = Math.min(samples.size(), from + size);
        rows[u] = samples.rows().rows(from, to);
        labels[u] = Arrays.copyOfRange(samples.labels(), from, to);
      }
      SparseRows whole = size <= MOST_SPARSE_ROWS ? forms.of(samples.rows()) : null;
      sparse = whole == null ? null : batches(whole, size, rows.length);
    }

    private static SparseRows[] batches(SparseRows whole, int size, int updates) {
      SparseRows[] batches = new SparseRows[updates];
      for (int u = 0; u < updates; u++) {
        int to = Math.min(whole.rows(), (u + 1) * size);
        batches[u] = whole.rows(u * size, to);
      }
      return batches;
    }

    @Override
    @Nullable SparseRows sparse() {
      return sparse == null ? null : sparse[current];
    }

    @Override
    void load(int update) {
      current = update;
    }

    @Override
    FloatMatrix rows() {
      return rows[current];
    }

    @Override
    int[] labels() {
      return labels[current];
    }
  }

  /** Copies of rows in the order of a permutation. */
  private static final class Shuffled extends BatchSource {
    private final Samples samples;
    private final RandomGenerator random;
    private final int size;
    private final int[] order;
    private final FloatMatrix[] rows;
    private final int[][] labels;
    private int current;

    Shuffled(Samples samples, int size, RandomGenerator random, Arena arena) {
      super(samples.size(), size);
      this.samples = samples;
      this.random = random;
      this.size = size;
      order = new int[samples.size()];
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      int[] sizes = sizes();
      rows = new FloatMatrix[sizes.length];
      labels = new int[sizes.length][];
      for (int s = 0; s < sizes.length; s++) {
        rows[s] = FloatMatrix.zeros(arena, sizes[s], samples.rows().columns());
        labels[s] = new int[sizes[s]];
      }
    }

    @Override
    void startEpoch() {
      Draws.shuffle(random, order);
    }

    @Override
    void load(int update) {
      current = sizeIndex(update);
      int[] chosen = labels[current];
      for (int i = 0; i < chosen.length; i++) {
        int row = order[update * size + i];
        chosen[i] = samples.labels()[row];
        copyRow(samples.rows(), row, rows[current], i);
      }
    }

    @Override
    FloatMatrix rows() {
      return rows[current];
    }

    @Override
    int[] labels() {
      return labels[current];
    }
  }

  /** Copies of rows drawn anew, class by class. */
  private static final class Stratified extends BatchSource {
    private final Samples samples;
    private final RandomGenerator random;
    private final int perClass;
    private final int[][] rowsOfClass;
    private final FloatMatrix rows;
    private final int[] labels;

    Stratified(Samples samples, int perClass, RandomGenerator random, int classes, Arena arena) {
      super(Math.multiplyExact(perClass, classes), Math.multiplyExact(perClass, classes));
      this.samples = samples;
      this.random = random;
      this.perClass = perClass;
      int[] counts = new int[classes];
      for (int label : samples.labels()) {
        counts[label]++;
      }
      rowsOfClass = new int[classes][];
      for (int c = 0; c < classes; c++) {
        if (counts[c] < perClass) {
          throw new IllegalArgumentException(
              "class "
                  + c
                  + " has "
                  + counts[c]
                  + " rows, a stratified batch takes "
                  + perClass
                  + " of each class");
        }
        rowsOfClass[c] = new int[counts[c]];
      }
      Arrays.fill(counts, 0);
      for (int i = 0; i < samples.size(); i++) {
        int label = samples.labels()[i];
        rowsOfClass[label][counts[label]++] = i;
      }
      rows = FloatMatrix.zeros(arena, perClass * classes, samples.rows().columns());
      labels = new int[perClass * classes];
    }

    @Override
    void load(int update) {
      for (int c = 0; c < rowsOfClass.length; c++) {
        Draws.shuffleFirst(random, rowsOfClass[c], perClass);
        for (int i = 0; i < perClass; i++) {
          int to = c * perClass + i;
          labels[to] = c;
          copyRow(samples.rows(), rowsOfClass[c][i], rows, to);
        }
      }
    }

    @Override
    FloatMatrix rows() {
      return rows;
    }

    @Override
    int[] labels() {
      return labels;
    }
  }
}
