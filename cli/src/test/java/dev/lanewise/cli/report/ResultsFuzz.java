package dev.lanewise.cli.report;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.cli.fuzz.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.xml.sax.SAXException;

/**
 * What {@code lanewise report} reads: results that are accepted become a page in which nothing of
 * the file runs, with figures that are well-formed.
 */
public final class ResultsFuzz {

  /** What the page's own template does not hold: text of the file can only be text. */
  private static final Pattern LIVE =
      Pattern.compile(
          "<script|<iframe|<object|<[^<>]*\\s(href|src)=\"\\s*javascript:",
          Pattern.CASE_INSENSITIVE);

  private ResultsFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    Path file = Scratch.file("input.json", input);
    Path folder = Scratch.path("report");
    Report report;
    try {
      report = Report.of(file);
    } catch (ReportException e) {
      require(
          String.valueOf(e.getMessage()).contains(file.toString()), "the message names no file");
      return;
    }
    report.writeTo(folder);
    String html = Files.readString(folder.resolve(Report.PAGE));
    require(!LIVE.matcher(html).find(), "the page holds something that is not text");
    for (Path figure : figures(folder)) {
      try {
        DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(figure.toFile());
      } catch (SAXException e) {
        throw new IllegalStateException("a figure is not well-formed", e);
      }
      Files.delete(figure);
    }
  }

  private static List<Path> figures(Path folder) throws IOException {
    try (var files = Files.list(folder.resolve(Report.FIGURES))) {
      return files.toList();
    }
  }
}
