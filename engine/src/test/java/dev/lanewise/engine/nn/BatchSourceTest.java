package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class BatchSourceTest {

  /** Row i holds i; labels go round. */
  private static Samples numbered(int rows, int classes) {
    FloatMatrix x = FloatMatrix.zeros(rows, 2);
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      x.set(i, 1, i);
      labels[i] = i % classes;
    }
    return new Samples(x, labels);
  }

  private static BatchSource source(Batching batching, Samples samples, int classes) {
    return BatchSource.of(
        batching,
        samples,
        new SparseForms(Parallelism.serial()),
        TestData.random(5),
        classes,
        Arena.ofAuto());
  }

  /** The rows of one epoch, batch by batch; checks that labels go with them. */
  private static List<List<Integer>> epoch(BatchSource source, Samples samples) {
    List<List<Integer>> batches = new ArrayList<>();
    source.startEpoch();
    for (int u = 0; u < source.updates(); u++) {
      source.load(u);
      List<Integer> batch = new ArrayList<>();
      for (int i = 0; i < source.rows().rows(); i++) {
        int row = (int) source.rows().get(i, 1);
        batch.add(row);
        assertThat(source.labels()[i]).isEqualTo(samples.labels()[row]);
      }
      assertThat(source.labels()).hasSize(source.sizes()[source.sizeIndex(u)]);
      batches.add(batch);
    }
    return batches;
  }

  @Test
  void fullAndOrderedBatchesAreTheRowsAsTheyStand() {
    Samples samples = numbered(7, 3);
    assertThat(epoch(source(Batching.full(), samples, 3), samples))
        .containsExactly(List.of(0, 1, 2, 3, 4, 5, 6));
    BatchSource source = source(Batching.inOrder(3), samples, 3);
    for (int epoch = 0; epoch < 2; epoch++) {
      assertThat(epoch(source, samples))
          .containsExactly(List.of(0, 1, 2), List.of(3, 4, 5), List.of(6));
    }
    assertThat(epoch(source(Batching.inOrder(7), samples, 3), samples)).hasSize(1);
    assertThat(epoch(source(Batching.inOrder(100), samples, 3), samples)).hasSize(1);
  }

  @Test
  void theSparseFormOfABatchIsItsRows() {
    Samples few = sparse(70, 40);
    for (int size : new int[] {32, 9}) {
      BatchSource source = source(Batching.inOrder(size), few, 3);
      for (int u = 0; u < source.updates(); u++) {
        source.load(u);
        SparseRows batch = source.sparse();
        assertThat(batch).isNotNull();
        assertThat(dense(batch).toArray()).isEqualTo(source.rows().toArray());
        FloatMatrix inputs = dense(batch.transposed());
        for (int i = 0; i < source.rows().rows(); i++) {
          for (int j = 0; j < 40; j++) {
            assertThat(inputs.get(j, i)).isEqualTo(source.rows().get(i, j));
          }
        }
      }
    }
    for (BatchSource source :
        List.of(
            source(Batching.inOrder(33), few, 3),
            source(Batching.full(), few, 3),
            source(Batching.inOrder(5), numbered(70, 3), 3),
            source(Batching.shuffled(5), few, 3))) {
      source.load(0);
      assertThat(source.sparse()).isNull();
    }
  }

  /** One element of ten is not 0. */
  private static Samples sparse(int rows, int columns) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows * columns; i += 10) {
      x.set(i / columns, i % columns, i + 1);
    }
    return new Samples(x, new int[rows]);
  }

  private static FloatMatrix dense(SparseRows rows) {
    FloatMatrix x = FloatMatrix.zeros(rows.rows(), rows.columns());
    for (int i = 0; i < rows.rows(); i++) {
      for (int k = rows.start(i); k < rows.end(i); k++) {
        x.set(i, rows.columnArray()[k], rows.valueArray()[k]);
      }
    }
    return x;
  }

  @Test
  void everyEpochHasAPermutationOfItsOwn() {
    Samples samples = numbered(103, 10);
    BatchSource source = source(Batching.shuffled(8), samples, 10);
    Set<List<Integer>> orders = new HashSet<>();
    for (int epoch = 0; epoch < 5; epoch++) {
      List<List<Integer>> batches = epoch(source, samples);
      assertThat(batches).hasSize(13);
      assertThat(batches.getLast()).hasSize(7);
      List<Integer> order = batches.stream().flatMap(List::stream).toList();
      assertThat(order).doesNotHaveDuplicates().hasSize(103);
      orders.add(order);
    }
    assertThat(orders).hasSize(5);
  }

  @Test
  void stratifiedBatchesTakeAsManyOfEachClassAndDrawAnew() {
    Samples samples = numbered(40, 4);
    BatchSource source = source(Batching.stratified(3), samples, 4);
    assertThat(source.updates()).isEqualTo(1);
    int[] drawn = new int[40];
    Set<List<Integer>> batches = new HashSet<>();
    for (int update = 0; update < 1000; update++) {
      List<Integer> batch = epoch(source, samples).getFirst();
      assertThat(batch).hasSize(12).doesNotHaveDuplicates();
      for (int i = 0; i < 12; i++) {
        assertThat(samples.labels()[batch.get(i)]).isEqualTo(i / 3);
        drawn[batch.get(i)]++;
      }
      batches.add(batch);
    }
    assertThat(batches).hasSizeGreaterThan(990);
    for (int count : drawn) {
      // 300 expected, standard deviation 14.5.
      assertThat(count).isBetween(225, 375);
    }
    assertThat(epoch(source(Batching.stratified(10), samples, 4), samples).getFirst())
        .hasSize(40)
        .doesNotHaveDuplicates();
    assertThatThrownBy(() -> source(Batching.stratified(11), samples, 4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("class 0 has 10 rows, a stratified batch takes 11 of each class");
  }

  @Test
  void aBatchMayBeOneRow() {
    Samples samples = numbered(3, 3);
    assertThat(epoch(source(Batching.inOrder(1), samples, 3), samples))
        .containsExactly(List.of(0), List.of(1), List.of(2));
    assertThat(epoch(source(Batching.shuffled(1), samples, 3), samples)).hasSize(3);
    assertThat(epoch(source(Batching.stratified(1), samples, 3), samples))
        .containsExactly(List.of(0, 1, 2));
  }

  @Test
  void emptyBatchesAreRefused() {
    assertThatThrownBy(() -> Batching.inOrder(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch must have at least one row, not 0");
    assertThatThrownBy(() -> Batching.shuffled(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Batching.stratified(0)).isInstanceOf(IllegalArgumentException.class);
  }
}
