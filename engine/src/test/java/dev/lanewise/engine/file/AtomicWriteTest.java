package dev.lanewise.engine.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.lanewise.engine.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class AtomicWriteTest {

  @TempDir private Path directory;
  private Path file = Path.of("");

  @BeforeEach
  void place() {
    file = directory.resolve("file");
  }

  private static void text(FileChannel channel, String text) throws IOException {
    channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private Path temporary(String name) {
    return directory.resolve("." + name + "." + UUID.randomUUID() + ".tmp");
  }

  @Test
  void removesWhatAKilledProcessHasLeft() throws IOException {
    for (int i = 0; i < 3; i++) {
      Files.writeString(temporary("file"), "half");
    }
    AtomicWrite.replace(file, channel -> text(channel, "whole"));
    assertThat(file).hasContent("whole");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void leavesAloneWhatIsNotOfThisFile() throws IOException {
    Path another = Files.writeString(temporary("another"), "x");
    Path longer = Files.writeString(temporary("file.old"), "x");
    Path named = Files.writeString(directory.resolve(".file.notes.tmp"), "x");
    Path shorter = Files.writeString(directory.resolve(".file.tmp"), "x");
    AtomicWrite.replace(file, channel -> text(channel, "whole"));
    assertThat(List.of(another, longer, named, shorter)).allMatch(Files::exists);
  }

  @Test
  void leavesNothingWhenTheContentFails() throws IOException {
    Files.writeString(file, "old");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () ->
                AtomicWrite.replace(
                    file,
                    channel -> {
                      text(channel, "half");
                      throw new IOException("No space left on device");
                    }))
        .withMessageContaining(file.toString())
        .withMessageContaining("No space left on device");
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void publishesACompleteFile() throws IOException {
    Path complete = Files.writeString(directory.resolve("part"), "new");
    Files.writeString(file, "old");
    AtomicWrite.publish(complete, file);
    assertThat(file).hasContent("new");
    assertThat(names()).containsExactly("file");
  }

  @Test
  void threadsWriteOneFileAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> writers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        String content = Integer.toString(i % 10).repeat(10_000);
        writers.add(
            () -> {
              for (int round = 0; round < 5; round++) {
                AtomicWrite.replace(file, channel -> text(channel, content));
                String seen = Files.readString(file);
                if (seen.length() != 10_000 || seen.chars().distinct().count() != 1) {
                  return false;
                }
              }
              return true;
            });
      }
      for (Future<Boolean> whole : threads.invokeAll(writers)) {
        assertThat(whole.get()).isTrue();
      }
    }
    assertThat(names()).containsExactly("file");
  }

  /** Writes a file, and waits for a byte in the middle. */
  static final class SlowWriter {
    private SlowWriter() {}

    public static void main(String[] args) {
      AtomicWrite.replace(
          Path.of(args[0]),
          channel -> {
            text(channel, "th");
            System.out.println("half");
            if (System.in.read() >= 0) {
              text(channel, "eirs");
            }
          });
    }
  }

  /** A process that is still writing has left nothing: neither it nor we may lose a file. */
  @Test
  void leavesAloneWhatAnotherProcessIsWriting() throws Exception {
    Path abandoned = Files.writeString(temporary("file"), "half");
    Process process =
        ChildJvm.of(List.of(), SlowWriter.class, file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(process.inputReader().readLine()).isEqualTo("half");
      assertThat(abandoned).doesNotExist();
      assertThat(names()).singleElement().asString().endsWith(".tmp");
      AtomicWrite.replace(file, channel -> text(channel, "ours"));
      assertThat(names()).hasSize(2);
      assertThat(file).hasContent("ours");
      process.outputWriter().append('g').flush();
      assertThat(process.waitFor()).isZero();
    } finally {
      process.destroyForcibly();
    }
    assertThat(file).hasContent("theirs");
    assertThat(names()).containsExactly("file");
  }
}
