package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumTest {
  @TempDir private Path directory;

  @Test
  void isThatOfTheContentPackedOrNot() throws IOException {
    // SHA-256 of nothing, as FIPS 180-4's test vectors have it.
    assertThat(Checksum.sha256(new byte[0]))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (int length : new int[] {0, 1, 1 << 16, 150_001}) {
      byte[] bytes = new byte[length];
      new Random(length).nextBytes(bytes);
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      try (OutputStream out = new GZIPOutputStream(packed)) {
        out.write(bytes);
      }
      for (byte[] content : new byte[][] {bytes, packed.toByteArray()}) {
        Path file = Files.write(directory.resolve("x"), content);
        assertThat(Checksum.sha256(file, length)).isEqualTo(Checksum.sha256(bytes));
        if (length > 0) {
          assertThatExceptionOfType(DataFormatException.class)
              .isThrownBy(() -> Checksum.sha256(file, length - 1))
              .withMessageContaining("the content goes on after " + (length - 1) + " bytes")
              .satisfies(e -> assertThat(e.offset()).isEqualTo(length - 1));
        }
      }
    }
  }
}
