package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which element lies where in a panel, and that nothing outside of the storage is read. */
@Tag("contract")
final class VectorGemmPackingTest {

  private static final int AT = 3;

  /** Around the steps that a transposed A is packed by, 64. */
  private static final int[] STEPS = {1, 2, 3, 4, 5, 7, 63, 64, 65, 130};

  private static final float GUARD = -1;

  /**
   * An operand of lanes x steps, one of whose strides is 1, with elements that are all different.
   *
   * @param behind elements of its storage behind the last of its own
   */
  private record Operand(int lanes, int steps, int laneStride, int stepStride, int behind) {

    static Operand along(boolean steps, int lanes, int depth, int gap, int behind) {
      return steps
          ? new Operand(lanes, depth, depth + gap, 1, behind)
          : new Operand(lanes, depth, 1, lanes + gap, behind);
    }

    MemorySegment storage() {
      float[] result = new float[AT + element(lanes - 1, steps - 1) + 1 + behind];
      for (int i = 0; i < result.length; i++) {
        result[i] = i;
      }
      return MemorySegment.ofArray(result);
    }

    private int element(int lane, int step) {
      return lane * laneStride + step * stepStride;
    }

    /** Panels of these widths, one behind the other. */
    void assertPacked(float[] panels, IntUnaryOperator width) {
      int first = 0;
      for (; first < lanes; first += width.applyAsInt(lanes - first)) {
        int wide = width.applyAsInt(lanes - first);
        for (int step = 0; step < steps; step++) {
          for (int lane = first; lane < Math.min(lanes, first + wide); lane++) {
            int place = first * steps + step * wide + lane - first;
            if (panels[place] != AT + element(lane, step)) {
              assertThat(panels[place])
                  .as("lane %d of step %d of %s", lane, step, this)
                  .isEqualTo(AT + element(lane, step));
            }
          }
        }
      }
      for (int i = first * steps; i < panels.length; i++) {
        assertThat(panels[i]).as("behind the panels of %s", this).isEqualTo(GUARD);
      }
    }
  }

  private static float[] room(int lanes, int width, int steps) {
    float[] result = new float[(lanes + width - 1) / width * width * steps + 2 * width];
    Arrays.fill(result, GUARD);
    return result;
  }

  @Test
  void panelsOfAHoldItsRowsStepByStep() {
    int width = VectorGemmTile.ROWS;
    for (int rows = 1; rows <= 2 * width + 1; rows++) {
      for (int steps : STEPS) {
        for (boolean plain : new boolean[] {true, false}) {
          Operand a = Operand.along(plain, rows, steps, rows % 3, 0);
          float[] panels = room(rows, width, steps);
          VectorGemmPacking.packA(
              a.storage(), AT, a.laneStride(), a.stepStride(), rows, steps, panels);
          a.assertPacked(panels, _ -> width);
        }
      }
    }
  }

  @Test
  void panelsOfBHoldItsColumnsStepByStep() {
    int width = VectorGemmTile.COLUMNS;
    for (int columns = 1; columns <= 3 * width + 1; columns++) {
      for (int steps : new int[] {1, 2, 5, 8}) {
        for (boolean plain : new boolean[] {true, false}) {
          // Where nothing lies behind, reading past the last step in whole vectors throws.
          for (int behind = 0; behind <= width; behind++) {
            Operand b = Operand.along(!plain, columns, steps, columns % 3, behind);
            float[] panels = room(columns, width, steps);
            VectorGemmPacking.packB(
                b.storage(),
                AT,
                b.laneStride(),
                b.stepStride(),
                columns,
                steps,
                MemorySegment.ofArray(panels),
                0);
            b.assertPacked(panels, VectorGemmTile::columns);
          }
        }
      }
    }
  }
}
