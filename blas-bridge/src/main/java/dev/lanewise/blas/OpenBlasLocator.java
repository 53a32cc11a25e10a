package dev.lanewise.blas;

import dev.lanewise.blas.NativeFiles.Library;
import dev.lanewise.blas.NativeFiles.WrongLibraryException;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds and loads OpenBLAS. The places, in order: the file that the system property {@value
 * #PROPERTY} names, and then nothing else; the bytedeco artifact on the class path, copied to a
 * folder of this user, or to a temporary one if that fails; the system's own library. Of the
 * artifact, only what has the checksum of the release is loaded; the named file and the system's
 * are trusted as they are.
 *
 * <p>A library that has been loaded stays loaded until the process ends.
 */
final class OpenBlasLocator {

  /** Names the library's file; no other place is tried then. */
  static final String PROPERTY = "lanewise.openblas.library";

  private final @Nullable String explicit;
  private final Optional<Platform> platform;
  private final ClassLoader resources;
  private final Checksums checksums;
  private final Path cache;
  private final List<String> failures = new ArrayList<>();

  /**
   * A look-up that has not begun.
   *
   * @param explicit the file to load, or null to search
   * @param platform how libraries are named here
   * @param resources where the artifact is looked for
   * @param checksums of what may be loaded from the artifact
   * @param cache the folder of this user for copies
   */
  OpenBlasLocator(
      @Nullable String explicit,
      Optional<Platform> platform,
      ClassLoader resources,
      Checksums checksums,
      Path cache) {
    this.explicit = explicit;
    this.platform = platform;
    this.resources = resources;
    this.checksums = checksums;
    this.cache = cache;
  }

  /** For this process: its properties, its class path, its user. */
  static OpenBlasLocator ofProcess() {
    ClassLoader loader = OpenBlasLocator.class.getClassLoader();
    return new OpenBlasLocator(
        System.getProperty(PROPERTY),
        Platform.current(),
        loader == null ? ClassLoader.getSystemClassLoader() : loader,
        Checksums.ofRelease(),
        userCache(System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home")));
  }

  /** lanewise/native in the XDG cache folder; the specification has relative values ignored. */
  static Path userCache(@Nullable String xdgCacheHome, String home) {
    Path base =
        xdgCacheHome != null && !xdgCacheHome.isEmpty() && Path.of(xdgCacheHome).isAbsolute()
            ? Path.of(xdgCacheHome)
            : Path.of(home, ".cache");
    return base.resolve("lanewise").resolve("native");
  }

  /**
   * What was found.
   *
   * @param blas the library, bound
   * @param origin where it comes from, for a sentence
   * @param library its file, or its name if the system's loader found it
   */
  record Found(OpenBlas blas, String origin, String library) {}

  /**
   * Searches. After an empty answer {@link #failures()} has one entry for each place tried. An
   * artifact with a wrong checksum ends the search.
   *
   * @return the first library that works
   */
  Optional<Found> find() {
    failures.clear();
    if (explicit != null) {
      return fromFile(explicit);
    }
    try {
      return fromArtifact().or(this::fromSystem);
    } catch (WrongLibraryException e) {
      // Somebody should know: nothing else takes its place.
      return failed("bytedeco artifact", e);
    }
  }

  /** Each place tried without success, and why. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  private Optional<Found> fromFile(String file) {
    String place = PROPERTY + "=" + file;
    Path path;
    try {
      path = Path.of(file).toAbsolutePath();
    } catch (InvalidPathException e) {
      return failed(place, e);
    }
    if (!Files.isRegularFile(path)) {
      return failed(place, Files.exists(path) ? "not a regular file" : "no such file");
    }
    try {
      return Optional.of(
          new Found(load(path), "the file that " + PROPERTY + " names", path.toString()));
    } catch (RuntimeException | LinkageError e) {
      return failed(place, e);
    }
  }

  private Optional<Found> fromArtifact() throws WrongLibraryException {
    if (platform.isEmpty()) {
      return failed(
          "bytedeco artifact",
          "none is known for "
              + System.getProperty("os.name")
              + " on "
              + System.getProperty("os.arch"));
    }
    Platform here = platform.get();
    String place = "bytedeco artifact for " + here.classifier();
    URL library = resources.getResource(here.resource(here.library()));
    if (library == null) {
      return failed(
          place,
          "not on the class path ("
              + here.resource(here.library())
              + "); add org.bytedeco:openblas with classifier "
              + here.classifier());
    }
    NativeFiles natives = natives(here, library);
    try {
      return Optional.of(fromCopies(natives, cache.resolve(natives.key()), here));
    } catch (WrongLibraryException e) {
      throw e;
    } catch (IOException | RuntimeException | LinkageError e) {
      // A read-only home, a full disk, a file system mounted noexec: a temporary folder may do.
      failed(place + " in " + cache, e);
    }
    try {
      return Optional.of(fromTemporaryCopies(natives, here));
    } catch (WrongLibraryException e) {
      throw e;
    } catch (IOException | RuntimeException | LinkageError e) {
      return failed(place + " in a temporary folder", e);
    }
  }

  private NativeFiles natives(Platform platform, URL library) throws WrongLibraryException {
    List<Library> libraries = new ArrayList<>();
    for (String dependency : platform.dependencies()) {
      URL url = resources.getResource(platform.resource(dependency));
      if (url != null) {
        libraries.add(library(platform, dependency, url));
      }
    }
    libraries.add(library(platform, platform.library(), library));
    return new NativeFiles(libraries);
  }

  private Library library(Platform platform, String name, URL url) throws WrongLibraryException {
    return new Library(
        name,
        url,
        checksums
            .of(platform.resource(name))
            .orElseThrow(
                () ->
                    new WrongLibraryException(
                        "this release has no checksum of " + url + ", which is not loaded")));
  }

  private static Found fromTemporaryCopies(NativeFiles natives, Platform platform)
      throws IOException {
    Path folder = Files.createTempDirectory("lanewise-native-");
    try {
      return fromCopies(natives, folder, platform);
    } finally {
      removeAfterUse(folder);
    }
  }

  /**
   * Removes copies at once, so that no end of the process leaves them: what is loaded needs its
   * file no more. Windows keeps the files of what is loaded, until the JVM exits.
   */
  private static void removeAfterUse(Path folder) throws IOException {
    List<File> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files.map(Path::toFile).filter(file -> !file.delete()).forEach(kept::add);
    }
    if (!folder.toFile().delete()) {
      // In the reverse order: files first.
      folder.toFile().deleteOnExit();
      kept.forEach(File::deleteOnExit);
    }
  }

  private static Found fromCopies(NativeFiles natives, Path folder, Platform platform)
      throws IOException {
    Map<String, Path> copies = natives.copyTo(folder);
    for (Map.Entry<String, Path> copy : copies.entrySet()) {
      if (!copy.getKey().equals(platform.library())) {
        open(copy.getValue());
      }
    }
    Path library = folder.resolve(platform.library());
    return new Found(load(library), "the bytedeco artifact", library.toString());
  }

  private Optional<Found> fromSystem() {
    List<String> names = platform.map(Platform::systemNames).orElse(List.of("libopenblas.so.0"));
    for (String name : names) {
      try {
        SymbolLookup symbols = SymbolLookup.libraryLookup(name, Arena.global());
        return Optional.of(new Found(new ForeignOpenBlas(symbols, name), "the system", name));
      } catch (RuntimeException | LinkageError e) {
        failed("system library " + name, e);
      }
    }
    return Optional.empty();
  }

  private static OpenBlas load(Path file) {
    return new ForeignOpenBlas(open(file), file.toString());
  }

  /** As the look-up, but with the system loader's own reason if it fails. */
  private static SymbolLookup open(Path file) {
    try {
      return SymbolLookup.libraryLookup(file, Arena.global());
    } catch (IllegalArgumentException e) {
      // The look-up does not say why; the older way of loading does.
      try {
        System.load(file.toString());
      } catch (UnsatisfiedLinkError reason) {
        reason.addSuppressed(e);
        throw reason;
      }
      throw e;
    }
  }

  private Optional<Found> failed(String place, Throwable cause) {
    if (cause instanceof IllegalCallerException) {
      Module module = OpenBlasLocator.class.getModule();
      return failed(
          place,
          "native access is denied; start Java with --enable-native-access="
              + (module.isNamed() ? module.getName() : "ALL-UNNAMED"));
    }
    return failed(place, cause.toString());
  }

  private Optional<Found> failed(String place, String why) {
    failures.add(place + ": " + why);
    return Optional.empty();
  }
}
