package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small valid files, damaged at random: a reader returns something valid or says what is wrong. */
class DamagedFilesTest {
  private static final int ROUNDS = 300;
  private static final byte[] IMAGES = {
    0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 1, 2, 3, 4, 5, 6, 7, 8
  };
  private static final byte[] LABELS = {0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 9};

  @TempDir private Path directory;
  private int files;

  @Test
  void readsTheUndamaged() throws IOException {
    assertThat(Idx.images(write(IMAGES)).pixels().row(1)).containsExactly(5, 6, 7, 8);
    assertThat(Idx.images(write(gzip(IMAGES))).height()).isEqualTo(2);
    assertThat(Idx.labels(write(LABELS), 10)).containsExactly(1, 2, 9);
    assertThat(Npz.read(write(resource("deflated.npz"))).get("labels")).isNotNull();
    Unpickler.load(write(resource("array.pickle")));
  }

  @Test
  void idxImages() throws IOException {
    damage(IMAGES, Idx::images);
    damage(gzip(IMAGES), Idx::images);
  }

  @Test
  void idxLabels() throws IOException {
    damage(LABELS, file -> Idx.labels(file, 10));
    damage(gzip(LABELS), file -> Idx.labels(file, 10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"u1-C.npy", "i4be-F.npy", "f8le-C.npy"})
  void npy(String name) throws IOException {
    damage(resource(name), Npy::read);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stored.npz", "deflated.npz"})
  void npz(String name) throws IOException {
    damage(resource(name), Npz::read);
  }

  @Test
  void pickle() throws IOException {
    damage(resource("array.pickle"), Unpickler::load);
  }

  @Test
  void namesFileAndOffset() throws IOException {
    Path file = write(new byte[] {0, 0, 8, 1, 0, 0, 0, 3, 1, 10, 2});
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Idx.labels(file, 10))
        .withMessage(file + ", byte 9: label 10 is not in 0..9")
        .satisfies(e -> assertThat(e.offset()).isEqualTo(9));
  }

  @Test
  void refusesAbsurdDimensionsAndTrailingBytes() throws IOException {
    byte[] absurd = IMAGES.clone();
    absurd[4] = 0x7F;
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Idx.images(write(absurd)))
        .withMessageContaining("needs");
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Idx.images(write(gzip(absurd))))
        .withMessageContaining("needs");
    for (byte[] file : new byte[][] {IMAGES, gzip(IMAGES)}) {
      assertThatExceptionOfType(DataFormatException.class)
          .isThrownBy(() -> Idx.images(write(Arrays.copyOf(file, file.length + 1))))
          .withMessageContaining("after the end");
    }
  }

  @Test
  void refusesAGzipBomb() throws IOException {
    byte[] bomb = Arrays.copyOf(IMAGES, 50_000_000);
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Idx.images(write(gzip(bomb))))
        .withMessageContaining("byte 24: there are bytes after the end");
  }

  /** The JDK writes none; some tools do. */
  @Test
  void checksTheChecksumOfAGzipHeader() throws IOException {
    byte[] packed = gzip(LABELS);
    byte[] summed = new byte[packed.length + 2];
    System.arraycopy(packed, 0, summed, 0, 10);
    System.arraycopy(packed, 10, summed, 12, packed.length - 10);
    summed[3] = 2;
    CRC32 crc = new CRC32();
    crc.update(summed, 0, 10);
    summed[10] = (byte) crc.getValue();
    summed[11] = (byte) (crc.getValue() >>> 8);
    assertThat(Idx.labels(write(summed), 10)).containsExactly(1, 2, 9);
    for (int bit = 0; bit < 16; bit++) {
      byte[] damaged = summed.clone();
      damaged[10 + bit / 8] ^= (byte) (1 << bit % 8);
      assertThatExceptionOfType(DataFormatException.class)
          .isThrownBy(() -> Idx.labels(write(damaged), 10))
          .withMessageContaining("byte 10: the header's checksum does not match");
    }
  }

  @Test
  void refusesToCallAnythingByName() throws IOException {
    byte[] call = "\u0080\u0002cos\nsystem\n.".getBytes(StandardCharsets.ISO_8859_1);
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Unpickler.load(write(call)))
        .withMessageContaining("byte 2: the pickle asks for 'os.system', which is refused");
  }

  private void damage(byte[] valid, Consumer<Path> reader) throws IOException {
    Random random = new Random(2);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] damaged = valid.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      Path file = write(damaged);
      try {
        reader.accept(file);
      } catch (DataFormatException e) {
        assertThat(e.file()).startsWith(file.toString());
        assertThat(e.offset()).isNotNegative();
        refused++;
      }
    }
    assertThat(refused).as("refused of %d", ROUNDS).isGreaterThan(ROUNDS / 10);
  }

  private Path write(byte[] bytes) throws IOException {
    // a new file each time: writing over an old one waits for the disk
    return Files.write(directory.resolve("file" + files++), bytes);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = DamagedFilesTest.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }
}
