package dev.lanewise.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.browser.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The report in a browser. */
class ReportPageTest {

  @TempDir private Path folder;

  private Path page() throws IOException {
    Path json = Files.writeString(folder.resolve("out.json"), ReportTest.sample());
    Report.of(json).writeTo(folder);
    return folder.resolve(Report.PAGE);
  }

  @Test
  void itOpensFromAFileAndAsksNobody() throws IOException {
    Path page = page();
    try (Browser browser = Browser.open()) {
      browser.load(page.toUri());
      assertThat(browser.requests()).containsExactly(page.toUri().toString());
      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.js("return [...document.querySelectorAll('main section')].map(s => s.id)"))
          .isEqualTo(List.of("summary", "machine", "first", "second"));
      assertThat(
              browser.js(
                  "return [...document.querySelectorAll('nav a')].filter(a =>"
                      + " !document.querySelector(a.getAttribute('href'))).length"))
          .as("links to nowhere")
          .isEqualTo(0L);
      assertThat(browser.js("return document.querySelectorAll('svg').length")).isEqualTo(6L);
      assertThat(
              browser.js(
                  "return [...document.querySelectorAll('img, svg')].filter(i =>"
                      + " !(i.getAttribute('alt') || i.getAttribute('aria-label'))).length"))
          .as("pictures without words")
          .isEqualTo(0L);
      assertThat(
              browser.js(
                  "return [...document.images].filter(i => !(i.complete &&"
                      + " i.naturalWidth)).length"))
          .as("broken images")
          .isEqualTo(0L);
      assertThat(
              browser.js(
                  "const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
                      + "return ids.length - new Set(ids).size"))
          .as("ids that are there twice")
          .isEqualTo(0L);
    }
  }

  @Test
  void itFitsAPhoneAndADesktopInBothThemes() throws IOException {
    Path page = page();
    try (Browser browser = Browser.open()) {
      for (Browser.Theme theme : Browser.Theme.values()) {
        for (int width : new int[] {Browser.PHONE, Browser.DESKTOP}) {
          browser.size(width, 844).theme(theme).load(page.toUri());
          assertThat(browser.contentWidth()).as(theme + " " + width).isLessThanOrEqualTo(width);
          assertThat(browser.complaints()).isEmpty();
          assertThat(
                  browser.js(
                      "return [...document.querySelectorAll('.scroll, .chart')].filter(e =>"
                          + " e.scrollWidth > e.clientWidth).length"))
              .as("what scrolls sideways, " + width)
              .isEqualTo(0L);
          // Letters of 12 units are then at least 9.5 pixels high.
          assertThat(
                  browser.js(
                      "return [...document.querySelectorAll('.chart svg')].filter(e =>"
                          + " e.getBoundingClientRect().width < .8 *"
                          + " e.viewBox.baseVal.width).length"))
              .as("charts that are too small to read, " + width)
              .isEqualTo(0L);
        }
        // The theme's text is read on the theme's ground: 4.5 to 1 is what people need.
        assertThat(contrast(browser, "var(--ink)")).as("text, " + theme).isGreaterThan(4.5);
        assertThat(contrast(browser, "var(--muted)")).as("muted, " + theme).isGreaterThan(4.5);
        for (int i = 1; i <= Svg.COLORS; i++) {
          // Lines need 3 to 1.
          assertThat(contrast(browser, "var(--series-" + i + ")"))
              .as("line " + i + ", " + theme)
              .isGreaterThan(3);
        }
      }
    }
  }

  private static double contrast(Browser browser, String color) {
    Object ratio =
        browser.js(
            """
            const e = document.querySelector('.card');
            e.style.color = arguments[0];
            const light = c => {
              const [r, g, b] = c.match(/\\d+/g).slice(0, 3).map(v => v / 255)
                .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
              return .2126 * r + .7152 * g + .0722 * b;
            };
            const s = getComputedStyle(e);
            const [a, b] = [light(s.color), light(s.backgroundColor)].sort((x, y) => y - x);
            e.style.color = '';
            return (a + .05) / (b + .05) + 1e-9;
            """,
            color);
    return ratio instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
