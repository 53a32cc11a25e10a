package dev.lanewise.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.cli.browser.Browser;
import dev.lanewise.data.DataCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;

/** The page in a real browser. */
class PageTest {

  @TempDir private static Path models;

  @AutoClose
  @SuppressWarnings("NullAway.Init") // set before all tests
  private static TestServer server;

  @BeforeAll
  static void start() throws InterruptedException {
    server = TestServer.ready(models);
  }

  /** In one step: the page replaces its elements with every answer. */
  private static String text(Browser browser, String selector) {
    Object text =
        browser.js("return document.querySelector(arguments[0])?.innerText ?? ''", selector);
    return String.valueOf(text);
  }

  private static int images(Browser browser) {
    return browser.driver().findElements(By.cssSelector("#neighbors li")).size();
  }

  private static void await(java.util.function.BooleanSupplier condition) {
    Instant end = Instant.now().plusSeconds(30);
    while (!condition.getAsBoolean()) {
      assertThat(Instant.now()).as("waiting in vain").isBefore(end);
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static boolean has(Browser browser, String selector) {
    return !browser.driver().findElements(By.cssSelector(selector)).isEmpty();
  }

  /** A seven, by mouse. */
  private static void draw(Browser browser) {
    WebElement pad = browser.driver().findElement(By.id("pad"));
    int reach = pad.getSize().getWidth() / 4;
    new Actions(browser.driver())
        .moveToElement(pad, -reach, -reach)
        .clickAndHold()
        .moveByOffset(2 * reach, 0)
        .moveByOffset(-reach, 2 * reach + reach / 2)
        .release()
        .perform();
  }

  @Test
  void aStrokeIsAnsweredAndSwitchesSwitch() {
    try (Browser browser = Browser.open()) {
      browser.size(Browser.DESKTOP, 900).load(server.server.uri());
      await(() -> has(browser, "#backends input"));
      assertThat(text(browser, "#verdict-knn .digit")).isEqualTo("–");
      assertThat(images(browser)).isZero();

      draw(browser);
      await(() -> text(browser, "#verdict-softmax .digit").matches("\\d"));
      assertThat(text(browser, "#verdict-knn .digit")).isEqualTo("7");
      assertThat(text(browser, "#verdict-mlp .digit")).matches("\\d");
      assertThat(text(browser, "#verdict-mlp .sure")).matches("\\d+\\.\\d %");
      assertThat(text(browser, "#verdict-mlp .time")).endsWith(" ms");
      assertThat(images(browser)).isEqualTo(5);
      assertThat(text(browser, "#votes")).contains("7: ");
      await(() -> text(browser, "#neighbors li p").contains(" at "));

      browser.js(
          "const k = document.getElementById('k'); k.value = 12;"
              + " k.dispatchEvent(new Event('input', {bubbles: true}))");
      await(() -> images(browser) == 12);
      assertThat(text(browser, "#k-value")).isEqualTo("12");

      final String before = text(browser, "#neighbors li p");
      browser.js("document.querySelector('input[value=l1]').click()");
      await(() -> !text(browser, "#neighbors li p").equals(before));

      String asked = "return document.querySelector('input[name=backend]:checked').value";
      browser.js("document.querySelector('input[value=scalar]').click()");
      assertThat(browser.js(asked)).isEqualTo("scalar");
      String answers = "return Number(document.body.dataset.answers)";
      long answered = (Long) Objects.requireNonNull(browser.js(answers));
      draw(browser);
      await(() -> (Long) Objects.requireNonNull(browser.js(answers)) > answered);

      browser.driver().findElement(By.id("clear")).click();
      await(() -> images(browser) == 0);
      assertThat(text(browser, "#verdict-knn .digit")).isEqualTo("–");

      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests())
          .allMatch(url -> url.startsWith(server.server.uri().toString()));
    }
  }

  @Test
  void theKeyboardDrawsToo() {
    try (Browser browser = Browser.open()) {
      browser.size(Browser.DESKTOP, 900).load(server.server.uri());
      await(() -> has(browser, "#backends input"));
      WebElement pad = browser.driver().findElement(By.id("pad"));
      pad.sendKeys(" ");
      for (int i = 0; i < 16; i++) {
        pad.sendKeys(Keys.ARROW_DOWN);
      }
      pad.sendKeys(" ");
      await(() -> text(browser, "#verdict-knn .digit").equals("1"));
      await(
          () ->
              Objects.requireNonNull(
                      browser.driver().findElement(By.id("summary")).getDomProperty("textContent"))
                  .contains("nearest neighbours say 1"));
      pad.sendKeys(Keys.ESCAPE);
      await(() -> images(browser) == 0);
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void itFitsAPhoneAndADesktopInBothThemes() throws IOException {
    Path pictures = Files.createDirectories(Path.of("target", "pictures"));
    try (Browser browser = Browser.open()) {
      for (int width : new int[] {Browser.PHONE, 760, 800, Browser.DESKTOP}) {
        for (Browser.Theme theme : Browser.Theme.values()) {
          browser.size(width, 900).theme(theme).load(server.server.uri());
          await(() -> has(browser, "#backends input"));
          assertThat(browser.contentWidth()).isEqualTo(width);
          draw(browser);
          await(() -> text(browser, "#verdict-softmax .digit").matches("\\d"));
          assertThat(browser.contentWidth()).isEqualTo(width);
          browser.screenshot(
              pictures.resolve(
                  "page-" + width + "-" + theme.name().toLowerCase(Locale.ROOT) + ".png"));
        }
      }
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void trainingIsShownUntilItIsDone(@TempDir Path none) throws InterruptedException {
    try (Browser browser = Browser.open();
        TestServer training =
            new TestServer(DataCatalog.embedded().mnist(), PageServer.Options.quiet(none))) {
      browser.size(Browser.DESKTOP, 900).load(training.server.uri());
      await(() -> has(browser, "#training progress"));
      training.server.awaitReady();
      await(() -> !browser.driver().findElement(By.id("training")).isDisplayed());
      assertThat(browser.complaints()).isEmpty();
    }
  }
}
