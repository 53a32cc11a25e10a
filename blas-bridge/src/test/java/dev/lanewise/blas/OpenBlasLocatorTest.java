package dev.lanewise.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lanewise.blas.OpenBlasLocator.Found;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Probe;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenBlasLocatorTest {

  private static final ClassLoader CLASS_PATH = OpenBlasLocatorTest.class.getClassLoader();

  /** A class path without the artifact. */
  private static final ClassLoader NO_ARTIFACT =
      new ClassLoader(null) {
        @Override
        public @Nullable URL getResource(String name) {
          return null;
        }
      };

  @TempDir Path folder = Path.of("");

  private OpenBlasLocator locator(@Nullable String explicit, ClassLoader resources) {
    return new OpenBlasLocator(explicit, Platform.current(), resources, folder);
  }

  @Test
  void copiesTheArtifactAndUsesTheCopyAgain() throws IOException {
    NativeLibrary.platformOrSkip();
    Found first = locator(null, CLASS_PATH).find().orElseThrow();
    assertThat(first.origin()).contains("artifact");
    assertThat(first.blas().config()).contains("OpenBLAS");
    assertThat(first.blas().coreName()).isNotBlank();
    assertThat(first.blas().threads()).isEqualTo(1);
    Path library = Path.of(first.library());
    assertThat(library).startsWith(folder).isRegularFile();
    var written = Files.getLastModifiedTime(library);

    Found second = locator(null, CLASS_PATH).find().orElseThrow();
    assertThat(second.library()).isEqualTo(first.library());
    assertThat(Files.getLastModifiedTime(library)).isEqualTo(written);
    try (var files = Files.list(library.getParent())) {
      assertThat(files).allSatisfy(f -> assertThat(f.toString()).doesNotEndWith(".part"));
    }
  }

  @Test
  void loadsTheFileThatThePropertyNames() {
    NativeLibrary.platformOrSkip();
    String file = locator(null, CLASS_PATH).find().orElseThrow().library();
    Found found = locator(file, NO_ARTIFACT).find().orElseThrow();
    assertThat(found.library()).isEqualTo(file);
    assertThat(found.origin()).contains(OpenBlasLocator.PROPERTY);
  }

  /** A wrong name must not be answered with another library. */
  @Test
  void doesNotLookElsewhereWhenTheNamedFileIsMissing() {
    OpenBlasLocator locator = locator(folder.resolve("nowhere.so").toString(), CLASS_PATH);
    assertThat(locator.find()).isEmpty();
    assertThat(locator.failures())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("nowhere.so", "no such file");
  }

  @Test
  void tellsWhyTheNamedFileIsNoLibrary() throws IOException {
    Path text =
        Files.writeString(folder.resolve("text.so"), "not a library, long enough ".repeat(9));
    OpenBlasLocator locator = locator(text.toString(), CLASS_PATH);
    assertThat(locator.find()).isEmpty();
    assertThat(locator.failures())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("text.so", "UnsatisfiedLinkError");

    OpenBlasLocator directory = locator(folder.toString(), CLASS_PATH);
    assertThat(directory.find()).isEmpty();
    assertThat(directory.failures())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("not a regular file");
  }

  @Test
  void tellsWhichSymbolALibraryLacks() {
    Platform platform = NativeLibrary.platformOrSkip();
    Path home = Path.of(locator(null, CLASS_PATH).find().orElseThrow().library());
    Assumptions.assumeFalse(platform.dependencies().isEmpty(), "no other library to load");
    Path other = home.resolveSibling(platform.dependencies().getFirst());
    Assumptions.assumeTrue(Files.exists(other), "no other library to load");
    OpenBlasLocator locator = locator(other.toString(), CLASS_PATH);
    assertThat(locator.find()).isEmpty();
    assertThat(locator.failures())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains("cblas_sgemm", other.toString());
  }

  @Test
  void saysWhatToAddWhenTheArtifactIsAbsent() {
    Platform platform = NativeLibrary.platformOrSkip();
    OpenBlasLocator locator =
        new OpenBlasLocator(
            null,
            Optional.of(
                new Platform(
                    platform.classifier(),
                    platform.dependencies(),
                    platform.library(),
                    List.of("liblanewise-no-such-library.so"))),
            NO_ARTIFACT,
            folder);
    assertThat(locator.find()).isEmpty();
    assertThat(locator.failures())
        .satisfiesExactly(
            artifact ->
                assertThat(artifact)
                    .contains("not on the class path", "classifier " + platform.classifier()),
            system -> assertThat(system).contains("system", "liblanewise-no-such-library.so"));
  }

  @Test
  void saysThatThereIsNoArtifactForAnUnknownPlatform() {
    assertThat(Platform.of("Linux", "s390x")).isEmpty();
    assertThat(Platform.of("Plan 9", "amd64")).isEmpty();
    OpenBlasLocator locator = new OpenBlasLocator(null, Optional.empty(), CLASS_PATH, folder);
    Optional<Found> found = locator.find();
    // A system library may still do; the failure is told all the same.
    assertThat(locator.failures().getFirst()).contains("none is known for");
    found.ifPresent(it -> assertThat(it.origin()).isEqualTo("the system"));
  }

  @Test
  void knowsThePlatformsOfTheArtifact() {
    assertThat(Platform.of("Linux", "amd64").orElseThrow().classifier()).isEqualTo("linux-x86_64");
    assertThat(Platform.of("Linux", "aarch64").orElseThrow().classifier()).isEqualTo("linux-arm64");
    assertThat(Platform.of("Mac OS X", "aarch64").orElseThrow().classifier())
        .isEqualTo("macosx-arm64");
    assertThat(Platform.of("Windows 11", "amd64").orElseThrow().classifier())
        .isEqualTo("windows-x86_64");
  }

  @Test
  void replacesADamagedCopy() throws IOException {
    Platform platform = NativeLibrary.platformOrSkip();
    NativeFiles files = files(platform);
    Path home = folder.resolve(files.key());
    Path copy = files.copyTo(home).values().iterator().next();
    byte[] good = Files.readAllBytes(copy);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    Files.write(copy, bad);
    files.copyTo(home);
    assertThat(Files.readAllBytes(copy)).isEqualTo(good);

    Files.write(copy, new byte[0]);
    files.copyTo(home);
    assertThat(Files.readAllBytes(copy)).isEqualTo(good);
  }

  /** A file where the cache folder should be stops everybody, the superuser too. */
  @Test
  void takesATemporaryFolderWhenTheCacheCannotBeWritten() throws IOException {
    NativeLibrary.platformOrSkip();
    Path file = Files.createFile(folder.resolve("file"));
    OpenBlasLocator locator =
        new OpenBlasLocator(null, Platform.current(), CLASS_PATH, file.resolve("native"));
    Found found = locator.find().orElseThrow();
    assertThat(found.library()).contains("lanewise-native-");
    assertThat(locator.failures())
        .singleElement(InstanceOfAssertFactories.STRING)
        .contains(file.toString());
  }

  @Test
  void usesACompleteCopyInAFolderThatCannotBeWritten() throws IOException {
    Platform platform = NativeLibrary.platformOrSkip();
    NativeFiles files = files(platform);
    Path home = folder.resolve(files.key());
    files.copyTo(home);
    assertThat(home.toFile().setWritable(false)).isTrue();
    try {
      assertThat(files.copyTo(home)).hasSizeGreaterThan(0);
    } finally {
      assertThat(home.toFile().setWritable(true)).isTrue();
    }
  }

  @Test
  void putsTheCacheWhereXdgSays() {
    assertThat(OpenBlasLocator.userCache("/var/xdg", "/home/x"))
        .isEqualTo(Path.of("/var/xdg/lanewise/native"));
    Path home = Path.of("/home/x/.cache/lanewise/native");
    assertThat(OpenBlasLocator.userCache(null, "/home/x")).isEqualTo(home);
    assertThat(OpenBlasLocator.userCache("", "/home/x")).isEqualTo(home);
    assertThat(OpenBlasLocator.userCache("relative", "/home/x")).isEqualTo(home);
  }

  @Test
  void providerTellsEveryCause() {
    OpenBlasKernelProvider provider =
        new OpenBlasKernelProvider(() -> locator(folder.resolve("gone.so").toString(), CLASS_PATH));
    Probe probe = provider.probe();
    assertThat(probe.available()).isFalse();
    assertThat(probe.detail()).contains("gone.so", "no such file");
    Kernels fallback = Engine.builder().backend(BackendRequest.SCALAR).threads(1).open().kernels();
    assertThatIllegalStateException()
        .isThrownBy(() -> provider.create(fallback))
        .withMessageContaining("gone.so");
  }

  @Test
  void providerTellsWhatItUses() {
    NativeLibrary.orSkip();
    Probe probe = new OpenBlasKernelProvider().probe();
    assertThat(probe.available()).isTrue();
    assertThat(probe.name()).isEqualTo("openblas");
    assertThat(probe.detail()).startsWith("OpenBLAS ").doesNotContain("unknown");
    assertThat(probe.facts())
        .containsKeys("version", "configuration", "core", "origin", "library")
        .containsEntry("threads", "1");
  }

  private static NativeFiles files(Platform platform) throws IOException {
    String name =
        platform.dependencies().isEmpty() ? platform.library() : platform.dependencies().getFirst();
    URL url = CLASS_PATH.getResource(platform.resource(name));
    assertThat(url).isNotNull();
    return new NativeFiles(Map.of(name, url));
  }
}
