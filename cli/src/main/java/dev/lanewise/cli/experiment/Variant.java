package dev.lanewise.cli.experiment;

import java.util.Locale;

/** Which reading of a write-up a row follows. */
public enum Variant {
  /** What its code does, defects included. */
  PUBLISHED,
  /** What its text asks for. */
  CORRECTED,
  /** Both, where code and text agree. */
  SAME;

  /** As users write it and reports show it. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
