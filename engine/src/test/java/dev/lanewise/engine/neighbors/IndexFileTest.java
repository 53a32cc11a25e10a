package dev.lanewise.engine.neighbors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import dev.lanewise.engine.kernel.Shapes;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class IndexFileTest {

  @TempDir Path directory;

  static Stream<BackendRequest> backends() {
    return NearestNeighborsTest.backends();
  }

  /** Clusters, so that screens have something to do; many rows equal. */
  private static ByteMatrix bytes(Random random, int rows, int columns) {
    ByteMatrix matrix = ByteMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      int base = 20 * random.nextInt(10);
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, base + random.nextInt(2));
      }
    }
    return matrix;
  }

  private static FloatMatrix floats(Random random, int rows, int columns) {
    FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, random.nextInt(4) / 3f);
      }
    }
    return matrix;
  }

  /** Saved by one backend, opened by each: small and without a screen, large and with one. */
  @ParameterizedTest
  @MethodSource("backends")
  void anOpenedIndexFindsWhatTheSavedOneDid(BackendRequest backend) {
    Random random = new Random(1);
    Path file = directory.resolve("index.lwm");
    for (int[] shape : new int[][] {{1, 1}, {70, 3}, {4_200, 75}, {4_200, 520}}) {
      for (Distance distance : Distance.values()) {
        try (Engine first = Engine.builder().threads(2).open();
            Engine second = Engine.builder().backend(backend).threads(2).open()) {
          int k = Math.min(5, shape[0]);
          ByteMatrix rows = bytes(random, shape[0], shape[1]);
          ByteMatrix queries = bytes(random, 8, shape[1]);
          NearestNeighbors saved = NearestNeighbors.of(first, rows, distance);
          saved.save(file);
          NearestNeighbors opened = NearestNeighbors.open(second, file);
          opened.verify();
          assertThat(opened.rows()).isEqualTo(shape[0]);
          assertThat(opened.columns()).isEqualTo(shape[1]);
          assertThat(opened.distance()).isEqualTo(distance);
          NearestNeighborsTest.assertSame(
              opened.search(queries, k), saved.search(queries, k), backend + " " + distance);
          // Again from the mapping, over itself.
          opened.save(file);
          NearestNeighbors again = NearestNeighbors.open(second, file);
          again.verify();
          NearestNeighborsTest.assertSame(
              again.search(queries, k), opened.search(queries, k), "saved again");

          FloatMatrix floatRows = floats(random, Math.min(100, shape[0]), shape[1]);
          FloatMatrix floatQueries = floats(random, 8, shape[1]);
          NearestNeighbors savedFloats = NearestNeighbors.of(first, floatRows, distance);
          savedFloats.save(file);
          NearestNeighbors openedFloats = NearestNeighbors.open(second, file);
          openedFloats.verify();
          NearestNeighborsTest.assertSame(
              openedFloats.search(floatQueries, k),
              savedFloats.search(floatQueries, k),
              backend + " floats " + distance);
        }
      }
    }
  }

  private Path saved(Engine engine, Distance distance, int rows, int columns) {
    Path file = directory.resolve(distance + "-" + rows + "-" + columns + ".lwm");
    NearestNeighbors.of(engine, bytes(new Random(2), rows, columns), distance).save(file);
    return file;
  }

  /**
   * A damaged bulk opens: nothing of it is read. verify() finds it; a search gives neighbours or
   * says that it cannot.
   */
  @ParameterizedTest
  @EnumSource(Distance.class)
  void damageIsFoundByVerifyAndHarmlessWithoutIt(Distance distance) throws IOException {
    Random random = new Random(3);
    int columns = 512;
    ByteMatrix queries = bytes(random, 3, columns);
    try (Engine engine = Engine.builder().threads(1).open()) {
      Path file = saved(engine, distance, 4_200, columns);
      Path bad = directory.resolve("bad.lwm");
      for (ModelFile.Entry entry : ModelFile.open(file).entries()) {
        for (int i = 0; entry.type().isMatrix() && i < 6; i++) {
          Files.copy(file, bad, StandardCopyOption.REPLACE_EXISTING);
          byte[] noise = new byte[(int) Math.min(entry.bytes(), 1 + random.nextInt(100_000))];
          random.nextBytes(noise);
          try (FileChannel channel = FileChannel.open(bad, StandardOpenOption.WRITE)) {
            channel.write(
                java.nio.ByteBuffer.wrap(noise),
                entry.offset() + random.nextLong(entry.bytes() - noise.length + 1));
          }
          NearestNeighbors index = NearestNeighbors.open(engine, bad);
          assertThatExceptionOfType(ModelFormatException.class)
              .isThrownBy(index::verify)
              .withMessageContaining("'" + entry.name() + "'");
          try {
            Neighbors found = index.search(queries, 4);
            for (int row : found.indices()) {
              assertThat(row).isBetween(0, 4_199);
            }
          } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("verify() says where");
          }
        }
      }
    }
  }

  /** Right checksums, wrong content: what only computing it anew can find. */
  @Test
  void aForgedScreenIsFoundByVerify() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      for (Distance distance : Distance.values()) {
        ModelFile file = ModelFile.open(saved(engine, distance, 4_200, 512));
        for (ModelFile.Entry entry : file.entries()) {
          if (entry.name().equals("rows")
              || entry.name().equals("columns")
              || entry.type() == dev.lanewise.engine.io.ElementType.TEXT) {
            continue;
          }
          Path forged = directory.resolve("forged.lwm");
          forge(file, entry.name()).write(forged);
          NearestNeighbors index = NearestNeighbors.open(engine, forged);
          String place = "row " + (entry.rows() - 1) + ", column 1 ";
          assertThatExceptionOfType(ModelFormatException.class)
              .as(entry.name())
              .isThrownBy(index::verify)
              .withMessageContaining(
                  switch (entry.name()) {
                    case "projection" -> "'projection' has a fraction";
                    case "scale", "leading-scale" -> "'projection' has scale ";
                    case "largest-norm", "rounded-step" -> ", of the rows ";
                    default -> "'" + entry.name() + "' " + place + "is not what";
                  });
        }
        Path copy = directory.resolve("copy.lwm");
        forge(file, "nothing").write(copy);
        assertThatCode(() -> NearestNeighbors.open(engine, copy).verify())
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void aForgedFirstElementIsFoundByVerify() {
    ByteMatrix sums = ByteMatrix.zeros(4, 128);
    sums.set(0, 0, 1);
    Path forged = directory.resolve("forged.lwm");
    index("byte-index", "L1", 64)
        .bytes("rows", ByteMatrix.zeros(3, 64))
        .text("screen", "BLOCK_SUMS")
        .bytes("coarse-sums", sums)
        .bytes("fine-sums", ByteMatrix.zeros(3, 32))
        .write(forged);
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index = NearestNeighbors.open(engine, forged);
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(index::verify)
          .withMessageContaining("'coarse-sums' row 0, column 0 is not what");
    }
  }

  @Test
  void rowsOfTheMostColumnsAreSearchedAndRead() {
    ByteMatrix rows = bytes(new Random(4), 2, Shapes.MAX_BYTE_COLUMNS);
    Path file = directory.resolve("wide.lwm");
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index = NearestNeighbors.of(engine, rows, Distance.L2);
      assertThat(index.search(rows, 1).indices()).containsExactly(0, 1);
      index.save(file);
      NearestNeighbors opened = NearestNeighbors.open(engine, file);
      opened.verify();
      assertThat(opened.search(rows, 1).indices()).containsExactly(0, 1);
    }
  }

  private static ModelWriter forge(ModelFile file, String victim) {
    ModelWriter writer = new ModelWriter(file.kind());
    for (ModelFile.Entry entry : file.entries()) {
      String name = entry.name();
      boolean change = name.equals(victim);
      switch (entry.type()) {
        case TEXT -> writer.text(name, file.text(name));
        case INTEGER -> writer.integer(name, file.integer(name) + (change ? 1 : 0));
        case UINT8 -> {
          ByteMatrix matrix = file.bytes(name).copy();
          int last = matrix.rows() - 1;
          matrix.set(last, 1, matrix.get(last, 1) ^ (change ? 1 : 0));
          writer.bytes(name, matrix);
        }
        case FLOAT32 -> {
          FloatMatrix matrix = file.floats(name).copy();
          int last = matrix.rows() - 1;
          matrix.set(last, 1, matrix.get(last, 1) + (change ? 0.5f : 0));
          writer.floats(name, matrix);
        }
        default -> throw new IllegalStateException(name);
      }
    }
    return writer;
  }

  private void refused(ModelWriter writer, String message) {
    Path file = directory.resolve("refused.lwm");
    writer.write(file);
    try (Engine engine = Engine.builder().threads(1).open()) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> NearestNeighbors.open(engine, file))
          .withMessageContaining(message)
          .withMessageContaining("refused.lwm, byte ");
    }
  }

  private static ModelWriter index(String kind, String distance, long columns) {
    return new ModelWriter(kind).text("distance", distance).integer("columns", columns);
  }

  @Test
  void filesThatAreNoIndexAreRefused() {
    ByteMatrix rows = ByteMatrix.zeros(3, 64);
    refused(new ModelWriter("mlp").integer("layers", 1), "holds a 'mlp', not a 'byte-index'");
    refused(index("byte-index", "L3", 5), "'L3' is none of [L1, L2]");
    refused(index("byte-index", "L1", 0), "'columns' 0 is not in");
    refused(index("byte-index", "L1", 5), "lacks 'rows'");
    refused(index("byte-index", "L1", 65).bytes("rows", rows), "are 3 x 64 for 65 columns");
    refused(
        index("byte-index", "L1", Integer.MAX_VALUE - 64).bytes("rows", rows),
        "are 3 x 64 for 2147483583 columns");
    refused(
        index("byte-index", "L1", 33_026).bytes("rows", ByteMatrix.zeros(1, 33_088)),
        "are 1 x 33088 for 33026 columns");
    refused(index("byte-index", "L1", 64).bytes("rows", rows), "lacks 'screen'");
    refused(
        index("byte-index", "L1", 64).bytes("rows", rows).text("screen", "PROJECTION"),
        "is PROJECTION for 64 columns, L1");
    refused(
        index("byte-index", "L2", 63).bytes("rows", rows).text("screen", "PROJECTION"),
        "is PROJECTION for 63 columns, L2");
    refused(
        index("byte-index", "L2", 64).bytes("rows", rows).text("screen", "BLOCK_SUMS"),
        "is BLOCK_SUMS for 64 columns, L2");
    refused(
        index("byte-index", "L1", 3).bytes("rows", rows).text("screen", "BLOCK_SUMS"),
        "is BLOCK_SUMS for 3 columns");
    refused(
        index("byte-index", "L1", 64).bytes("rows", rows).text("screen", "BLOCK_SUMS"),
        "lacks 'coarse-sums'");
    refused(
        index("byte-index", "L1", 64)
            .bytes("rows", rows)
            .text("screen", "BLOCK_SUMS")
            .bytes("coarse-sums", rows),
        "are 3 x 64 and must be 4 x 128");
    refused(
        index("byte-index", "L2", 64)
            .bytes("rows", rows)
            .text("screen", "PROJECTION")
            .floats("projection", FloatMatrix.zeros(47, 64)),
        "is 47 x 64 and must be 16 x 64");
    refused(
        index("byte-index", "L2", 64)
            .bytes("rows", rows)
            .text("screen", "PROJECTION")
            .floats("projection", FloatMatrix.zeros(16, 64))
            .integer("scale", 1L << 40),
        "'scale' 1099511627776 is not in");
    refused(
        index("byte-index", "L2", 64)
            .bytes("rows", rows)
            .text("screen", "PROJECTION")
            .floats("projection", FloatMatrix.zeros(16, 64))
            .integer("scale", 1)
            .integer("leading-scale", 1)
            .floats("vectors", FloatMatrix.zeros(18, 64)),
        "are 18 x 64 and must be 18 x 80");
    refused(
        index("float-index", "L2", 5).floats("rows", FloatMatrix.zeros(3, 32)),
        "are 3 x 32 for 5 columns");
    refused(index("float-index", "L2", 5).bytes("rows", rows), "is of type uint8, not float32");
  }

  /** Three rows so long that there is a second bound. */
  private static ModelWriter projected() {
    return index("byte-index", "L2", 512)
        .bytes("rows", ByteMatrix.zeros(3, 512))
        .text("screen", "PROJECTION")
        .floats("projection", FloatMatrix.zeros(127, 512))
        .integer("scale", 1)
        .integer("leading-scale", 1)
        .integer("largest-norm", 0)
        .floats("vectors", FloatMatrix.zeros(48, 80));
  }

  @Test
  void roundedVectorsThatDoNotFitAreRefused() {
    FloatMatrix origin = FloatMatrix.zeros(1, 128);
    ByteMatrix rows = ByteMatrix.zeros(3, 128);
    refused(projected(), "lacks 'rounded-origin'");
    refused(
        projected().floats("rounded-origin", FloatMatrix.zeros(1, 127)),
        "is 1 x 127 and must be 1 x 128");
    for (int step : new int[] {0, (1 << 20) + 1}) {
      refused(
          projected().floats("rounded-origin", origin).integer("rounded-step", step),
          "'rounded-step' " + step + " is not in 1 .. 1048576");
    }
    refused(
        projected()
            .floats("rounded-origin", origin)
            .integer("rounded-step", 1)
            .bytes("rounded-rows", ByteMatrix.zeros(4, 128)),
        "is 4 x 128 and must be 3 x 128");
    refused(
        projected()
            .floats("rounded-origin", origin)
            .integer("rounded-step", 1 << 20)
            .bytes("rounded-rows", rows)
            .floats("rounded-errors", FloatMatrix.zeros(1, 2)),
        "is 1 x 2 and must be 1 x 3");
  }

  /** Two rows of floats, with ids as an index has them that was changed. */
  private static ModelWriter changed(FloatMatrix rows, long nextId, int... ids) {
    return index("float-index", "L2", 5)
        .floats("rows", rows)
        .intRows("ids", ids)
        .integer("next-id", nextId);
  }

  @Test
  void idsThatAreNoneAreRefused() {
    FloatMatrix rows = FloatMatrix.zeros(2, 16);
    refused(changed(rows, 9, 1, 2, 3), "'ids' are 1 x 3 for 2 rows");
    refused(changed(rows, 9, 4, 4), "'ids' row 0, column 1 is 4 after 4, with 9 the next free");
    refused(changed(rows, 9, -1, 4), "'ids' row 0, column 0 is -1 after -1");
    refused(changed(rows, 9, 0, 9), "'ids' row 0, column 1 is 9 after 0, with 9 the next free");
    refused(changed(rows, 0, 0, 1), "'next-id' 0 is not in");
  }

  @Test
  void verifyReadsTheRowsOfAChangedIndexToo() {
    FloatMatrix rows = FloatMatrix.zeros(2, 16);
    rows.set(1, 2, Float.POSITIVE_INFINITY);
    Path file = directory.resolve("changed.lwm");
    changed(rows, 9, 3, 8).write(file);
    try (Engine engine = Engine.builder().threads(1).open()) {
      NearestNeighbors index = NearestNeighbors.open(engine, file);
      assertThat(index.bound()).isEqualTo(9);
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(index::verify)
          .withMessageContaining("'rows' row 1, column 2 is Infinity");
    }
  }

  @Test
  void rowsThatAreNotNumbersAreFoundByVerify() {
    FloatMatrix rows = FloatMatrix.zeros(3, 16);
    rows.set(2, 1, Float.NaN);
    Path file = directory.resolve("nan.lwm");
    index("float-index", "L2", 5).floats("rows", rows).write(file);
    rows.set(2, 1, 0);
    rows.set(1, 7, 3);
    Path padding = directory.resolve("padding.lwm");
    index("float-index", "L2", 5).floats("rows", rows).write(padding);
    ByteMatrix bytes = ByteMatrix.zeros(2, 64);
    bytes.set(1, 9, 3);
    Path bytePadding = directory.resolve("byte-padding.lwm");
    index("byte-index", "L2", 5).text("screen", "NONE").bytes("rows", bytes).write(bytePadding);
    try (Engine engine = Engine.builder().threads(1).open()) {
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> NearestNeighbors.open(engine, file).verify())
          .withMessageContaining("'rows' row 2, column 1 is NaN");
      assertThatThrownBy(
              () -> NearestNeighbors.open(engine, file).search(FloatMatrix.zeros(1, 5), 3))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("found 2 of 3 neighbours");
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> NearestNeighbors.open(engine, padding).verify())
          .withMessageContaining("'rows' row 1, column 7 is beyond the columns");
      assertThatExceptionOfType(ModelFormatException.class)
          .isThrownBy(() -> NearestNeighbors.open(engine, bytePadding).verify())
          .withMessageContaining("'rows' row 1, column 9 is beyond the columns");
    }
  }

  @Test
  void anIndexEndsWithItsArena() {
    try (Engine engine = Engine.builder().threads(2).open()) {
      Path file = saved(engine, Distance.L2, 100, 64);
      NearestNeighbors index;
      try (Arena arena = Arena.ofShared()) {
        index = NearestNeighbors.open(engine, file, arena);
        assertThat(index.search(ByteMatrix.zeros(1, 64), 1).queries()).isEqualTo(1);
      }
      assertThatThrownBy(() -> index.search(ByteMatrix.zeros(1, 64), 1))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
