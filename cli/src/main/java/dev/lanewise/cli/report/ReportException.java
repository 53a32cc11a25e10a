package dev.lanewise.cli.report;

import java.io.IOException;

/** Says what is wrong with the results of which a report was to be made. */
public final class ReportException extends IOException {
  private static final long serialVersionUID = 1L;

  /** With a message that names the file. */
  public ReportException(String message) {
    super(message);
  }
}
