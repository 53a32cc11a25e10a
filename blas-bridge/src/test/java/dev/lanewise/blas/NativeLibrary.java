package dev.lanewise.blas;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** The library that the tests run on. */
final class NativeLibrary {
  private NativeLibrary() {}

  private static final OpenBlasLocator LOCATOR = OpenBlasLocator.ofProcess();
  private static final Optional<OpenBlasLocator.Found> FOUND = LOCATOR.find();

  /** The library, or a visible skip where this platform has none. */
  static OpenBlasLocator.Found orSkip() {
    Assumptions.assumeTrue(FOUND.isPresent(), () -> "no OpenBLAS here: " + LOCATOR.failures());
    return FOUND.orElseThrow();
  }

  /** The platform whose artifact is on the class path, or a visible skip. */
  static Platform platformOrSkip() {
    Optional<Platform> platform = Platform.current();
    Assumptions.assumeTrue(
        platform
            .map(p -> NativeLibrary.class.getClassLoader().getResource(p.resource(p.library())))
            .isPresent(),
        () -> "no OpenBLAS artifact for " + platform + " on the class path");
    return platform.orElseThrow();
  }
}
