import java.lang.module.ModuleDescriptor.Version;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes docs/dependencies.md of the lists of contents that the build writes, or checks that it is up to date: {@code
 * Dependencies.java check|write ROOT}. Fails if a library has no licence, or none of those it may be taken under is known here, or if it
 * is older than a line of .ci/advisories.tsv asks for.
 */
final class Dependencies {
  private Dependencies() {}

  /** Licences that the lists of contents call by another name than SPDX's; JLine's links to the text of three clauses. */
  private static final Map<String, String> CALLED =
      Map.of(
          "com.samskivert The (New) BSD License", "BSD-3-Clause",
          "org.jfree GNU Lesser General Public Licence", "LGPL-2.1-or-later",
          "org.jline BSD-4-Clause", "BSD-3-Clause");

  /** Any of these is enough: it asks of who passes the library on, unchanged and as a file of its own, no more than its text. */
  private static final Set<String> FREE = Set.of("Apache-2.0", "MIT", "MIT-0", "BSD-2-Clause", "BSD-3-Clause", "EPL-2.0", "LGPL-2.1-or-later");

  public static void main(String[] args) throws Exception {
    Path root = Path.of(args[1]);
    var usedBy = new TreeMap<String, Set<String>>();
    var licences = new TreeMap<String, Set<String>>();
    for (String module : List.of("engine", "data", "blas-bridge", "cli")) {
      for (JsonNode component : contents(root.resolve(module).resolve("target")).path("components")) {
        if (component.path("group").asString().equals("dev.lanewise")) {
          continue;
        }
        String name = component.path("group").asString() + ":" + component.path("name").asString() + " | " + component.path("version").asString();
        usedBy.computeIfAbsent(name, _ -> new TreeSet<>()).add(module);
        licences.put(name, licences(component));
      }
    }
    var problems = new ArrayList<String>();
    var page = new StringBuilder(
        """
        # Dependencies

        What each artefact brings along, and what the command's archives hold. Made by `.ci/supply-chain` of the SBOMs (CycloneDX) that
        `mvn -Prelease package` writes; it fails if a library has no licence or none that is known to be fit. Where a library offers
        several, it is taken under the first of Apache, MIT, BSD, EPL, LGPL.

        | library | version | licences it offers | brought by |
        | --- | --- | --- | --- |
        """);
    usedBy.forEach(
        (name, modules) -> {
          Set<String> offered = licences.get(name);
          if (offered.stream().noneMatch(FREE::contains)) {
            problems.add(name + " is under " + offered + ", none of which is known to be fit");
          }
          page.append("| ").append(name).append(" | ").append(String.join(", ", offered)).append(" | ").append(String.join(", ", modules)).append(" |\n");
        });
    page.append(
        """

        `engine` depends on nothing: JSpecify's annotations are compiled against and not needed at run time.

        Nothing that is linked into a program of a user's is under a GPL without an exception for that:

        - OpenBLAS' artefact holds, beside OpenBLAS (BSD-3-Clause), libraries of GCC: libgcc_s and libgfortran under the GPL 3 with the GCC
          Runtime Library Exception, and libquadmath under the LGPL 2.1 or later. A program with `engine` and `data` alone gets none of them.
        - The archive that brings a runtime holds OpenJDK, under the GPL 2 with the Classpath Exception; `runtime/legal` has the texts.
        """);
    Path file = root.resolve("docs/dependencies.md");
    if (args[0].equals("write")) {
      Files.writeString(file, page);
    } else if (Files.notExists(file) || !Files.readString(file).contentEquals(page)) {
      problems.add("docs/dependencies.md is not what the build says; run .ci/supply-chain --write");
    }
    int advisories = advisories(root.resolve(".ci/advisories.tsv"), usedBy.keySet(), problems);
    problems.forEach(System.err::println);
    System.out.println(usedBy.size() + " libraries, " + advisories + " lines of advisories, " + problems.size() + " problems");
    System.exit(problems.isEmpty() ? 0 : 1);
  }

  /** Adds what is older than an advisory asks for, and advisories for nothing; returns how many there are. */
  private static int advisories(Path file, Set<String> libraries, List<String> problems) throws Exception {
    int count = 0;
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith("#")) {
        continue;
      }
      count++;
      String[] fields = line.split("\t");
      var concerned = libraries.stream().filter(library -> library.startsWith(fields[0])).toList();
      if (concerned.isEmpty()) {
        problems.add(file + " has a line for " + fields[0] + ", of which nothing is shipped");
      }
      var mended = Version.parse(fields[1]);
      for (String library : concerned) {
        if (Version.parse(library.substring(library.lastIndexOf(' ') + 1)).compareTo(mended) < 0) {
          problems.add(library + " is older than " + fields[1] + ": " + fields[2] + " (" + fields[3] + ")");
        }
      }
    }
    return count;
  }

  private static JsonNode contents(Path target) throws Exception {
    try (var files = Files.newDirectoryStream(target, "*-sbom.json")) {
      return JsonMapper.shared().readTree(Files.readAllBytes(files.iterator().next()));
    }
  }

  private static Set<String> licences(JsonNode component) {
    var names = new TreeSet<String>();
    for (JsonNode choice : component.path("licenses")) {
      JsonNode licence = choice.path("license");
      String name = licence.path("id").asString(licence.path("name").asString(choice.path("expression").asString("")));
      names.add(CALLED.getOrDefault(component.path("group").asString() + " " + name, name));
    }
    return names;
  }
}
