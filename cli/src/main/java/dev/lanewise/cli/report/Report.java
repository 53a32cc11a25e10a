package dev.lanewise.cli.report;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/**
 * The results of a reproduction as a page to look at: one file with all pictures in it, which asks
 * the network for nothing, and beside it the charts as files of their own and the results it was
 * made from. Equal results make equal pages.
 */
public final class Report {

  /** The page. */
  public static final String PAGE = "index.html";

  /** The results, in the report's folder. */
  public static final String RESULTS = "report.json";

  /** The charts, in the report's folder. */
  public static final String FIGURES = "figures";

  /** The name of a figure that a report may have made. */
  private static final Pattern FIGURE = Pattern.compile("(?:speed|[a-z0-9-]+-\\d+)\\.svg");

  private final Path json;
  private final Page page;

  private Report(Path json, Page page) {
    this.json = json;
    this.page = page;
  }

  /**
   * Reads results and draws their charts.
   *
   * @param json what {@code reproduce --json} wrote
   * @throws ReportException if the file is something else, is damaged, or comes from a later
   *     version; or if there are no fonts to write with
   * @throws IOException if it cannot be read
   */
  public static Report of(Path json) throws IOException {
    // No screen is needed, and where there is one Java shall not open a menu for it.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
    Results results = Results.read(json);
    Charts.requireFonts();
    return new Report(json, Page.of(results));
  }

  /**
   * Reads results as they are, to go on from them.
   *
   * @throws ReportException if the file is something else, or comes from a later version
   * @throws IOException if it cannot be read
   */
  public static ObjectNode results(Path json) throws IOException {
    Results.read(json);
    return Results.tree(json);
  }

  /**
   * Writes {@value #PAGE}, {@value #RESULTS} and the folder {@value #FIGURES}. Files of these names
   * are replaced, each at once; figures of an earlier report that this one has not are deleted;
   * others are left alone.
   *
   * @param folder made if it is not there
   * @throws IOException if something cannot be written
   */
  public void writeTo(Path folder) throws IOException {
    Path figures = Files.createDirectories(folder.resolve(FIGURES));
    String style = resource("figure.css");
    Set<String> names = new HashSet<>();
    for (Page.Figure figure : page.figures()) {
      names.add(figure.file());
      replace(figures.resolve(figure.file()), alone(figure.svg(), style));
    }
    deleteOthers(figures, names);
    Path copy = folder.resolve(RESULTS);
    if (!Files.exists(copy) || !Files.isSameFile(json, copy)) {
      replace(copy, Files.readString(json));
    }
    replace(folder.resolve(PAGE), html());
  }

  /** Figures of another run would pass for those of this one. */
  private static void deleteOthers(Path figures, Set<String> names) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(figures)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (FIGURE.matcher(name).matches() && !names.contains(name)) {
          Files.delete(file);
        }
      }
    }
  }

  /** The page. */
  String html() throws IOException {
    Template template =
        Mustache.compiler()
            .strictSections(true)
            .emptyStringIsFalse(true)
            .compile(resource("page.mustache"));
    return template.execute(new Whole(resource("page.css"), page));
  }

  /** What the template sees. */
  private record Whole(String style, Page page) {}

  /** A chart that no page gives its colours. */
  private static String alone(String svg, String style) {
    int inside = svg.indexOf('>') + 1;
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        + svg.substring(0, inside)
        + "<style>"
        + style
        + "</style><rect width=\"100%\" height=\"100%\" stroke=\"none\""
        + " style=\"fill:var(--surface)\"/>"
        + svg.substring(inside)
        + "\n";
  }

  private static void replace(Path file, String content) throws IOException {
    Path draft = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      Files.writeString(draft, content);
      try {
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(Report.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
