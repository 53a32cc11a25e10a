package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxTest {
  @TempDir private Path directory;

  /** A file of unsigned bytes with these dimensions and as many elements as are given. */
  private Path file(int[] dimensions, int elements) throws IOException {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dimensions.length + elements);
    file.putInt(0x800 | dimensions.length);
    for (int dimension : dimensions) {
      file.putInt(dimension);
    }
    for (int i = 0; i < elements; i++) {
      file.put((byte) (250 + i));
    }
    return Files.write(directory.resolve("x"), file.array());
  }

  private static void refuses(ThrowingCallable reading, int at, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(reading)
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.offset()).isEqualTo(at));
  }

  @Test
  void imagesHaveThreeDimensionsOrTwo() throws IOException {
    Idx.Images three = Idx.images(file(new int[] {2, 3, 4}, 24));
    assertThat(three.height()).isEqualTo(3);
    assertThat(three.width()).isEqualTo(4);
    assertThat(three.pixels().get(1, 0)).isEqualTo(250 + 12 - 256);
    Idx.Images two = Idx.images(file(new int[] {6, 4}, 24));
    assertThat(two.height()).isEqualTo(1);
    assertThat(two.width()).isEqualTo(4);
    assertThat(two.pixels().rows()).isEqualTo(6);
    for (int[] dimensions : new int[][] {{24}, {2, 3, 2, 2}}) {
      Path file = file(dimensions, 24);
      refuses(() -> Idx.images(file), 3, "images in 3 or 2 dimensions, found " + dimensions.length);
    }
    Path images = file(new int[] {2, 12}, 24);
    refuses(() -> Idx.labels(images), 3, "labels in 1 dimension, found 2");
  }

  @Test
  void labelsAreBytes() throws IOException {
    assertThat(Idx.labels(file(new int[] {8}, 8)))
        .containsExactly(250, 251, 252, 253, 254, 255, 0, 1);
    assertThat(Idx.labels(file(new int[] {0}, 0), 1)).isEmpty();
    Path longer = file(new int[] {7}, 8);
    refuses(() -> Idx.labels(longer), 15, "there are bytes after the end of the data");
  }

  @Test
  void noneOfTheLargestImagesIsReadAndNoLargerOnes() throws IOException {
    int[] largest = {0, 1, Integer.MAX_VALUE};
    assertThat(Idx.images(file(largest, 0)).pixels().columns()).isEqualTo(Integer.MAX_VALUE);
    Path larger = file(new int[] {0, 0x8000, 0x10000}, 0);
    refuses(() -> Idx.images(larger), 8, "an image of 32768 x 65536 pixels cannot be read");
    Path empty = file(new int[] {1, 0, 5}, 0);
    refuses(() -> Idx.images(empty), 8, "an image of 0 x 5 pixels cannot be read");
    Path most = file(new int[] {Integer.MAX_VALUE, 1, Integer.MAX_VALUE}, 0);
    refuses(() -> Idx.images(most), 16, "needs 4611686014132420609 bytes");
    Path negative = file(new int[] {1, 1, 0x80000000}, 0);
    refuses(() -> Idx.images(negative), 12, "dimension 2147483648 is too large");
  }
}
