package dev.lanewise.engine.backend;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the user asks for. {@link #AUTO} takes the best that works; the others work or fail. */
public enum BackendRequest {
  /** The fastest backend that works here. */
  AUTO,
  /** Plain loops: slow, needs nothing. */
  SCALAR,
  /** SIMD in Java; needs the module {@code jdk.incubator.vector}. */
  VECTOR,
  /** OpenBLAS for what it does; needs {@code lanewise-blas-bridge} and its native library. */
  OPENBLAS,
  /** Large products by {@link #OPENBLAS}, all else by {@link #VECTOR}; needs what both need. */
  MIXED;

  /** The name as users write it, lower case. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Reads a name, in any case.
   *
   * @throws IllegalArgumentException if there is no such backend; the message lists the names
   */
  public static BackendRequest parse(String name) {
    for (BackendRequest request : values()) {
      if (request.id().equals(name.strip().toLowerCase(Locale.ROOT))) {
        return request;
      }
    }
    throw new IllegalArgumentException(
        "unknown backend '"
            + name
            + "': use one of "
            + Arrays.stream(values()).map(BackendRequest::id).collect(Collectors.joining(", ")));
  }
}
