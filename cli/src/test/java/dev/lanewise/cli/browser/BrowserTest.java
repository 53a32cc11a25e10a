package dev.lanewise.cli.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the other tests trust the browser to notice. */
class BrowserTest {

  @TempDir private Path folder;

  @Test
  void itNoticesWhatIsWrongWithAPage() throws IOException {
    Path page = folder.resolve("page.html");
    Files.writeString(
        page,
        """
        <!doctype html><html lang="en"><title>t</title>
        <style>p { color: rgb(1, 2, 3) }
        @media (prefers-color-scheme: dark) { p { color: rgb(4, 5, 6) } }</style>
        <p style="width: 500px">wide</p>
        <img alt="" src="http://127.0.0.1:9/none.png">
        <script>console.error("out of tune")</script></html>
        """);
    try (Browser browser = Browser.open()) {
      browser.size(Browser.PHONE, 800).theme(Browser.Theme.DARK).load(page.toUri());
      assertThat(browser.contentWidth()).isGreaterThan(Browser.PHONE);
      assertThat(browser.complaints()).anyMatch(text -> text.contains("out of tune"));
      assertThat(browser.requests())
          .contains(page.toUri().toString())
          .contains("http://127.0.0.1:9/none.png");
      String color = "return getComputedStyle(document.querySelector('p')).color";
      assertThat(browser.js(color)).isEqualTo("rgb(4, 5, 6)");
      browser.theme(Browser.Theme.LIGHT);
      assertThat(browser.js(color)).isEqualTo("rgb(1, 2, 3)");
      browser.size(Browser.DESKTOP, 800);
      assertThat(browser.contentWidth()).isEqualTo(Browser.DESKTOP);
    }
  }
}
