import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Formats every Java file of the project, or checks that each is formatted: {@code Format.java check|write ROOT}.
 *
 * <p>A program and not a plug-in, because the formatter reads the language of the JDK it runs on, and Maven may run on an
 * older one than the sources are written for.
 */
final class Format {

  private static final Formatter FORMATTER =
      new Formatter(JavaFormatterOptions.builder().formatJavadoc(true).build());

  private Format() {}

  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]);
    List<Path> files;
    try (var walk = Files.walk(root)) {
      files =
          walk.filter(p -> p.toString().endsWith(".java") && !root.relativize(p).toString().matches("(.*/)?(target|\\.ci)/.*"))
              .sorted()
              .toList();
    }
    List<Path> differing =
        files.parallelStream()
            .filter(file -> differs(root, file, write))
            .map(root::relativize)
            .toList();
    differing.forEach(f -> System.err.println((write ? "formatted " : "not formatted: ") + f));
    if (!write && !differing.isEmpty()) {
      System.err.println("Run: mvn -N -q validate -Dformat=write");
      System.exit(1);
    }
  }

  /** Whether a file is not formatted; then, if asked to, writes it as it should be. */
  private static boolean differs(Path root, Path file, boolean write) {
    try {
      String source = Files.readString(file);
      String formatted = FORMATTER.formatSourceAndFixImports(source);
      if (formatted.equals(source)) {
        return false;
      }
      if (write) {
        Files.writeString(file, formatted);
      }
      return true;
    } catch (FormatterException e) {
      System.err.println(root.relativize(file) + ": " + e.getMessage());
      System.exit(1);
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
