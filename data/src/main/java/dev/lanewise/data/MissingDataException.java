package dev.lanewise.data;

/** Data that was asked for is not there; the message says what to do about it. */
public final class MissingDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MissingDataException(String message) {
    super(message);
  }

  public MissingDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
