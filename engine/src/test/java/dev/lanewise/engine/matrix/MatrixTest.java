package dev.lanewise.engine.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class MatrixTest {

  private static FloatMatrix counting(int rows, int columns) {
    FloatMatrix result = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result.set(i, j, 10 * i + j);
      }
    }
    return result;
  }

  @Test
  void storageIsAlignedZeroAndRowMajor() {
    FloatMatrix x = FloatMatrix.zeros(3, 5);
    assertThat(x.segment().address() % Matrix.ALIGNMENT).isZero();
    assertThat(x.toArray()).containsOnly(0).hasSize(15);
    x.set(1, 2, 7);
    assertThat(x.toArray()[7]).isEqualTo(7);
    assertThat(x.index(1, 2)).isEqualTo(7);
    assertThat(x.toString()).isEqualTo("FloatMatrix[3 x 5]");
  }

  @Test
  void viewsShareTheMemoryAndKeepTheStride() {
    FloatMatrix x = counting(4, 6);
    FloatMatrix block = x.block(1, 3, 2, 5);
    assertThat(block.shape()).isEqualTo("2 x 3");
    assertThat(block.stride()).isEqualTo(6);
    assertThat(block.offset()).isEqualTo(8);
    assertThat(block.isContiguous()).isFalse();
    assertThat(block.toArray()).containsExactly(12, 13, 14, 22, 23, 24);
    block.set(0, 0, -1);
    assertThat(x.get(1, 2)).isEqualTo(-1);
    assertThat(x.rows(2, 4).block(0, 2, 1, 2).toArray()).containsExactly(21, 31);
    assertThat(x.rows(4, 4).rows()).isZero();
    assertThat(block.row(1)).containsExactly(22, 23, 24);
    assertThat(block.gather(1, 0).toArray()).containsExactly(22, 23, 24, -1, 13, 14);
    assertThat(block.rows(1, 2).isContiguous()).isTrue();
    assertThat(x.rows(1, 3).isContiguous()).isTrue();
    FloatMatrix copy = block.copy();
    copy.set(0, 0, 99);
    assertThat(block.get(0, 0)).isEqualTo(-1);
    assertThat(copy.isContiguous()).isTrue();
  }

  @Test
  void gatherTakesRowsInTheOrderGiven() {
    assertThat(counting(3, 2).gather(2, 0, 2).toArray()).containsExactly(20, 21, 0, 1, 20, 21);
    assertThatThrownBy(() -> counting(3, 2).gather(3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(ByteMatrix.copyOf(new byte[] {1, 2, 3, 4}, 2, 2).gather(1).toArray())
        .containsExactly(3, 4);
    assertThat(IntMatrix.copyOf(new int[] {1, 2, 3, 4}, 2, 2).gather(1, 1).toArray())
        .containsExactly(3, 4, 3, 4);
  }

  @Test
  void bytesAreUnsigned() {
    ByteMatrix x = ByteMatrix.copyOf(new byte[] {0, 127, -128, -1}, 2, 2);
    assertThat(x.get(0, 1)).isEqualTo(127);
    assertThat(x.get(1, 0)).isEqualTo(128);
    assertThat(x.get(1, 1)).isEqualTo(255);
    x.set(0, 0, 200);
    assertThat(x.row(0)).containsExactly((byte) 200, (byte) 127);
    x.set(0, 1, 255);
    assertThat(x.get(0, 1)).isEqualTo(255);
    for (int value : new int[] {-1, 256}) {
      assertThatThrownBy(() -> x.set(0, 0, value))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("value " + value);
    }
  }

  @Test
  void bytesAndIntsAreViewedAndCopiedAsFloatsAre() {
    ByteMatrix bytes = ByteMatrix.copyOf(new byte[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
    ByteMatrix someBytes = bytes.block(1, 3, 1, 3);
    assertThat(someBytes.toArray()).containsExactly(5, 6, 8, 9);
    assertThat(someBytes.row(1)).containsExactly(8, 9);
    assertThat(someBytes.copy().toArray()).containsExactly(5, 6, 8, 9);
    assertThat(someBytes.gather(1, 0).toArray()).containsExactly(8, 9, 5, 6);
    bytes.rows(0, 2).block(0, 2, 0, 2).setAll(someBytes.copy());
    assertThat(bytes.toArray()).containsExactly(5, 6, 3, 8, 9, 6, 7, 8, 9);

    IntMatrix ints = IntMatrix.copyOf(new int[][] {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}});
    IntMatrix someInts = ints.block(1, 3, 1, 3);
    assertThat(someInts.toArray()).containsExactly(5, 6, 8, 9);
    assertThat(someInts.row(1)).containsExactly(8, 9);
    assertThat(someInts.copy().toArray()).containsExactly(5, 6, 8, 9);
    assertThat(someInts.gather(1, 0).toArray()).containsExactly(8, 9, 5, 6);
    someInts.set(0, 1, -someInts.get(0, 1));
    assertThat(ints.get(1, 2)).isEqualTo(-6);
    someInts.set(0, 1, 6);
    ints.rows(0, 2).block(0, 2, 0, 2).setAll(someInts.copy());
    assertThat(ints.toArray()).containsExactly(5, 6, 3, 8, 9, 6, 7, 8, 9);
  }

  @Test
  void arraysOfRowsMustBeRectangular() {
    assertThat(FloatMatrix.copyOf(new float[][] {{1, 2}, {3, 4}}).row(1)).containsExactly(3, 4);
    assertThat(FloatMatrix.copyOf(new float[] {1, 2, 3, 4}, 2, 2).row(1)).containsExactly(3, 4);
    assertThat(FloatMatrix.copyOf(new float[0][]).shape()).isEqualTo("0 x 0");
    assertThat(ByteMatrix.copyOf(new byte[0][]).shape()).isEqualTo("0 x 0");
    assertThat(IntMatrix.copyOf(new int[0][]).shape()).isEqualTo("0 x 0");
    for (ThrowingCallable ragged :
        new ThrowingCallable[] {
          () -> FloatMatrix.copyOf(new float[][] {{1, 2}, {3}}),
          () -> ByteMatrix.copyOf(new byte[][] {{1, 2}, {3}}),
          () -> IntMatrix.copyOf(new int[][] {{1, 2}, {3}})
        }) {
      assertThatThrownBy(ragged)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("row 1 has 1", "row 0 has 2");
    }
    for (ThrowingCallable tooFew :
        new ThrowingCallable[] {
          () -> FloatMatrix.copyOf(new float[5], 2, 3),
          () -> ByteMatrix.copyOf(new byte[5], 2, 3),
          () -> IntMatrix.copyOf(new int[5], 2, 3)
        }) {
      assertThatThrownBy(tooFew)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("5 elements", "2 x 3");
    }
    assertThatThrownBy(() -> FloatMatrix.copyOf(new float[6], -2, -3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-2 x -3");
  }

  @Test
  void impossibleShapesAndIndicesAreRefused() {
    MemorySegment some = counting(2, 3).segment();
    for (int[] shape : new int[][] {{-1, 2}, {2, -1}}) {
      String negative = "negative shape " + shape[0] + " x " + shape[1];
      assertThatThrownBy(() -> FloatMatrix.zeros(shape[0], shape[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(negative);
      assertThatThrownBy(() -> FloatMatrix.of(some, shape[0], shape[1]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(negative);
    }
    FloatMatrix x = counting(2, 3);
    assertThatThrownBy(() -> x.get(0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> x.get(2, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> x.set(-1, 0, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> x.block(0, 3, 0, 1)).isInstanceOf(IndexOutOfBoundsException.class);
    for (ThrowingCallable other :
        new ThrowingCallable[] {
          () -> x.setAll(counting(3, 3)),
          () -> x.setAll(counting(2, 2)),
          () -> ByteMatrix.zeros(2, 3).setAll(ByteMatrix.zeros(3, 3)),
          () -> ByteMatrix.zeros(2, 3).setAll(ByteMatrix.zeros(2, 2)),
          () -> IntMatrix.zeros(2, 3).setAll(IntMatrix.zeros(3, 3)),
          () -> IntMatrix.zeros(2, 3).setAll(IntMatrix.zeros(2, 2))
        }) {
      assertThatThrownBy(other)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("cannot copy", "into 2 x 3");
    }
  }

  @Test
  void foreignMemoryMustBeNativeLargeEnoughAndAlive() {
    assertThatThrownBy(() -> FloatMatrix.of(MemorySegment.ofArray(new float[6]), 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("native");
    FloatMatrix x;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(24, 4);
      x = FloatMatrix.of(segment, 2, 3);
      x.set(1, 2, 5);
      assertThat(x.get(1, 2)).isEqualTo(5);
      assertThatThrownBy(() -> FloatMatrix.of(segment, 3, 3))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("a 3 x 3 matrix (stride 3, offset 0) needs 9 elements; the segment holds 6");
      assertThat(ByteMatrix.of(segment, 4, 6).rows()).isEqualTo(4);
      assertThat(IntMatrix.of(segment, 3, 2).columns()).isEqualTo(2);
    }
    assertThatThrownBy(() -> x.get(0, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void emptyMatricesWork() {
    for (FloatMatrix x :
        new FloatMatrix[] {
          FloatMatrix.zeros(0, 4),
          FloatMatrix.zeros(4, 0),
          FloatMatrix.copyOf(new float[0], 0, 4),
          FloatMatrix.copyOf(new float[0], 4, 0)
        }) {
      assertThat(x.toArray()).isEmpty();
      assertThat(x.copy().shape()).isEqualTo(x.shape());
    }
  }
}
