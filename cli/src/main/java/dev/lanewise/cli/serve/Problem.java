package dev.lanewise.cli.serve;

import java.util.Map;

/** Ends a request with an error that its sender is told about (RFC 9457). */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient Map<String, String> headers;

  Problem(int status, String detail) {
    this(status, detail, Map.of());
  }

  Problem(int status, String detail, Map<String, String> headers) {
    // Told, not traced: half of them are made under load.
    super(detail, null, false, false);
    this.status = status;
    this.headers = headers;
  }

  /** The engine has no room; trying again is worth it. */
  static Problem busy(String detail) {
    return new Problem(503, detail, Map.of("Retry-After", "1"));
  }

  /** Another server, or this one started again, may answer. */
  static Problem stopping() {
    return new Problem(
        503, "the server is stopping", Map.of("Retry-After", "1", "Connection", "close"));
  }

  int status() {
    return status;
  }

  Map<String, String> headers() {
    return headers;
  }
}
