package dev.lanewise.cli;

/** What the command's exit code tells a script. */
public final class ExitCodes {

  /** All went well, and every figure is what it should be. */
  public static final int OK = 0;

  /** A defect of lanewise itself. */
  public static final int INTERNAL = 1;

  /** The command line is wrong. */
  public static final int USAGE = 2;

  /** A data set is not here, or a file of it is not what it should be. */
  public static final int DATA = 3;

  /** The backend asked for does not work here. */
  public static final int BACKEND = 4;

  /** A figure differs from the published one without an explanation. */
  public static final int FIGURE = 5;

  /** A result could not be written. */
  public static final int OUTPUT = 6;

  /** Only from the launcher: no JDK, no Maven, or the build failed. */
  public static final int CANNOT_START = 7;

  private ExitCodes() {}
}
