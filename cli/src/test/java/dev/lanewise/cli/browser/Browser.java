package dev.lanewise.cli.browser;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Headless Chromium with a page of a given size, which remembers what the page asked the network
 * for and what it complained of.
 */
public final class Browser implements AutoCloseable {

  /** A phone's width, in CSS pixels. */
  public static final int PHONE = 390;

  /** A desktop's. */
  public static final int DESKTOP = 1280;

  /** What a user has set the system to. */
  public enum Theme {
    LIGHT,
    DARK
  }

  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  // It warns that it does not know the newest browser's own protocol, which is not used. Kept here,
  // for loggers that nobody holds forget their level.
  private static final Logger SELENIUM = Logger.getLogger("org.openqa.selenium");

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /** Starts one, or skips the test that asks for it if there is none on the {@code PATH}. */
  public static Browser open() {
    Optional<Path> chromium = find("chromium", "chromium-browser", "google-chrome");
    Optional<Path> chromedriver = find("chromedriver");
    Assumptions.assumeTrue(
        chromium.isPresent() && chromedriver.isPresent(),
        "no browser: install Debian's chromium and chromium-driver");
    SELENIUM.setLevel(Level.SEVERE);
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.orElseThrow().toFile());
    // Root, as CI often is, may not have a sandbox; a container's /dev/shm may be small.
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars");
    LoggingPreferences logs = new LoggingPreferences();
    logs.enable(LogType.BROWSER, Level.ALL);
    logs.enable(LogType.PERFORMANCE, Level.ALL);
    options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
    ChromeDriverService service =
        new ChromeDriverService.Builder()
            .usingDriverExecutable(chromedriver.orElseThrow().toFile())
            .usingAnyFreePort()
            .withSilent(true)
            .build();
    ChromeDriver driver = new ChromeDriver(service, options);
    driver.manage().timeouts().pageLoadTimeout(Duration.ofSeconds(60));
    driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(60));
    return new Browser(driver);
  }

  private static Optional<Path> find(String... names) {
    for (String name : names) {
      for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
        Path file = Path.of(folder, name);
        if (Files.isExecutable(file)) {
          return Optional.of(file);
        }
      }
    }
    return Optional.empty();
  }

  /** For all that is not here: elements, actions, waits. */
  public ChromeDriver driver() {
    return driver;
  }

  /** Sets the size of the page, in CSS pixels; a window could not be as narrow as a phone. */
  public Browser size(int width, int height) {
    driver.executeCdpCommand(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    return this;
  }

  /** Sets what {@code prefers-color-scheme} answers. */
  public Browser theme(Theme theme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(
                Map.of(
                    "name",
                    "prefers-color-scheme",
                    "value",
                    theme == Theme.DARK ? "dark" : "light"))));
    return this;
  }

  /** Loads a page and waits until it is complete. */
  public Browser load(URI page) {
    driver.get(page.toString());
    return this;
  }

  /**
   * Runs a function's body in the page.
   *
   * @return numbers as Long or Double, lists and maps as such, null for undefined
   */
  public @Nullable Object js(String body, Object... arguments) {
    return driver.executeScript(body, arguments);
  }

  /** How wide the page's content is: more than the page's width scrolls sideways. */
  public long contentWidth() {
    Object width = js("return document.documentElement.scrollWidth");
    if (width instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalStateException("no width but " + width);
  }

  /** Warnings and errors of the console since the last call. */
  public List<String> complaints() {
    List<String> complaints = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.BROWSER)) {
      if (entry.getLevel().intValue() >= Level.WARNING.intValue()) {
        complaints.add(entry.getMessage());
      }
    }
    return complaints;
  }

  /** The addresses that pages asked for since the last call, data URIs left out. */
  public List<String> requests() {
    List<String> requests = new ArrayList<>();
    for (LogEntry entry : driver.manage().logs().get(LogType.PERFORMANCE)) {
      JsonNode message = MAPPER.readTree(entry.getMessage()).path("message");
      if (message.path("method").asString("").equals("Network.requestWillBeSent")) {
        String url = message.path("params").path("request").path("url").asString("");
        if (!url.startsWith("data:")) {
          requests.add(url);
        }
      }
    }
    return requests;
  }

  /** Saves what the page shows, all of its height, as PNG. */
  public void screenshot(Path file) throws IOException {
    Object height = js("return document.documentElement.scrollHeight");
    Object width = js("return window.innerWidth");
    if (height instanceof Number h && width instanceof Number w) {
      // Taller pictures than this are not drawn.
      size(w.intValue(), Math.min(h.intValue(), 16_000));
    }
    Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
  }

  @Override
  public void close() {
    driver.quit();
  }
}
