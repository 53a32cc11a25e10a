package dev.lanewise.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documentation of every module must have. */
class DocumentationTest {

  private static final Pattern EXPORT = Pattern.compile("(?m)^ *exports ([\\w.]+);");
  private static final Pattern SNIPPET =
      Pattern.compile("\\{@snippet file=\"([\\w/]+\\.java)\" region=\"(\\w+)\"}");

  /** Every package that is exported shows one, and every one that is shown is there. */
  @ParameterizedTest
  @ValueSource(strings = {"engine", "data"})
  void everyExportedPackageShowsAnExample(String module) throws IOException {
    Path sources = Path.of("..", module, "src/main/java");
    List<String> packages =
        EXPORT
            .matcher(Files.readString(sources.resolve("module-info.java")))
            .results()
            .map(result -> result.group(1))
            .toList();
    assertThat(packages).hasSizeGreaterThan(3);
    for (String name : packages) {
      Path info = sources.resolve(name.replace('.', '/')).resolve("package-info.java");
      Matcher matcher = SNIPPET.matcher(Files.readString(info));
      assertThat(matcher.find()).as(name + " shows an example").isTrue();
      do {
        Path examples = Path.of("..", module, "src/test/java", matcher.group(1));
        assertThat(examples)
            .content()
            .as(name)
            .contains("@start region=" + matcher.group(2) + "\n");
      } while (matcher.find());
    }
  }
}
