package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
    try (OutputFile file = new OutputFile(target)) {
      assertThat(target).hasContent("old");
      assertThatThrownBy(
              () ->
                  file.write(
                      draft -> {
                        Files.writeString(draft, "half");
                        throw new IOException("disk full");
                      }))
          .isInstanceOf(CliException.class)
          .hasMessageContaining("disk full");
      assertThat(target).hasContent("old");
      file.write(draft -> Files.writeString(draft, "new"));
    }
    assertThat(target).hasContent("new");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aLinkIsFollowed() throws IOException {
    Path real = folder.resolve("real");
    Files.writeString(real, "old");
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    try (OutputFile file = new OutputFile(link)) {
      file.write(draft -> Files.writeString(draft, "new"));
    }
    assertThat(link).isSymbolicLink();
    assertThat(real).hasContent("new");
  }

  @Test
  void aDeviceIsWrittenToAndStays() {
    Path device = Path.of("/dev/null");
    org.junit.jupiter.api.Assumptions.assumeTrue(Files.exists(device), "no /dev/null here");
    try (OutputFile file = new OutputFile(device)) {
      file.write(draft -> Files.writeString(draft, "gone"));
    }
    assertThat(Files.isRegularFile(device)).isFalse();
  }
}
