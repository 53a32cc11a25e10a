package dev.lanewise.engine.backend;

/** A backend was asked for by name and does not work here. The message says why and what to do. */
public final class BackendUnavailableException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /** With a message that says why and what to do. */
  public BackendUnavailableException(String message) {
    super(message);
  }
}
