package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pickles of one image, referred to a thousand times; an instruction is a Latin-1 character. */
class MiniMnistTest {
  @TempDir private Path directory;

  @Test
  void readsAThousandImages() throws IOException {
    ImageSet set = read(pickle(28, 1000, ordered()));
    assertThat(set.labels()).isEqualTo(ordered());
    assertThat(set.images().shape()).isEqualTo("1000 x 784");
    assertThat(set.images().row(999)).containsOnly('x');
  }

  @Test
  void refusesAnotherContent() throws IOException {
    refuses("}.", "the lists 'images' and 'labels'");
    refuses("].", "the lists 'images' and 'labels'");
    refuses(pickle(28, 999, ordered()), "found 999 and 1000");
    refuses(pickle(28, 1000, Arrays.copyOf(ordered(), 999)), "found 1000 and 999");
    refuses(pickle(14, 1000, ordered()), "image 0 is not an array of 28 x 28");
  }

  @Test
  void refusesLabelsThatAreNotAHundredOfEachInOrder() throws IOException {
    int[] labels = ordered();
    labels[999] = 10;
    refuses(pickle(28, 1000, labels), "label 999 is not in 0..9");
    labels[999] = 0;
    refuses(pickle(28, 1000, labels), "image 999 is out of order");
    int[] unequal = ordered();
    unequal[99] = 1;
    refuses(pickle(28, 1000, unequal), "found [99, 101, 100");
  }

  private void refuses(String program, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> read(program))
        .withMessageContaining("mini-mnist-1000.pickle")
        .withMessageContaining(why);
  }

  private ImageSet read(String program) throws IOException {
    Path file = directory.resolve("mini-mnist/mini-mnist-1000.pickle");
    Files.createDirectories(file.getParent());
    Files.write(file, ("\u0080\3" + program).getBytes(StandardCharsets.ISO_8859_1));
    return DataCatalog.at(directory).miniMnist();
  }

  private static int[] ordered() {
    return IntStream.range(0, 1000).map(row -> row / 100).toArray();
  }

  private static String pickle(int side, int images, int[] labels) {
    char pixels = (char) side;
    int bytes = side * side;
    StringBuilder program = new StringBuilder("}(X\6\0\0\0images](");
    program.append(
        "cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\0\u0085C\1b\u0087R(K\1");
    program.append('K').append(pixels).append('K').append(pixels).append('\u0086');
    program.append("cnumpy\ndtype\nX\2\0\0\0u1\u0089\u0088\u0087R\u0089B");
    program.append((char) (bytes & 0xFF)).append((char) (bytes >> 8)).append("\0\0");
    program.append("x".repeat(bytes)).append("tbq\0");
    program.append("h\0".repeat(images - 1)).append('e');
    program.append("X\6\0\0\0labels](");
    for (int label : labels) {
      program.append('K').append((char) label);
    }
    return program.append("eu.").toString();
  }
}
