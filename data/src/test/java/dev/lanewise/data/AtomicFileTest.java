package dev.lanewise.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir private Path directory;

  @Test
  void replacesTheWholeFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "older and longer");
    AtomicFile.write(file, out -> out.write('x'));
    assertThat(file).hasContent("x");
    assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
  }

  @Test
  void leavesTheOlderFileWhenItFails() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "older");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write(new byte[100_000]);
                      throw new IOException("the disk is full");
                    }))
        .withMessageContaining(file.toString())
        .withMessageContaining("the disk is full");
    assertThat(file).hasContent("older");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void namesADirectoryThatIsNotThere() {
    Path file = directory.resolve("missing/file");
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> AtomicFile.write(file, out -> out.write('x')))
        .withMessageContaining("there is no directory " + file.getParent());
  }

  @Test
  void canBeReadByWhoeverCanReadOtherFiles() throws IOException {
    assumeTrue(
        directory.getFileSystem().supportedFileAttributeViews().contains("posix"),
        "this file system has no permissions");
    Path plain = Files.writeString(directory.resolve("plain"), "x");
    Path file = directory.resolve("file");
    AtomicFile.write(file, out -> out.write('x'));
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(plain));
  }
}
