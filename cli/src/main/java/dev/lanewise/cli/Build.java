package dev.lanewise.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine;

/** Which lanewise this is. */
final class Build implements CommandLine.IVersionProvider {

  /** Set by the launcher where it runs in a checkout. */
  private static final String COMMIT = "lanewise.commit";

  /** The version of the build. */
  static String version() {
    Properties properties = new Properties();
    try (InputStream in =
        Objects.requireNonNull(Build.class.getResourceAsStream("build.properties"))) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version", "unknown");
  }

  /** The commit of the checkout, or "unknown". */
  static String commit() {
    return System.getProperty(COMMIT, "unknown");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"lanewise " + version() + " (commit " + commit() + ")"};
  }
}
