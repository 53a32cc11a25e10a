package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What programs can compile against is what {@code src/api/signatures.txt} of each module says.
 * {@code -Dlanewise.api=write} adds what is new to the files; what is gone must be taken out of
 * them by hand, because it breaks somebody.
 */
class ApiTest {

  private static final Pattern EXPORT = Pattern.compile("(?m)^ *exports ([\\w.]+);");

  @ParameterizedTest
  @ValueSource(strings = {"engine", "data"})
  void theApiIsTheRecordedOne(String module) throws Exception {
    Path root = Path.of("..", module);
    Path file = root.resolve("src/api/signatures.txt");
    SortedSet<String> now = signatures(root);
    TreeSet<String> recorded = new TreeSet<>(Files.readAllLines(file));
    assertThat(without(recorded, now))
        .as(
            "gone or changed, which breaks who uses it: take it out of %s, and say so in"
                + " CHANGELOG.md",
            file)
        .isEmpty();
    if ("write".equals(System.getProperty("lanewise.api"))) {
      Files.write(file, now);
      return;
    }
    assertThat(without(now, recorded))
        .as(
            "new (an abstract method in an interface breaks who implements it): record it with"
                + " mvn -pl cli -am test -Dtest=ApiTest -Dlanewise.api=write"
                + " -Dsurefire.failIfNoSpecifiedTests=false")
        .isEmpty();
  }

  /** What computes stays behind the seam: nothing but what is there for backends shows kernels. */
  @ParameterizedTest
  @ValueSource(strings = {"engine", "data"})
  void signaturesNameNoSpeciesAndNoKernels(String module) throws IOException {
    List<String> lines = Files.readAllLines(Path.of("..", module, "src/api/signatures.txt"));
    assertThat(lines).noneMatch(line -> line.contains("jdk.incubator"));
    assertThat(lines)
        .filteredOn(line -> line.matches(".*: .*dev[.]lanewise[.]engine[.]kernel[.]Kernels\\b.*"))
        .allMatch(line -> line.matches("dev[.]lanewise[.]engine[.](kernel|backend)[.].*"));
  }

  /** Neither has the root for its parent: they are what strangers see, or are. */
  @Test
  void theBomAndTheExamplesNameTheVersionOfTheBuild() throws IOException {
    String root = Files.readString(Path.of("..", "pom.xml"));
    Matcher version =
        Pattern.compile("<artifactId>lanewise</artifactId>\\s*<version>(.*)</version>")
            .matcher(root);
    assertThat(version.find()).isTrue();
    assertThat(Path.of("..", "engine/bom/pom.xml"))
        .content()
        .contains("<version>" + version.group(1) + "</version>\n  <packaging>pom</packaging>");
    assertThat(Path.of("..", "docs/examples/pom.xml"))
        .content()
        .contains("<lanewise.version>" + version.group(1) + "</lanewise.version>");
  }

  private static List<String> without(Collection<String> all, Collection<String> others) {
    List<String> rest = new ArrayList<>(all);
    rest.removeAll(others);
    return rest;
  }

  /** A line for each public type, and for each public or protected member of one. */
  private static SortedSet<String> signatures(Path module) throws Exception {
    TreeSet<String> lines = new TreeSet<>();
    Path classes = module.resolve("target/classes");
    String descriptor = Files.readString(module.resolve("src/main/java/module-info.java"));
    for (String name : EXPORT.matcher(descriptor).results().map(r -> r.group(1)).toList()) {
      for (String type : publicTypes(classes, name)) {
        String header = "";
        for (String line : javap(classes, type)) {
          if (line.endsWith("{")) {
            header = line.substring(0, line.length() - 1).strip();
            lines.add(header);
          } else if (line.endsWith(";")) {
            lines.add(type + ": " + line.strip());
          }
        }
        assertThat(header).as(type).isNotEmpty();
      }
    }
    return lines;
  }

  private static List<String> publicTypes(Path classes, String name)
      throws IOException, ClassNotFoundException {
    List<String> types = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes.resolve(name.replace('.', '/')))) {
      for (Path file : files.sorted().toList()) {
        String simple = file.getFileName().toString();
        if (simple.endsWith(".class") && !simple.equals("package-info.class")) {
          String type = name + "." + simple.substring(0, simple.length() - ".class".length());
          if (isPublic(Class.forName(type, false, ApiTest.class.getClassLoader()))) {
            types.add(type);
          }
        }
      }
    }
    return types;
  }

  private static boolean isPublic(Class<?> type) {
    for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
      if (!Modifier.isPublic(c.getModifiers()) || c.isAnonymousClass()) {
        return false;
      }
    }
    return true;
  }

  private static List<String> javap(Path classes, String type) {
    StringWriter out = new StringWriter();
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    PrintWriter writer = new PrintWriter(out);
    assertThat(javap.run(writer, writer, "-protected", "-cp", classes.toString(), type)).isZero();
    return out.toString().lines().toList();
  }
}
