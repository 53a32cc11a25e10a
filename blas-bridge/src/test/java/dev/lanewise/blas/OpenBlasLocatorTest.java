package dev.lanewise.blas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.lanewise.blas.NativeFiles.Library;
import dev.lanewise.blas.OpenBlasLocator.Found;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import dev.lanewise.engine.kernel.Probe;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenBlasLocatorTest {

  private static final ClassLoader CLASS_PATH = OpenBlasLocatorTest.class.getClassLoader();

  private static final Checksums CHECKSUMS = Checksums.ofRelease();

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
    return new OpenBlasLocator(explicit, Platform.current(), resources, CHECKSUMS, folder);
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
            CHECKSUMS,
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
    OpenBlasLocator locator =
        new OpenBlasLocator(null, Optional.empty(), CLASS_PATH, CHECKSUMS, folder);
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

  /** The artifact's libraries, of which one byte was changed. */
  private ClassLoader changedArtifact(Platform platform) throws IOException {
    Path root = folder.resolve("changed");
    String victim = platform.resource(platform.library());
    for (String name : platform.dependencies()) {
      copyResource(platform.resource(name), root);
    }
    copyResource(victim, root);
    try (FileChannel channel = FileChannel.open(root.resolve(victim), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {42}), channel.size() / 2);
    }
    return new URLClassLoader(new URL[] {root.toUri().toURL()}, null);
  }

  private static void copyResource(String resource, Path root) throws IOException {
    URL url = CLASS_PATH.getResource(resource);
    if (url != null) {
      Path copy = root.resolve(resource);
      Files.createDirectories(copy.getParent());
      try (InputStream in = url.openStream()) {
        Files.copy(in, copy);
      }
    }
  }

  @Test
  void refusesAChangedArtifact() throws IOException {
    Platform platform = NativeLibrary.platformOrSkip();
    Platform here =
        new Platform(
            platform.classifier(),
            platform.dependencies(),
            platform.library(),
            List.of("liblanewise-no-such-library.so"));
    Path cache = folder.resolve("cache");
    ClassLoader changed = changedArtifact(platform);
    OpenBlasLocator locator =
        new OpenBlasLocator(null, Optional.of(here), changed, CHECKSUMS, cache);
    assertThat(locator.find()).isEmpty();
    assertThat(locator.failures().getFirst())
        .contains(platform.library(), "has SHA-256", "it was changed", OpenBlasLocator.PROPERTY);
    try (Stream<Path> files = Files.walk(cache)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("what was written is gone again")
          .doesNotContain(platform.library())
          .noneMatch(name -> name.endsWith(".tmp"));
    }
    // What came from the true artifact before is used: its checksum is right.
    assertThat(new OpenBlasLocator(null, Optional.of(here), CLASS_PATH, CHECKSUMS, cache).find())
        .isPresent();
    assertThat(locator.find().orElseThrow().library()).startsWith(cache.toString());
  }

  @Test
  void refusesALibraryWithoutAChecksum() {
    NativeLibrary.platformOrSkip();
    OpenBlasLocator locator =
        new OpenBlasLocator(null, Platform.current(), CLASS_PATH, new Checksums(Map.of()), folder);
    assertThat(locator.find()).as("and no other takes its place").isEmpty();
    assertThat(locator.failures().getFirst()).contains("has no checksum of");
    assertThat(folder).isEmptyDirectory();
  }

  /** A new version of the artifact needs a new list. */
  @Test
  void knowsTheChecksumsOfEveryArtifact() throws IOException {
    for (String os : List.of("Linux", "Mac OS X", "Windows 11")) {
      for (String arch : List.of("amd64", "aarch64")) {
        Platform platform = Platform.of(os, arch).orElseThrow();
        // There is no artifact of that name.
        if (!platform.classifier().equals("windows-arm64")) {
          assertThat(CHECKSUMS.of(platform.resource(platform.library())))
              .as(platform.classifier())
              .isPresent();
        }
      }
    }
    Platform here = NativeLibrary.platformOrSkip();
    List<String> names = new ArrayList<>(here.dependencies());
    names.add(here.library());
    for (String name : names) {
      URL url = CLASS_PATH.getResource(here.resource(name));
      if (url != null) {
        MessageDigest digest = Checksums.sha256();
        try (InputStream in = url.openStream()) {
          digest.update(in.readAllBytes());
        }
        assertThat(CHECKSUMS.of(here.resource(name))).as(name).contains(Checksums.hex(digest));
      }
    }
  }

  /** A file where the cache folder should be stops everybody, the superuser too. */
  @Test
  void takesATemporaryFolderWhenTheCacheCannotBeWritten() throws IOException {
    NativeLibrary.platformOrSkip();
    Path file = Files.createFile(folder.resolve("file"));
    OpenBlasLocator locator =
        new OpenBlasLocator(
            null, Platform.current(), CLASS_PATH, CHECKSUMS, file.resolve("native"));
    Found found = locator.find().orElseThrow();
    assertThat(found.library()).contains("lanewise-native-");
    assertThat(found.blas().config()).contains("OpenBLAS");
    if (File.separatorChar == '/') {
      assertThat(Path.of(found.library()).getParent()).as("removed after use").doesNotExist();
    }
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
    Kernels fallback =
        EngineKernels.of(Engine.builder().backend(BackendRequest.SCALAR).threads(1).open());
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

  @Test
  void looksAgainUntilItFinds() {
    NativeLibrary.platformOrSkip();
    List<String> places = new ArrayList<>(List.of(folder.resolve("gone.so").toString()));
    OpenBlasKernelProvider provider =
        new OpenBlasKernelProvider(
            () -> locator(places.isEmpty() ? null : places.removeFirst(), CLASS_PATH));
    assertThat(provider.probe().available()).isFalse();
    Probe found = provider.probe();
    assertThat(found.available()).isTrue();
    places.add("never looked at");
    assertThat(provider.probe()).isEqualTo(found);
    assertThat(places).hasSize(1);
  }

  private static NativeFiles files(Platform platform) {
    String name =
        platform.dependencies().isEmpty() ? platform.library() : platform.dependencies().getFirst();
    URL url = CLASS_PATH.getResource(platform.resource(name));
    assertThat(url).isNotNull();
    return new NativeFiles(
        List.of(new Library(name, url, CHECKSUMS.of(platform.resource(name)).orElseThrow())));
  }
}
