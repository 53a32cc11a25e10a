package dev.lanewise.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Where the program starts. */
public final class Main {
  private Main() {}

  /** Runs a command line and exits with one of {@link ExitCodes}. */
  public static void main(String[] args) {
    System.exit(
        run(
            args,
            writer(System.out, System.getProperty("stdout.encoding")),
            writer(System.err, System.getProperty("stderr.encoding"))));
  }

  private static PrintWriter writer(PrintStream stream, @Nullable String encoding) {
    return new PrintWriter(
        stream,
        true,
        encoding == null ? StandardCharsets.UTF_8 : java.nio.charset.Charset.forName(encoding));
  }

  /**
   * Runs a command line.
   *
   * @param out where results go
   * @param err where messages go
   * @return one of {@link ExitCodes}
   */
  public static int run(String[] args, PrintWriter out, PrintWriter err) {
    int code;
    try {
      code = Lanewise.commandLine(out, err).execute(args);
    } catch (OutOfMemoryError e) {
      err.println(
          "lanewise: not enough memory ("
              + e.getMessage()
              + "); give more, as in LANEWISE_JAVA_OPTS=-Xmx2g, or take fewer --threads");
      code = ExitCodes.INTERNAL;
    }
    out.flush();
    err.flush();
    return code;
  }
}
