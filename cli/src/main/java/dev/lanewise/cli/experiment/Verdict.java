package dev.lanewise.cli.experiment;

/** How our figure stands to the published one. */
public enum Verdict {
  /** The same in every digit that was published. */
  EQUAL("equal", true),
  /** A random figure: the published one lies between the smallest and the largest of ours. */
  WITHIN_SPREAD("within spread", true),
  /** Not the same, and this run has shown why; the note says so. */
  EXPLAINED("differs, explained", true),
  /** Not the same, for no reason known. */
  DIFFERS("differs", false),
  /** The published figure is context only; the note says what a comparison would need. */
  NOT_COMPARABLE("not comparable", true),
  /** Nothing was published for this row. */
  NO_FIGURE("", true);

  private final String text;
  private final boolean acceptable;

  Verdict(String text, boolean acceptable) {
    this.text = text;
    this.acceptable = acceptable;
  }

  /** As reports show it; empty if there is nothing to compare with. */
  public String text() {
    return text;
  }

  /** Whether a run with this verdict has succeeded. */
  public boolean acceptable() {
    return acceptable;
  }
}
