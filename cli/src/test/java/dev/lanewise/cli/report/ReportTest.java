package dev.lanewise.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of results made up for it, with everything in them that a report can show. */
class ReportTest {

  @TempDir private Path folder;

  static String sample() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(ReportTest.class.getResourceAsStream("sample.json"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Path file(String json) throws IOException {
    return Files.writeString(folder.resolve("out.json"), json);
  }

  private static List<Path> figures(Path report) throws IOException {
    try (var files = Files.list(report.resolve(Report.FIGURES))) {
      return files.sorted().toList();
    }
  }

  @Test
  void everythingIsThereAndEveryFigureIsWellFormed() throws Exception {
    Path report = folder.resolve("report");
    Report.of(file(sample())).writeTo(report);
    assertThat(Files.readString(report.resolve(Report.RESULTS))).isEqualTo(sample());
    String html = Files.readString(report.resolve(Report.PAGE));
    assertThat(html)
        .contains("<!doctype html>", "prefers-color-scheme: dark", "@media print")
        .contains("id=\"summary\"", "id=\"machine\"", "id=\"first\"", "id=\"second\"")
        .contains("Test CPU", "because it is a test", "1.2.3, commit abc")
        .as("both variants, and what the defect changes")
        .contains("As published:", "Corrected:", "What the defects change", "−0.100")
        .as("figures of both, and their times")
        .contains("0.900", "0.950", "2 min 00 s", "1.50 s")
        .as("images")
        .contains("alt=\"Image: a seven\"", "data:image/png;base64,")
        .as("an experiment that did not run")
        .contains("did not run here")
        .as("an interrupted run")
        .contains("The run was interrupted: third is not in this report.");
    DocumentBuilder parser = DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder();
    List<Path> figures = figures(report);
    assertThat(figures)
        .extracting(figure -> String.valueOf(figure.getFileName()))
        .containsExactly(
            "first-1.svg", "first-2.svg", "first-3.svg", "first-4.svg", "first-5.svg", "speed.svg");
    for (Path figure : figures) {
      var svg = parser.parse(figure.toFile()).getDocumentElement();
      assertThat(svg.getAttribute("aria-label")).as("alt text of " + figure).isNotBlank();
      String text = Files.readString(figure);
      assertThat(text).as("its own colours").contains("--ink:#", "var(--ink)");
      assertThat(text).as("no stand-in is left").doesNotContain("rgb(11,11,11)", "rgb(1,1,1)");
    }
    String curves = Files.readString(figures.getFirst());
    assertThat(curves)
        .contains("var(--series-1)", "var(--series-2)")
        .contains("Line chart, Validation accuracy", "published", "Marked: best: epoch 1")
        .contains(">epoch<", ">accuracy<", ">Validation accuracy<");
    assertThat(Files.readString(figures.get(1))).contains("Heat map, Confusion", ">prediction<");
  }

  @Test
  void equalResultsMakeEqualPages() throws IOException {
    Path json = file(sample());
    assertThat(Report.of(json).html()).isEqualTo(Report.of(json).html());
  }

  @Test
  void textOfTheFileStaysText() throws IOException {
    String evil = "<script>alert(1)</script>&\\\"'<img src=x onerror=y>";
    String json =
        sample()
            .replace("a seven", evil)
            .replace("the first", evil)
            .replace("Validation accuracy", evil)
            .replace("validation accuracy", evil)
            .replace("a note", evil)
            .replace("Test CPU", evil)
            .replace("Confusion", evil);
    String html = Report.of(file(json)).html();
    assertThat(html).contains("&lt;script&gt;").doesNotContain("<script", "<img src=x");
  }

  @Test
  void aReportInItsOwnFolderIsMadeAgain() throws IOException {
    Path report = folder.resolve("report");
    Report.of(file(sample())).writeTo(report);
    String page = Files.readString(report.resolve(Report.PAGE));
    Files.delete(report.resolve(Report.PAGE));
    Report.of(report.resolve(Report.RESULTS)).writeTo(report);
    assertThat(Files.readString(report.resolve(Report.PAGE))).isEqualTo(page);
    try (var files = Files.list(report)) {
      assertThat(files).as("no drafts").hasSize(3);
    }
  }

  @Test
  void figuresOfAnEarlierReportAreDeletedAndOtherFilesAreNot() throws IOException {
    Path report = folder.resolve("report");
    Report.of(file(sample())).writeTo(report);
    Path mine = Files.writeString(report.resolve(Report.FIGURES).resolve("My notes.svg"), "mine");
    String fewer = sample().replace("\"id\": \"first\"", "\"id\": \"other-1\"");
    Report.of(file(fewer)).writeTo(report);
    assertThat(figures(report))
        .extracting(figure -> String.valueOf(figure.getFileName()))
        .containsExactly(
            "My notes.svg",
            "other-1-1.svg",
            "other-1-2.svg",
            "other-1-3.svg",
            "other-1-4.svg",
            "other-1-5.svg",
            "speed.svg");
    assertThat(mine).hasContent("mine");
  }

  @Test
  void manyFiguresOverSeedsAreSplitAndLossesAreNoShares() throws IOException {
    StringBuilder rows = new StringBuilder("\"rows\": [");
    for (int i = 0; i < 80; i++) {
      String label = (i % 2 == 0 ? "accuracy " : "test loss ") + i;
      rows.append(
          """
          {"variant": "same", "label": "LABEL", "ours": 0.5, "spread": {"runs": 5, "sd": 0.01, "min": 0.4,
          "max": 0.6}, "published": 0.55, "secondsPublished": null, "decimals": 3, "verdict": "equal",
          "note": "", "headline": false, "seconds": null},\
          """
              .replace("LABEL", label));
    }
    Path report = folder.resolve("report");
    Report.of(file(sample().replaceFirst("\"rows\": \\[", rows.toString()))).writeTo(report);
    List<String> spreads = new ArrayList<>();
    for (Path figure : figures(report)) {
      String svg = Files.readString(figure);
      if (svg.contains("Spread over the seeds (")) {
        spreads.add(svg);
      }
    }
    assertThat(spreads).hasSize(4);
    assertThat(String.join("", spreads)).contains(">accuracy 0<", ">test loss 79<");
    assertThat(spreads)
        .allMatch(svg -> svg.contains(">accuracy ") == svg.contains(">share, 0 to 1<"))
        .allMatch(svg -> svg.contains(">test loss ") == svg.contains(">standard deviations"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "\"schemaVersion\": 1   | \"schemaVersion\": 2       | newer lanewise",
        "\"schemaVersion\": 1   | \"schemaVersion\": -1      | schemaVersion -1 is unknown",
        "\"schemaVersion\": 1   | \"schemaVersion\": \"x\"   | schemaVersion is not a number",
        "lanewise-reproduction  | something                  | is not what 'lanewise reproduce",
        "\"id\": \"second\"     | \"id\": \"first\"          | results[1].id: first is there twice",
        "\"id\": \"second\"     | \"id\": \"../../etc\"      | is no name of an experiment",
        "\"id\": \"second\"     | \"id\": 7                  | results[1].id is not text",
        "\"ours\": 0.9,         | \"ours\": \"much\",        | results[0].rows[0].ours is not a"
            + " number",
        "\"ours\": 0.9,         | \"ours\": 1e999,           | results[0].rows[0].ours is not a"
            + " number",
        "\"ours\": 0.9,         | NOTHING                    | results[0].rows[0].ours is missing",
        "[[0, 0.2], [1, 0.9]]   | [[0, 0.2], [1]]            | points[1] is not a pair",
        "[[5.0, 1.0], [0.0, 60.0]] | [[5.0, 1.0]]            | values: 1 rows, not 2",
        "\"side\": 2            | \"side\": 3                | pixels: 4, not 9",
        "\"side\": 2            | \"side\": 1000000          | side is not a whole number",
        "\"AP+A/w==\"           | \"AP+A/w!!\"               | pixels is not base64",
        "a seven                | a \\u0000                 | label has a character that is no"
            + " text",
        "the first              | \\ud800                   | results[0].title has a character",
        "Test CPU               | \\ufffe                   | run.cpu has a character that is no",
        "\"third\"             | \"\\u001b[2J\"          | options.experiments has a character",
        "\"ours\": 0.9,        | \"ours\": -1e101,         | ours is beyond what a chart can show",
        "[[5.0, 1.0]            | [[1e300, 1.0]              | values[0] is beyond what a chart"
            + " can",
        "\"rows\":              | \"nothing\":               | results[0].rows is missing",
        "\"results\":           | \"result\":                | results is missing",
        "\"results\":           | \"results                  | it is not JSON",
      })
  void whatIsWrongWithAFileIsSaid(String part, String broken, String message) throws IOException {
    String wrong = broken.strip().equals("NOTHING") ? "" : broken.strip();
    assertThat(sample()).contains(part.strip());
    Path json = file(sample().replace(part.strip(), wrong));
    assertThatThrownBy(() -> Report.of(json))
        .isInstanceOf(ReportException.class)
        .hasMessageContaining(json.toString())
        .hasMessageContaining(message.strip());
  }

  @Test
  void depthAndOtherKindsOfJsonAreErrors() throws IOException {
    for (String json : List.of("", "[]", "null", "7", "[".repeat(100_000), "{} {}", "\u0000")) {
      Path file = file(json);
      assertThatThrownBy(() -> Report.of(file)).isInstanceOf(ReportException.class);
    }
    assertThatThrownBy(() -> Report.of(folder))
        .isInstanceOf(ReportException.class)
        .hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> Report.of(folder.resolve("none.json")))
        .isInstanceOf(ReportException.class)
        .hasMessageContaining("there is no such file");
  }
}
