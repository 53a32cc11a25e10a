package dev.lanewise.engine.kernel.vector;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every shape about three blocks of 4 x 4, in memory that ends with the last element. */
@Tag("contract")
final class VectorTransposeTest {

  private static final int SIDES = 13;
  private static final int AT = 3;
  private static final float GUARD = -1;

  private interface Check {
    void of(int rows, int columns, float[] from, int stride, int toStride, float[] expected);
  }

  private static void everyShape(Check check) {
    for (int rows = 1; rows <= SIDES; rows++) {
      for (int columns = 1; columns <= SIDES; columns++) {
        for (int gap = 0; gap < 3; gap++) {
          int stride = columns + gap;
          int toStride = rows + 2 - gap;
          float[] from = new float[AT + (rows - 1) * stride + columns];
          for (int i = 0; i < from.length; i++) {
            from[i] = i;
          }
          float[] expected = guards((columns - 1) * toStride + rows);
          for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
              expected[AT + j * toStride + i] = from[AT + i * stride + j];
            }
          }
          check.of(rows, columns, from, stride, toStride, expected);
        }
      }
    }
  }

  private static float[] guards(int elements) {
    float[] result = new float[AT + elements];
    Arrays.fill(result, GUARD);
    return result;
  }

  @Test
  void elementsChangePlacesBetweenSegments() {
    everyShape(
        (rows, columns, from, stride, toStride, expected) -> {
          float[] to = guards(expected.length - AT);
          VectorTranspose.transpose(
              rows,
              columns,
              MemorySegment.ofArray(from),
              AT,
              stride,
              MemorySegment.ofArray(to),
              AT,
              toStride);
          assertThat(to).as("%d x %d", rows, columns).isEqualTo(expected);
        });
  }

  @Test
  void elementsChangePlacesFromASegmentToAnArray() {
    everyShape(
        (rows, columns, from, stride, toStride, expected) -> {
          float[] to = guards(expected.length - AT);
          VectorTranspose.transpose(
              rows, columns, MemorySegment.ofArray(from), AT, stride, to, AT, toStride);
          assertThat(to).as("%d x %d", rows, columns).isEqualTo(expected);
        });
  }
}
