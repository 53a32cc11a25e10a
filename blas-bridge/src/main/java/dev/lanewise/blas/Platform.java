package dev.lanewise.blas;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the native library is named on an operating system and processor.
 *
 * @param classifier the classifier of the artifact, and the folder inside it
 * @param dependencies libraries of the artifact that OpenBLAS needs, in the order of loading; a
 *     build that links them in does not have them
 * @param library the library inside the artifact
 * @param systemNames what the system's loader is asked for
 */
record Platform(
    String classifier, List<String> dependencies, String library, List<String> systemNames) {

  static final String FOLDER = "org/bytedeco/openblas/";

  /** This machine; empty if there is no artifact for it. */
  static Optional<Platform> current() {
    return of(System.getProperty("os.name"), System.getProperty("os.arch"));
  }

  /** The platform with the given values of the system properties os.name and os.arch. */
  static Optional<Platform> of(String osName, String osArch) {
    String os = osName.toLowerCase(Locale.ROOT);
    String arch =
        switch (osArch.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm64";
          default -> "";
        };
    if (arch.isEmpty()) {
      return Optional.empty();
    }
    if (os.startsWith("linux")) {
      // libopenblas looks beside itself, libgfortran does not: its own needs are loaded first.
      return Optional.of(
          new Platform(
              "linux-" + arch,
              List.of("libgcc_s.so.1", "libquadmath.so.0", "libgfortran.so.5"),
              "libopenblas.so.0",
              List.of("libopenblas.so.0", "libopenblas.so")));
    }
    if (os.startsWith("mac")) {
      return Optional.of(
          new Platform(
              "macosx-" + arch,
              List.of("libgcc_s.1.1.dylib", "libquadmath.0.dylib", "libgfortran.5.dylib"),
              "libopenblas.0.dylib",
              List.of("libopenblas.0.dylib", "libopenblas.dylib")));
    }
    if (os.startsWith("windows")) {
      return Optional.of(
          new Platform(
              "windows-" + arch, List.of(), "libopenblas.dll", List.of("libopenblas.dll")));
    }
    return Optional.empty();
  }

  /** The class path resource of a file of the artifact. */
  String resource(String file) {
    return FOLDER + classifier + "/" + file;
  }
}
