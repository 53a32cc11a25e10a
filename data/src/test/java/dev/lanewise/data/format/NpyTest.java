package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.engine.matrix.ByteMatrix;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SequencedMap;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Arrays as NumPy wrote them (make.py beside the files), and back. */
class NpyTest {
  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "u1", "i1", "u2le", "u2be", "i2le", "i2be", "u4le", "u4be", "i4le", "i4be", "u8le", "u8be",
    "i8le", "i8be", "f4le", "f4be", "f8le", "f8be", "b1"
  })
  void readsEveryTypeInBothOrders(String type) throws IOException {
    for (String order : new String[] {"C", "F"}) {
      NpyArray array = Npy.read(copy(type + "-" + order + ".npy"));
      assertThat(array.shape()).containsExactly(2, 3, 4);
      assertThat(type).startsWith(array.type().code());
      for (int i = 0; i < 24; i++) {
        long expected = type.equals("b1") ? Math.min(i, 1) : i;
        assertThat(array.getLong(i)).isEqualTo(expected);
        assertThat(array.getDouble(i)).isEqualTo((double) expected);
      }
    }
  }

  private Path file(String descr, String shape, byte... data) throws IOException {
    String header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + "}\n";
    ByteBuffer file = ByteBuffer.allocate(10 + header.length() + data.length);
    file.put("\u0093NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    file.put((byte) header.length()).put((byte) 0);
    file.put(header.getBytes(StandardCharsets.US_ASCII)).put(data);
    return Files.write(directory.resolve("x.npy"), file.array());
  }

  private NpyArray longs(String type, long... values) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(8 * values.length);
    for (long value : values) {
      data.putLong(value);
    }
    return Npy.read(file(">" + type, "(" + values.length + ",)", data.array()));
  }

  @Test
  void largeUnsignedIntegersAreRoundedOnceOrRefused() throws IOException {
    // 2^63, the largest, and one that lies just above the middle between two doubles.
    NpyArray array = longs("u8", Long.MAX_VALUE, 1L << 63, -1, (1L << 63) + 1025, 1);
    assertThat(array.getLong(0)).isEqualTo(Long.MAX_VALUE);
    assertThat(array.getDouble(1)).isEqualTo(0x1p63);
    assertThat(array.getDouble(2)).isEqualTo(0x1p64);
    assertThat(array.getDouble(3)).isEqualTo(0x1p63 + 2048);
    assertThat(array.getDouble(4)).isEqualTo(1);
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> array.getLong(1))
        .withMessageContaining(directory.resolve("x.npy") + ", byte ")
        .withMessageContaining("9223372036854775808 is not a 64-bit integer")
        .satisfies(
            e -> assertThat(e.offset()).isEqualTo(Files.size(directory.resolve("x.npy")) - 32));
    assertThat(longs("i8", -1).getLong(0)).isEqualTo(-1);
  }

  @Test
  void floatsThatAreNoIntegersAreRefused() throws IOException {
    double[] values = {-0x1p63, 0x1p63, 0.5, Double.NaN, Math.nextDown(-0x1p63), -0.0};
    NpyArray array = NpyArray.of(values, values.length);
    assertThat(array.getLong(0)).isEqualTo(Long.MIN_VALUE);
    assertThat(array.getLong(5)).isZero();
    for (int i = 1; i < 5; i++) {
      int index = i;
      assertThatExceptionOfType(DataFormatException.class)
          .isThrownBy(() -> array.getLong(index))
          .withMessage("array, byte " + 8 * i + ": " + values[i] + " is not a 64-bit integer");
    }
  }

  @Test
  void labelsAreOfTheirClasses() {
    NpyArray array = NpyArray.of(new int[] {0, 2, -1}, 3);
    for (int classes : new int[] {2, 3}) {
      // With three classes the second label is one, and the third is none with any.
      int wrong = classes == 2 ? 1 : 2;
      assertThatExceptionOfType(DataFormatException.class)
          .isThrownBy(() -> array.toLabels(classes))
          .withMessageContaining("label " + array.getLong(wrong) + " is not in 0.." + (classes - 1))
          .satisfies(e -> assertThat(e.offset()).isEqualTo(4L * wrong));
    }
    assertThat(NpyArray.of(new int[] {0, 2}, 2).toLabels(3)).containsExactly(0, 2);
  }

  @Test
  void shapesThatNoMatrixHasAreRefused() throws IOException {
    Path overflow = file("|u1", "(2147483647, 2147483647, 2147483647)");
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Npy.read(overflow))
        .withMessageContaining("is too large");
    NpyArray wide = Npy.read(file("|u1", "(0, 65536, 65536)"));
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(wide::toByteMatrix)
        .withMessageContaining("rows of shape [0, 65536, 65536] are too long");
    assertThat(Npy.read(file("|u1", "(0, 2147483647)")).toByteMatrix().columns())
        .isEqualTo(Integer.MAX_VALUE);
    ByteMatrix none = Npy.read(file("|u1", "(3, 0)")).toByteMatrix();
    assertThat(none.rows()).isEqualTo(3);
    assertThat(none.columns()).isZero();
    assertThat(NpyArray.of(new byte[2], 1, 2)).hasToString("u1[1, 2]");
  }

  /** A file of one version, with a header that is padded, and a length that may be another. */
  private Path version(int major, int minor, int padding, long length) throws IOException {
    String header =
        "{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}" + " ".repeat(padding) + "\n";
    ByteBuffer file = ByteBuffer.allocate(14 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
    file.put("\u0093NUMPY".getBytes(StandardCharsets.ISO_8859_1));
    file.put((byte) major).put((byte) minor);
    long claimed = length < 0 ? header.length() : length;
    if (major == 1) {
      file.putShort((short) claimed);
    } else {
      file.putInt((int) claimed);
    }
    file.put(header.getBytes(StandardCharsets.US_ASCII)).put((byte) 7).put((byte) 8);
    return Files.write(directory.resolve("x.npy"), Arrays.copyOf(file.array(), file.position()));
  }

  @Test
  void readsHeadersOfEveryVersionAndLength() throws IOException {
    for (int major = 1; major <= 3; major++) {
      for (int padding : new int[] {0, 200, 1_000, 65_000, 70_000}) {
        if (major > 1 || padding < 70_000) {
          NpyArray array = Npy.read(version(major, 0, padding, -1));
          assertThat(array.getLong(1)).as("%d, %d", major, padding).isEqualTo(8);
        }
      }
    }
  }

  @Test
  void refusesOtherVersionsAndLengths() throws IOException {
    refuses(version(0, 0, 0, -1), 6, "version 0.0 is not known");
    refuses(version(4, 0, 0, -1), 6, "version 4.0 is not known");
    refuses(version(2, 1, 0, -1), 6, "version 2.1 is not known");
    refuses(version(2, 0, 0, 0x1234567), 12, "the header needs 19088743 bytes");
    refuses(version(2, 0, 0, 0x80000000L), 8, "the header's length is too large");
    refuses(version(2, 0, 0, 0), 12, "expected '{'");
    // (2^30 - 1)(2^30 + 1) elements of 8 bytes: as many as 63 bits can count.
    refuses(file("<f8", "(1073741823, 1073741825)"), -1, "needs 9223372036854775800 bytes");
    refuses(file("<f8", "(1073741824, 1073741824)"), -1, "is too large");
  }

  /** The place is not looked at if it is -1. */
  private static void refuses(Path file, int at, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> Npy.read(file))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.offset()).isEqualTo(at < 0 ? e.offset() : at));
  }

  /** As NumPy does: elements start at a multiple of 64, after a line that ends there. */
  @Test
  void headersAreAlignedWhateverTheShape() throws IOException {
    int[] ones = new int[NpyHeader.MAX_DIMENSIONS];
    Arrays.fill(ones, 1);
    for (int dimensions = 0; dimensions <= ones.length; dimensions++) {
      Path file = directory.resolve("y.npy");
      int[] shape = Arrays.copyOf(ones, dimensions);
      Npy.write(file, NpyArray.of(new byte[] {9}, shape));
      byte[] bytes = Files.readAllBytes(file);
      assertThat(bytes.length % 64).as("%d", dimensions).isEqualTo(1);
      assertThat(bytes[bytes.length - 2]).isEqualTo((byte) '\n');
      // No more spaces than that takes.
      String header = new String(bytes, StandardCharsets.ISO_8859_1);
      assertThat(header.length() - header.indexOf('}')).isLessThanOrEqualTo(66);
      NpyArray read = Npy.read(file);
      assertThat(read.shape()).containsExactly(shape);
      assertThat(read.getLong(0)).isEqualTo(9);
    }
  }

  @Test
  void headersOfMoreThan255BytesReadBack() {
    int[] shape = new int[NpyHeader.MAX_DIMENSIONS];
    Arrays.fill(shape, 1, shape.length, 10);
    Path file = directory.resolve("y.npy");
    Npy.write(file, NpyArray.of(new byte[0], shape));
    assertThat(Npy.read(file).shape()).containsExactly(shape);
  }

  @Test
  void writesMoreThanItCopiesAtOnce() throws IOException {
    byte[] bytes = new byte[(2 << 20) + 5];
    new Random(1).nextBytes(bytes);
    Path file = directory.resolve("y.npy");
    Npy.write(file, NpyArray.of(bytes, bytes.length));
    assertThat(Npy.read(file).data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(bytes);
  }

  @Test
  void readsStoredAndDeflatedMembers() throws IOException {
    for (String name : new String[] {"stored.npz", "deflated.npz"}) {
      SequencedMap<String, NpyArray> arrays = Npz.read(copy(name));
      assertThat(arrays).containsOnlyKeys("images", "labels");
      NpyArray images = Objects.requireNonNull(arrays.get("images"));
      assertThat(images.toByteMatrix().row(1)).startsWith(12, 13).hasSize(12);
      assertThat(Objects.requireNonNull(arrays.get("labels")).toLabels(2)).containsExactly(1, 0);
    }
  }

  @Test
  void writesWhatItReadsAndTheSameBytesTwice() throws IOException {
    SequencedMap<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("indices", NpyArray.of(new int[] {1, -2, 3, 4, 5, 6}, 2, 3));
    arrays.put("distances", NpyArray.of(new double[] {0.5, -1e300}, 2));
    arrays.put("floats", NpyArray.of(new float[] {1.5f}, 1));
    arrays.put("bytes", NpyArray.of(new byte[] {-1, 0}, 1, 2));
    Path first = directory.resolve("first.npz");
    Path second = directory.resolve("second.npz");
    Npz.write(first, arrays);
    Npz.write(second, arrays);
    assertThat(first).hasSameBinaryContentAs(second);
    try (ZipFile zip = new ZipFile(first.toFile())) {
      // The earliest that a zip archive can say, not the time of writing.
      assertThat(Collections.list(zip.entries()))
          .allSatisfy(
              entry ->
                  assertThat(entry.getTimeLocal()).isEqualTo(LocalDateTime.of(1980, 1, 1, 0, 0)));
    }
    SequencedMap<String, NpyArray> read = Npz.read(first);
    assertThat(read.sequencedKeySet()).containsExactly("indices", "distances", "floats", "bytes");
    assertThat(read.toString()).isEqualTo(arrays.toString());
    arrays.forEach(
        (name, array) -> {
          for (long i = 0; i < array.size(); i++) {
            assertThat(Objects.requireNonNull(read.get(name)).getDouble(i))
                .isEqualTo(array.getDouble(i));
          }
        });
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(first, second);
    }
  }

  @Test
  void writesWhatNumpyReads() throws Exception {
    assumeTrue(hasNumpy(), "there is no python3 with numpy");
    SequencedMap<String, NpyArray> arrays = new LinkedHashMap<>();
    arrays.put("indices", NpyArray.of(new int[] {1, -2, 3, 4, 5, 60_000}, 2, 3));
    arrays.put("distances", NpyArray.of(new double[] {0.1, -1e300}, 2));
    arrays.put("floats", NpyArray.of(new float[] {1.5f}, 1, 1));
    arrays.put("bytes", NpyArray.of(new byte[] {-1, 0}, 1, 2));
    Path file = directory.resolve("ours.npz");
    Npz.write(file, arrays);
    String program =
        """
        import sys, numpy
        with numpy.load(sys.argv[1], allow_pickle=False) as arrays:
            for name in arrays:
                a = arrays[name]
                print(name, a.dtype.str, a.shape, a.flags.c_contiguous, a.tolist())
        """;
    assertThat(python(program, file.toString()).lines())
        .containsExactly(
            "indices <i4 (2, 3) True [[1, -2, 3], [4, 5, 60000]]",
            "distances <f8 (2,) True [0.1, -1e+300]",
            "floats <f4 (1, 1) True [[1.5]]",
            "bytes |u1 (1, 2) True [[255, 0]]");
  }

  private static boolean hasNumpy() throws InterruptedException {
    try {
      return python("import numpy; print('yes')").equals("yes\n");
    } catch (IOException e) {
      return false;
    }
  }

  /** What a program prints, on either stream. */
  private static String python(String program, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("python3", "-c", program));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (InputStream out = process.getInputStream()) {
      String printed = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return printed;
    }
  }

  private Path copy(String name) throws IOException {
    try (InputStream in = NpyTest.class.getResourceAsStream(name)) {
      return Files.write(directory.resolve(name), Objects.requireNonNull(in).readAllBytes());
    }
  }
}
