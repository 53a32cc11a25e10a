import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Formats every Java file of the project, or checks that each is formatted: {@code Format.java check|write ROOT}.
 *
 * <p>A program and not a plug-in, because the formatter reads the language of the JDK it runs on, and Maven may run on an
 * older one than the sources are written for.
 */
final class Format {
  private Format() {}

  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    Path root = Path.of(args[1]);
    var formatter = new Formatter(JavaFormatterOptions.builder().formatJavadoc(true).build());
    List<Path> files;
    try (var walk = Files.walk(root)) {
      files =
          walk.filter(p -> p.toString().endsWith(".java") && !root.relativize(p).toString().matches("(.*/)?(target|\\.ci)/.*"))
              .sorted()
              .toList();
    }
    var differing = new ArrayList<Path>();
    for (Path file : files) {
      String source = Files.readString(file);
      String formatted;
      try {
        formatted = formatter.formatSourceAndFixImports(source);
      } catch (Exception e) {
        System.err.println(root.relativize(file) + ": " + e.getMessage());
        System.exit(1);
        return;
      }
      if (!formatted.equals(source)) {
        differing.add(root.relativize(file));
        if (write) {
          Files.writeString(file, formatted);
        }
      }
    }
    differing.forEach(f -> System.err.println((write ? "formatted " : "not formatted: ") + f));
    if (!write && !differing.isEmpty()) {
      System.err.println("Run: mvn -N -q validate -Dformat=write");
      System.exit(1);
    }
  }
}
