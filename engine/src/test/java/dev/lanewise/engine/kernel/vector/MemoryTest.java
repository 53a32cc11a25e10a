package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Metric;
import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** In the default run accesses are unchecked; forced widths run without native access. */
@Tag("contract")
final class MemoryTest {

  private static final Kernels KERNELS = new VectorKernels();

  private static boolean direct(MemorySegment segment) {
    return !Memory.of(segment).equals(segment);
  }

  private static void assumeUnchecked() {
    assumeTrue(Memory.description().equals("unchecked"), Memory.description());
  }

  @Test
  void uncheckedWhereNativeAccessIsGranted() {
    boolean granted = Memory.class.getModule().isNativeAccessEnabled() && Lanes.MASKS;
    assertThat(Memory.description().equals("unchecked")).isEqualTo(granted);
    if (Lanes.MASKS && !granted) {
      assertThat(Memory.description()).contains("--enable-native-access=ALL-UNNAMED");
    }
    assertThat(direct(Arena.ofAuto().allocate(8, 8))).isEqualTo(granted);
  }

  @Test
  void onlyMemoryThatNobodyCanClose() {
    assumeUnchecked();
    assertThat(direct(Arena.global().allocate(8, 8))).isTrue();
    try (Arena confined = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      assertThat(direct(confined.allocate(8, 8))).isFalse();
      assertThat(direct(shared.allocate(8, 8))).isFalse();
    }
  }

  @Test
  void onlyElementsAtMultiplesOfTheirSize() {
    assumeUnchecked();
    MemorySegment segment = Arena.ofAuto().allocate(128, 64);
    assertThat(direct(segment.asSlice(4))).isTrue();
    assertThat(direct(segment.asSlice(2))).isFalse();
    FloatMatrix odd = FloatMatrix.of(segment.asSlice(2), 3, 5);
    KERNELS.axpby(0, odd, 0, odd);
    KERNELS.addRow(FloatMatrix.copyOf(new float[] {1, 2, 3, 4, 5}, 1, 5), odd);
    assertThat(odd.segment().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * odd.index(2, 3)))
        .isEqualTo(4);
  }

  @Test
  void positionsAreThoseOfTheMatrix() {
    FloatMatrix x = FloatMatrix.copyOf(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    FloatMatrix view = x.block(1, 3, 1, 2);
    MemorySegment memory = Memory.of(view);
    assertThat(memory.get(ValueLayout.JAVA_FLOAT, Memory.at(view, 1))).isEqualTo(6);
    ByteMatrix bytes = ByteMatrix.copyOf(new byte[] {7, 8, 9}, 1, 3);
    assertThat(Memory.of(bytes).get(ValueLayout.JAVA_BYTE, Memory.start(bytes.block(0, 1, 2, 3))))
        .isEqualTo((byte) 9);
    Memory.keep(x, bytes);
  }

  @Test
  void closedMemoryIsAnException() {
    Arena arena = Arena.ofShared();
    FloatMatrix x = FloatMatrix.zeros(arena, 40, 70);
    FloatMatrix y = FloatMatrix.zeros(40, 70);
    arena.close();
    assertThatThrownBy(() -> KERNELS.softmaxRows(x, y)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> KERNELS.axpy(1, y, x)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(
            () -> KERNELS.gemm(Transpose.NO, Transpose.YES, 1, x, y, 0, FloatMatrix.zeros(40, 40)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void readOnlyMemoryTakesNoResult() {
    FloatMatrix x = FloatMatrix.copyOf(new float[] {1, 2, 3}, 1, 3);
    FloatMatrix fixed = FloatMatrix.of(x.segment().asReadOnly(), 1, 3);
    assertThatThrownBy(() -> KERNELS.activate(Activation.RELU, x, fixed))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("read-only memory: FloatMatrix[1 x 3]");
    KERNELS.addRow(fixed, x);
    assertThat(x.row(0)).containsExactly(2, 4, 6);
  }

  @Test
  void bothWaysGiveTheSameBits() {
    Random random = new Random(1);
    try (Arena arena = Arena.ofShared()) {
      for (int[] shape : new int[][] {{1, 1, 1}, {8, 300, 10}, {37, 53, 29}, {130, 10, 784}}) {
        FloatMatrix a = random(FloatMatrix.zeros(shape[0], shape[2]), random);
        FloatMatrix b = random(FloatMatrix.zeros(shape[1], shape[2]), random);
        FloatMatrix c = FloatMatrix.zeros(shape[0], shape[1]);
        FloatMatrix closableA = copy(arena, a);
        FloatMatrix closableB = copy(arena, b);
        FloatMatrix closableC = copy(arena, c);
        KERNELS.gemm(Transpose.NO, Transpose.YES, 1, a, b, 0, c);
        KERNELS.gemm(Transpose.NO, Transpose.YES, 1, closableA, closableB, 0, closableC);
        assertThat(closableC.toArray()).containsExactly(c.toArray());
        KERNELS.softmaxRows(c, c);
        KERNELS.softmaxRows(closableC, closableC);
        assertThat(closableC.toArray()).containsExactly(c.toArray());
        bytes(arena, shape, random);
      }
    }
  }

  private static void bytes(Arena arena, int[] shape, Random random) {
    ByteMatrix queries = bytes(ByteMatrix.zeros(shape[0], shape[2]), random);
    ByteMatrix rows = bytes(ByteMatrix.zeros(shape[1], shape[2]), random);
    ByteMatrix closable = ByteMatrix.zeros(arena, shape[1], shape[2]);
    closable.segment().copyFrom(rows.segment());
    for (Metric metric : Metric.values()) {
      IntMatrix out = IntMatrix.zeros(shape[0], shape[1]);
      IntMatrix other = IntMatrix.zeros(arena, shape[0], shape[1]);
      KERNELS.distances(metric, queries, rows, out);
      KERNELS.distances(metric, queries, closable, other);
      assertThat(other.segment().mismatch(out.segment())).isEqualTo(-1);
    }
  }

  private static FloatMatrix random(FloatMatrix x, Random random) {
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        x.set(i, j, random.nextFloat() - 0.5f);
      }
    }
    return x;
  }

  private static ByteMatrix bytes(ByteMatrix x, Random random) {
    byte[] bytes = new byte[x.rows() * x.columns()];
    random.nextBytes(bytes);
    MemorySegment.copy(bytes, 0, x.segment(), ValueLayout.JAVA_BYTE, 0, bytes.length);
    return x;
  }

  private static FloatMatrix copy(Arena arena, FloatMatrix x) {
    FloatMatrix result = FloatMatrix.zeros(arena, x.rows(), x.columns());
    result.setAll(x);
    return result;
  }
}
