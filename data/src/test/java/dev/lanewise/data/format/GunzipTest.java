package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Members with all that RFC 1952 lets a header hold; the JDK and gzip write little of it. */
class GunzipTest {
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final Random random = new Random(7);

  /** A stream that gives a few bytes at a time, as a network does. */
  private static final class Dripping extends ByteArrayInputStream {
    private final int most;
    private boolean closed;

    Dripping(byte[] bytes, int most) {
      super(bytes);
      this.most = most;
    }

    @Override
    public synchronized int read(byte[] target, int offset, int length) {
      return super.read(target, offset, Math.min(length, most));
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private byte[] content(int length) {
    byte[] content = new byte[length];
    random.nextBytes(content);
    return content;
  }

  private static void little(ByteArrayOutputStream out, long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.write((int) (value >>> (8 * i)));
    }
  }

  private byte[] member(int flags, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {0x1F, (byte) 0x8B, 8, (byte) flags, 1, 2, 3, 4, 5, 6});
    if ((flags & EXTRA) != 0) {
      // A length that needs both of its bytes.
      int length = random.nextInt(0x101, 0x300);
      little(out, length, 2);
      out.write(content(length));
    }
    for (int text = NAME; text <= COMMENT; text *= 2) {
      if ((flags & text) != 0) {
        out.write("n\u00e9 \u001f".repeat(random.nextInt(3)).getBytes(StandardCharsets.ISO_8859_1));
        out.write(0);
      }
    }
    if ((flags & HEADER_CRC) != 0) {
      little(out, Deflated.crc(out.toByteArray()), 2);
    }
    out.write(Deflated.of(content));
    little(out, Deflated.crc(content), 4);
    little(out, content.length, 4);
    return out.toByteArray();
  }

  private static byte[] unpacked(byte[] packed, int most) throws IOException {
    try (InputStream in = new Gunzip("x.gz", new Dripping(packed, most))) {
      return in.readAllBytes();
    }
  }

  @Test
  void membersWithEveryMixOfOptionalFieldsFollowEachOther() throws IOException {
    for (int most : new int[] {1, 7, 1 << 20}) {
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      for (int flags = 0; flags < 32; flags++) {
        byte[] content = content(random.nextInt(200));
        packed.write(member(flags, content));
        expected.write(content);
      }
      assertThat(unpacked(packed.toByteArray(), most)).isEqualTo(expected.toByteArray());
    }
  }

  @Test
  void readsByteByByteAndNothingIntoNothing() throws IOException {
    byte[] content = content(300);
    Dripping packed = new Dripping(member(0, content), 5);
    try (InputStream in = new Gunzip("x.gz", packed)) {
      assertThat(in.read(new byte[0])).isZero();
      for (byte expected : content) {
        assertThat(in.read()).isEqualTo(expected & 0xFF);
      }
      assertThat(in.read()).isEqualTo(-1);
      assertThat(packed.closed).isFalse();
    }
    assertThat(packed.closed).isTrue();
  }

  /** However the bytes arrive, and whatever came before, the place that is named is the same. */
  @Test
  void damageIsFoundAndNamedInEveryMember() throws IOException {
    byte[] first = member(EXTRA | NAME, content(50));
    byte[] content = content(90);
    byte[] second = member(0, content);
    int trailer = second.length - 8;
    for (int most : new int[] {1, 3, 1 << 20}) {
      refuses(first, second, most, 0, "there are bytes after the end of the gzip data");
      refuses(first, second, most, 1, 0, "there are bytes after the end of the gzip data");
      refuses(first, second, most, 2, "the compression method is not deflate");
      refuses(first, second, most, 3, "reserved flags of the gzip header are set");
      for (int i = 0; i < 4; i++) {
        refuses(first, second, most, trailer + i, trailer, "the checksum (CRC-32) does not match");
        refuses(first, second, most, trailer + 4 + i, trailer + 4, "the length does not match");
      }
    }
  }

  private static void refuses(byte[] first, byte[] second, int most, int at, String why) {
    refuses(first, second, most, at, at, why);
  }

  private static void refuses(
      byte[] first, byte[] second, int most, int at, int named, String why) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    both[first.length + at] ^= (byte) 0x80;
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(() -> unpacked(both, most))
        .withMessageContaining(why)
        .satisfies(e -> assertThat(e.offset()).isEqualTo(first.length + named));
  }

  @Test
  void aFileThatEndsEarlyIsRefusedWhereverItEnds() throws IOException {
    byte[] packed = member(HEADER_CRC | EXTRA | NAME | COMMENT, content(40));
    for (int length = 0; length < packed.length; length++) {
      byte[] cut = Arrays.copyOf(packed, length);
      int end = length;
      assertThatExceptionOfType(DataFormatException.class)
          .isThrownBy(() -> unpacked(cut, 16))
          .withMessageContaining("the file ends within")
          .satisfies(e -> assertThat(e.offset()).isEqualTo(end));
    }
  }
}
