package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.data.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {

  @TempDir private Path folder;

  @Test
  void anOldFileStaysUntilTheNewOneIsComplete() throws IOException {
    Path target = folder.resolve("a");
    Files.writeString(target, "old");
    OutputFile file = new OutputFile(target);
    assertThat(target).hasContent("old");
    assertThatThrownBy(
            () ->
                file.write(
                    path ->
                        AtomicFile.write(
                            path,
                            out -> {
                              out.write('h');
                              throw new IOException("disk full");
                            })))
        .isInstanceOf(CliException.class)
        .hasMessageContaining("disk full");
    assertThat(target).hasContent("old");
    file.write(path -> AtomicFile.write(path, out -> out.write('n')));
    assertThat(target).hasContent("n");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path real = folder.resolve("real");
    Files.writeString(real, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    new OutputFile(link).write(path -> AtomicFile.write(path, out -> out.write('n')));
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("n");
  }

  @Test
  void aDeviceIsWrittenToAndStays() {
    Path device = Path.of("/dev/null");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(device), "no /dev/null here");
    new OutputFile(device).write(path -> AtomicFile.write(path, out -> out.write('g')));
    assertThat(Files.isRegularFile(device)).isFalse();
  }
}
