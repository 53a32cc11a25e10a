package dev.lanewise.blas;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The SHA-256 of every native library that this release may load from the artifact {@code
 * org.bytedeco:openblas}, taken when the release was made. What {@code sha256sum} writes is the
 * list.
 */
final class Checksums {

  private static final String LIST = "openblas.sha256";

  private final Map<String, String> byResource;

  Checksums(Map<String, String> byResource) {
    this.byResource = Map.copyOf(byResource);
  }

  /** Those of this release. */
  static Checksums ofRelease() {
    try (InputStream in = Objects.requireNonNull(Checksums.class.getResourceAsStream(LIST), LIST);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
      return new Checksums(
          lines
              .lines()
              .map(line -> line.split("  ", 2))
              .collect(Collectors.toMap(line -> line[1], line -> line[0])));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In hexadecimal; empty if a resource of that name is not one to load. */
  Optional<String> of(String resource) {
    return Optional.ofNullable(byResource.get(resource));
  }

  /** A digest to feed. */
  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What a digest was fed, as in the list. */
  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
