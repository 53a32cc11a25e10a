package dev.lanewise.engine.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.file.AtomicWrite;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.IntMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFileTest {

  @TempDir Path directory;

  private static ModelWriter everything() {
    return new ModelWriter("test-kind")
        .integer("an-integer", Long.MIN_VALUE + 7)
        .real("a-real", -0.1)
        .text("a-text", "SOME_text-1.0")
        .bytes("bytes", ByteMatrix.copyOf(new byte[] {0, 1, (byte) 255, 3, 4, 5}, 2, 3))
        .floats("floats", FloatMatrix.copyOf(new float[][] {{1.5f}, {Float.MIN_VALUE}}))
        .intRows("ints", new int[] {-1, 2}, new int[] {3, Integer.MIN_VALUE})
        .doubles("doubles", new double[] {Math.PI, Double.MAX_VALUE});
  }

  private Path write(ModelWriter writer) {
    Path file = directory.resolve("x.lwm");
    writer.write(file);
    return file;
  }

  @Test
  void whatWasWrittenIsRead() {
    ModelFile file = ModelFile.open(write(everything()));
    file.verify();
    file.expect("other", "test-kind");
    assertThat(file.kind()).isEqualTo("test-kind");
    assertThat(file.integer("an-integer")).isEqualTo(Long.MIN_VALUE + 7);
    assertThat(file.real("a-real")).isEqualTo(-0.1);
    assertThat(file.text("a-text")).isEqualTo("SOME_text-1.0");
    ByteMatrix bytes = file.bytes("bytes");
    assertThat(bytes.row(0)).containsExactly(0, 1, 255);
    assertThat(bytes.row(1)).containsExactly(3, 4, 5);
    assertThat(file.floats("floats").toArray()).containsExactly(1.5f, Float.MIN_VALUE);
    assertThat(file.ints("ints").row(1)).containsExactly(3, Integer.MIN_VALUE);
    assertThat(file.doubles("doubles")[0]).containsExactly(Math.PI, Double.MAX_VALUE);
    assertThat(file.entries()).hasSize(7);
    assertThat(file.has("ints")).isTrue();
    assertThat(file.has("int")).isFalse();
    for (ModelFile.Entry entry : file.entries()) {
      if (entry.type().isMatrix()) {
        assertThat(entry.offset() % 64).isZero();
      }
    }
  }

  @Test
  void theLeastAndTheMostThatAFileHolds() {
    ModelFile empty = ModelFile.open(write(new ModelWriter("k")));
    empty.verify();
    assertThat(empty.entries()).isEmpty();

    String longest = "a".repeat(24);
    ModelWriter writer =
        new ModelWriter("K".repeat(32)).text(longest, "T".repeat(32)).text("type", "UINT8");
    // A whole number of cache lines: nothing pads the end.
    writer.bytes("bytes", ByteMatrix.zeros(2, 64));
    for (int i = 3; i < 4096; i++) {
      writer.integer("n" + i, i);
    }
    ModelFile file = ModelFile.open(write(writer));
    file.verify();
    file.expect("K".repeat(32));
    assertThat(file.text(longest)).isEqualTo("T".repeat(32));
    assertThat(file.constant("type", ElementType.class)).isEqualTo(ElementType.UINT8);
    assertThat(file.integer("n4095")).isEqualTo(4095);
    assertThat(file.entries()).hasSize(4096);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.integer("n4096", 1))
        .withMessageContaining("at most 4096");
  }

  @Test
  void errorsOfModelsNameTheElement() {
    Path path = write(new ModelWriter("k").integer("n", 5).floats("x", FloatMatrix.zeros(2, 3)));
    ModelFile file = ModelFile.open(path);
    assertThat(file.path()).isEqualTo(path);
    assertThat(file.integer("n", 5, 5)).isEqualTo(5);
    for (int[] bounds : new int[][] {{1, 4}, {6, 9}}) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> file.integer("n", bounds[0], bounds[1]))
          .withMessageContaining("'n' 5 is not in ")
          .satisfies(e -> assertThat(e.offset()).isEqualTo(64 + 28));
    }
    for (int row = 0; row < 2; row++) {
      for (int column = 0; column < 3; column++) {
        ModelFormatException wrong = file.wrong("x", row, column, "is odd");
        assertThat(wrong.offset()).isEqualTo(192 + 4 * (3 * row + column));
        assertThat(wrong)
            .hasMessageContaining("'x' row " + row + ", column " + column + " is odd")
            .hasMessageContaining(path + ", byte " + wrong.offset());
      }
    }
    assertThat(file.wrong("x", "is odd").offset()).isEqualTo(192);
    assertThat(file.wrong("none", "is missing").offset()).isEqualTo(64);
    for (int[] outside : new int[][] {{-1, 0}, {2, 0}, {0, -1}, {0, 3}}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> file.wrong("x", outside[0], outside[1], "is odd"));
    }
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> file.wrong("none", 0, 0, "is odd"));
  }

  @Test
  void rowsOfDoublesKeepTheirPlaces() {
    double[][] rows = {{1, 2, 3}, {4, 5, Double.NaN}, {7, 8, 9}};
    ModelFile file = ModelFile.open(write(new ModelWriter("k").doubles("x", rows)));
    assertThat(Arrays.deepEquals(file.doubles("x"), rows)).isTrue();
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(file::verify)
        .withMessageContaining("'x' row 1, column 2 is NaN")
        .satisfies(e -> assertThat(e.offset()).isEqualTo(128 + 8 * 5));
  }

  @Test
  void blocksOfRowsAreOneMatrix() {
    ByteMatrix rows = ByteMatrix.copyOf(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 5, 2);
    List<ByteMatrix> blocks =
        List.of(rows.rows(0, 2), rows.block(2, 3, 0, 2).copy(), rows.rows(3, 5));
    ModelFile file = ModelFile.open(write(new ModelWriter("k").bytes("x", blocks)));
    assertThat(file.bytes("x").shape()).isEqualTo("5 x 2");
    assertThat(file.bytes("x").segment().mismatch(rows.segment())).isEqualTo(-1);
  }

  @Test
  void viewsAreWrittenAsTheyLook() {
    FloatMatrix all = FloatMatrix.zeros(5, 7);
    for (int i = 0; i < 35; i++) {
      all.set(i / 7, i % 7, i);
    }
    FloatMatrix view = all.block(1, 4, 2, 5);
    ModelFile file = ModelFile.open(write(new ModelWriter("view").floats("x", view)));
    assertThat(file.floats("x").toArray()).containsExactly(view.toArray());
    file.verify();
  }

  /** The bytes of docs/format.md; a change of any is a new version. */
  @Test
  void theFormatIsTheDocumentedOne() throws IOException {
    Path path =
        write(
            new ModelWriter("k")
                .integer("n", 5)
                .ints("m", IntMatrix.copyOf(new int[] {7, -1, 9}, 1, 3)));
    ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(file.capacity()).isEqualTo(64 + 2 * 64 + 64);
    assertThat(file.getLong(0)).isEqualTo(0x0A1A0A0D4D574C89L);
    assertThat(file.getInt(8)).isEqualTo(1);
    assertThat(file.getInt(12)).isEqualTo(2);
    assertThat(file.getLong(16)).isEqualTo(256);
    assertThat(file.get(24)).isEqualTo((byte) 'k');
    assertThat(file.get(25)).isZero();
    assertThat(file.get(64)).isEqualTo((byte) 'n');
    assertThat(file.getInt(64 + 24)).isEqualTo(16);
    assertThat(file.getLong(64 + 28)).isEqualTo(5);
    assertThat(file.get(128)).isEqualTo((byte) 'm');
    assertThat(file.getInt(128 + 24)).isEqualTo(2);
    assertThat(file.getInt(128 + 28)).isEqualTo(1);
    assertThat(file.getInt(128 + 32)).isEqualTo(3);
    CRC32C crc = new CRC32C();
    crc.update(file.array(), 192, 12);
    assertThat(file.getInt(128 + 36)).isEqualTo((int) crc.getValue());
    assertThat(file.getLong(128 + 40)).isEqualTo(192);
    assertThat(file.getLong(128 + 48)).isEqualTo(12);
    assertThat(file.getInt(192)).isEqualTo(7);
    assertThat(file.getInt(196)).isEqualTo(-1);
    crc.reset();
    crc.update(file.array(), 0, 60);
    crc.update(file.array(), 64, 128);
    assertThat(file.getInt(60)).isEqualTo((int) crc.getValue());
  }

  /** A bit of every byte, and all of the header. */
  @Test
  void everyFlippedBitIsFound() throws IOException {
    Path path = write(everything());
    byte[] good = Files.readAllBytes(path);
    for (int bit = 0; bit < 8 * good.length; bit += bit < 8 * 64 ? 1 : 7) {
      byte[] bad = good.clone();
      bad[bit / 8] ^= (byte) (1 << bit % 8);
      Path file = Files.write(directory.resolve("bad"), bad);
      assertThatExceptionOfType(ModelFormatException.class)
          .as("bit " + bit)
          .isThrownBy(() -> openAndVerify(file))
          .withMessageContaining("bad, byte ");
    }
  }

  private static void openAndVerify(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      ModelFile.open(file, arena).verify();
    }
  }

  @Test
  void everyTruncationAndExtensionIsFound() throws IOException {
    byte[] good = Files.readAllBytes(write(everything()));
    Random random = new Random(1);
    for (int length = 0; length < good.length + 70; length++) {
      if (length != good.length && (length < 200 || random.nextInt(10) == 0)) {
        Path file = Files.write(directory.resolve("bad"), Arrays.copyOf(good, length));
        assertThatExceptionOfType(ModelFormatException.class)
            .as("length " + length)
            .isThrownBy(() -> openAndVerify(file));
      }
    }
  }

  /** A hostile file has right checksums and wrong numbers. */
  private void hostile(long at, String message, Consumer<ByteBuffer> change) throws IOException {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(write(everything()))).order(ByteOrder.LITTLE_ENDIAN);
    change.accept(file);
    Path path = sealed(file);
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> openAndVerify(path))
        .withMessageContaining(message)
        .satisfies(e -> assertThat(e.offset()).isEqualTo(at));
  }

  /** Makes the directory's checksum right, where the number of entries lets one. */
  private Path sealed(ByteBuffer file) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(file.slice(0, 60));
    long directory = 64L * file.getInt(12);
    if (directory >= 0 && directory <= file.capacity() - 64) {
      crc.update(file.slice(64, (int) directory));
    }
    file.putInt(60, (int) crc.getValue());
    byte[] bytes = new byte[file.capacity()];
    file.get(0, bytes);
    return Files.write(this.directory.resolve("hostile"), bytes);
  }

  private static final int BYTES_ENTRY = 64 + 3 * 64;
  private static final int FLOATS_ENTRY = BYTES_ENTRY + 64;

  @Test
  void hostileNumbersAreRefused() throws IOException {
    hostile(8, "use a newer library", f -> f.putInt(8, 2));
    hostile(8, "version 0 does not exist", f -> f.putInt(8, 0));
    hostile(12, "at most 4096", f -> f.putInt(12, Integer.MAX_VALUE));
    hostile(12, "at most 4096", f -> f.putInt(12, -1));
    hostile(12, "do not fit", f -> f.putInt(12, 4000));
    hostile(16, "cut short", f -> f.putLong(16, Long.MAX_VALUE));
    hostile(16, "appended", f -> f.putLong(16, -1));
    hostile(24, "the kind is ''", f -> f.put(24, (byte) 0));
    hostile(24, "the kind is '?est-kind'", f -> f.put(24, (byte) 27));
    hostile(40, "followed by bytes that are not zero", f -> f.put(40, (byte) 'x'));
    hostile(56, "reserved", f -> f.put(56, (byte) 1));
    hostile(BYTES_ENTRY + 24, "no known type", f -> f.putInt(BYTES_ENTRY + 24, 99));
    hostile(BYTES_ENTRY + 28, "'bytes' is -2 x 3", f -> f.putInt(BYTES_ENTRY + 28, -2));
    hostile(BYTES_ENTRY + 28, "'bytes' is 2 x 0", f -> f.putInt(BYTES_ENTRY + 32, 0));
    hostile(BYTES_ENTRY + 48, "in 6 bytes", f -> f.putInt(BYTES_ENTRY + 28, Integer.MAX_VALUE));
    hostile(BYTES_ENTRY + 48, "in -6 bytes", f -> f.putLong(BYTES_ENTRY + 48, -6));
    hostile(BYTES_ENTRY + 40, "begins at 0", f -> f.putLong(BYTES_ENTRY + 40, 0));
    hostile(BYTES_ENTRY + 40, "begins at -64", f -> f.putLong(BYTES_ENTRY + 40, -64));
    hostile(
        FLOATS_ENTRY + 40,
        "should at",
        f -> f.putLong(FLOATS_ENTRY + 40, f.getLong(BYTES_ENTRY + 40)));
    hostile(
        BYTES_ENTRY + 48,
        "beyond the file",
        f -> {
          f.putInt(BYTES_ENTRY + 28, Integer.MAX_VALUE);
          f.putInt(BYTES_ENTRY + 32, Integer.MAX_VALUE);
          f.putLong(BYTES_ENTRY + 48, (long) Integer.MAX_VALUE * Integer.MAX_VALUE);
        });
    // 2^31 x 2^31 doubles would be 0 bytes if products wrapped around.
    hostile(
        BYTES_ENTRY + 48,
        "in 0 bytes",
        f -> {
          f.putInt(BYTES_ENTRY + 24, 4);
          f.putInt(BYTES_ENTRY + 28, 1 << 30);
          f.putInt(BYTES_ENTRY + 32, 1 << 30);
          f.putLong(BYTES_ENTRY + 48, 0);
        });
    hostile(BYTES_ENTRY + 56, "reserved bytes of 'bytes'", f -> f.putLong(BYTES_ENTRY + 56, 1));
    hostile(
        FLOATS_ENTRY,
        "a second entry 'bytes'",
        f -> f.put(FLOATS_ENTRY, "bytes\0".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
    hostile(64 + 2 * 64 + 28, "'a-text' is ''", f -> f.put(64 + 2 * 64 + 28, (byte) 0));
    hostile(64 + 63, "followed by bytes that are not zero", f -> f.put(64 + 63, (byte) 1));
    // The last one claims more bytes than there are, and fewer than would show as a sum.
    int last = 64 + 6 * 64;
    hostile(
        last + 48,
        "'doubles' ends at 704 + 800, beyond the file",
        f -> {
          assertThat(f.getLong(last + 40)).isEqualTo(704);
          f.putInt(last + 32, 100);
          f.putLong(last + 48, 800);
        });
  }

  @Test
  void numbersThatAreNotAreRefused() throws IOException {
    int floats = 576;
    hostile(
        floats + 4,
        "'floats' row 1, column 0 is NaN",
        f -> {
          int at = (int) f.getLong(FLOATS_ENTRY + 40);
          assertThat(at).isEqualTo(floats);
          f.putFloat(at + 4, Float.NaN);
          CRC32C crc = new CRC32C();
          crc.update(f.slice(at, 8));
          f.putInt(FLOATS_ENTRY + 36, (int) crc.getValue());
        });
  }

  @Test
  void randomDamageNeverDoesAnythingElse() throws IOException {
    byte[] good = Files.readAllBytes(write(everything()));
    Random random = new Random(2);
    for (int i = 0; i < 500; i++) {
      ByteBuffer bad = ByteBuffer.wrap(good.clone()).order(ByteOrder.LITTLE_ENDIAN);
      int changes = 1 + random.nextInt(4);
      for (int c = 0; c < changes; c++) {
        bad.put(64 + random.nextInt(7 * 64), (byte) random.nextInt());
      }
      Path path = sealed(bad);
      try (Arena arena = Arena.ofConfined()) {
        ModelFile file = ModelFile.open(path, arena);
        file.verify();
        // What was accepted can be read.
        for (ModelFile.Entry entry : file.entries()) {
          switch (entry.type()) {
            case UINT8 -> assertThat(file.bytes(entry.name()).rows()).isEqualTo(entry.rows());
            case INT32 -> assertThat(file.ints(entry.name()).rows()).isEqualTo(entry.rows());
            case FLOAT32 -> assertThat(file.floats(entry.name()).rows()).isEqualTo(entry.rows());
            case FLOAT64 -> assertThat(file.doubles(entry.name()).length).isEqualTo(entry.rows());
            case INTEGER -> file.integer(entry.name());
            case REAL -> file.real(entry.name());
            case TEXT -> assertThat(file.text(entry.name())).isNotEmpty();
          }
        }
      } catch (ModelFormatException e) {
        assertThat(e.offset()).isBetween(0L, (long) good.length);
        assertThat(e.file()).isEqualTo(path.toString());
      }
    }
  }

  @Test
  void anotherFileIsNamedForWhatItIs() throws IOException {
    Path text = Files.writeString(directory.resolve("text"), "once upon a time");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> ModelFile.open(text))
        .withMessageContaining("byte 0: not a model file");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> ModelFile.open(directory.resolve("absent")))
        .withMessageContaining("absent");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> ModelFile.open(directory))
        .withMessageContaining("not a regular file");
    ModelFile file = ModelFile.open(write(everything()));
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> file.expect("mlp"))
        .withMessageContaining("holds a 'test-kind', not a 'mlp'");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> file.integer("a-real"))
        .withMessageContaining("'a-real' is of type real, not integer");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> file.integer("none"))
        .withMessageContaining("lacks 'none'");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> file.integer("an-integer", 0, 5))
        .withMessageContaining("is not in 0 .. 5");
    assertThatExceptionOfType(ModelFormatException.class)
        .isThrownBy(() -> file.constant("a-text", ElementType.class))
        .withMessageContaining("is none of");
  }

  @Test
  void theMappingIsReadOnlyAndEndsWithItsArena() {
    Path path = write(everything());
    FloatMatrix floats;
    try (Arena arena = Arena.ofShared()) {
      floats = ModelFile.open(path, arena).floats("floats");
      assertThatThrownBy(() -> floats.set(0, 0, 1))
          .isInstanceOfAny(UnsupportedOperationException.class, IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> floats.get(0, 0)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anOpenFileMayBeReplaced() {
    Path path = write(new ModelWriter("a").integer("n", 1).ints("m", IntMatrix.zeros(1, 1)));
    ModelFile old = ModelFile.open(path);
    write(new ModelWriter("b").integer("n", 2));
    assertThat(old.integer("n")).isEqualTo(1);
    assertThat(old.ints("m").get(0, 0)).isZero();
    assertThat(ModelFile.open(path).integer("n")).isEqualTo(2);
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
    Path path = write(everything());
    byte[] before = Files.readAllBytes(path);
    // Memory that is gone when the bytes are written.
    FloatMatrix gone;
    try (Arena arena = Arena.ofConfined()) {
      gone = FloatMatrix.zeros(arena, 2, 2);
    }
    assertThatThrownBy(() -> new ModelWriter("k").floats("x", gone).write(path))
        .isInstanceOf(IllegalStateException.class);
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
    assertThatThrownBy(
            () ->
                AtomicWrite.replace(
                    path,
                    channel -> {
                      channel.write(ByteBuffer.allocate(100));
                      throw new IOException("disk full");
                    }))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("disk full");
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(path);
    }
    assertThatThrownBy(() -> everything().write(directory.resolve("none").resolve("x")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("there is no directory");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> everything().write(directory))
        .withMessageContaining("is a directory");
  }

  @Test
  void theWriterRefusesWhatNoReaderWouldTake() {
    ModelWriter writer = new ModelWriter("k").integer("n", 1);
    assertThatIllegalArgumentException().isThrownBy(() -> new ModelWriter("not a kind"));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.integer("n", 2));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.integer("Capital", 2));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.integer("x".repeat(25), 2));
    assertThatIllegalArgumentException().isThrownBy(() -> writer.text("t", "a b"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.bytes("b", ByteMatrix.zeros(0, 3)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.doubles("d", new double[1], new double[2]))
        .withMessageContaining("row 1 has 2 numbers, row 0 has 1");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> writer.bytes("b", List.of(ByteMatrix.zeros(2, 3), ByteMatrix.zeros(1, 4))))
        .withMessageContaining("b: a block of 1 x 4 beside one of 3 columns");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.bytes("b", List.of()))
        .withMessageContaining("b is empty: 0 x 0");
  }

  @Test
  void sectionsFollowEachOtherInMemoryToo() {
    ModelFile file = ModelFile.open(write(everything()));
    MemorySegment segment = file.bytes("bytes").segment();
    assertThat(segment.byteSize()).isEqualTo(6);
    assertThat(segment.isReadOnly()).isTrue();
    assertThat(segment.address() % 64).isZero();
  }
}
