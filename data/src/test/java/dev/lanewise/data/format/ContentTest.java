package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.data.DataFormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ContentTest {

  /** More than is read at once, and no multiple of it. */
  private static final int LENGTH = 200_001;

  private static Content of(byte[] bytes) {
    return new Content("x", new ByteArrayInputStream(bytes), bytes.length);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(3).nextBytes(bytes);
    return bytes;
  }

  private static void refuses(ThrowingCallable reading, long at, String why) {
    assertThatExceptionOfType(DataFormatException.class)
        .isThrownBy(reading)
        .withMessage("x, byte " + at + ": " + why);
  }

  @Test
  void fillsWhatIsAskedForAndNoMore() throws IOException {
    byte[] bytes = random(LENGTH);
    try (Content content = of(bytes)) {
      assertThat(content.u8("a byte")).isEqualTo(bytes[0] & 0xFF);
      MemorySegment target = Arena.ofAuto().allocate(LENGTH - 3);
      content.fill(target, "the pixels");
      for (int i = 0; i < LENGTH - 3; i++) {
        if (target.get(ValueLayout.JAVA_BYTE, i) != bytes[1 + i]) {
          assertThat(target.get(ValueLayout.JAVA_BYTE, i)).as("%d", i).isEqualTo(bytes[1 + i]);
        }
      }
      assertThat(content.position()).isEqualTo(LENGTH - 2);
      assertThat(content.u8("a byte")).isEqualTo(bytes[LENGTH - 2] & 0xFF);
      refuses(content::expectEnd, LENGTH - 1, "there are bytes after the end of the data");
      content.expectEnd();
    }
  }

  @Test
  void namesHowMuchIsMissingAndWhere() throws IOException {
    try (Content content = new Content("x", new ByteArrayInputStream(random(LENGTH)), 1L << 40)) {
      MemorySegment target = Arena.ofAuto().allocate(LENGTH + 7);
      refuses(
          () -> content.fill(target, "the pixels"),
          LENGTH,
          "the file ends 7 bytes before the end of the pixels");
    }
    try (Content content = new Content("x", new ByteArrayInputStream(random(9)), 1L << 40)) {
      refuses(
          () -> content.bytes(21, "the header"),
          9,
          "the file ends 12 bytes before the end of the header");
      refuses(() -> content.i32("a dimension"), 9, "the file ends where a dimension should be");
    }
  }

  @Test
  void whatCannotFollowIsRefusedBeforeItIsRead() throws IOException {
    try (Content content = of(random(10))) {
      content.require(10, "an array");
      content.u8("a byte");
      content.require(9, "an array");
      content.require(0, "an array");
      refuses(
          () -> content.require(10, "an array"),
          1,
          "an array needs 10 bytes; at most 9 can follow");
      refuses(
          () -> content.require(-1, "an array"), 1, "an array is too large; at most 9 can follow");
    }
  }

  @Test
  void closesItsStream() throws IOException {
    AtomicBoolean closed = new AtomicBoolean();
    new Content(
            "x",
            new ByteArrayInputStream(new byte[0]) {
              @Override
              public void close() {
                closed.set(true);
              }
            },
            0)
        .close();
    assertThat(closed).isTrue();
  }
}
