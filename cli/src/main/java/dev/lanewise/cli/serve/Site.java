package dev.lanewise.cli.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** The files of the page, read once. */
final class Site {

  /** A file: what it holds, and what that is. */
  @SuppressWarnings("ArrayRecordComponent") // sent, never compared
  record File(String type, byte[] content) {}

  private static final String JAVASCRIPT = "text/javascript; charset=utf-8";

  private final Map<String, File> files = new LinkedHashMap<>();

  Site() {
    put("/", "index.html", "text/html; charset=utf-8");
    put("/style.css", "style.css", "text/css; charset=utf-8");
    put("/app.js", "app.js", JAVASCRIPT);
    put("/pad.js", "pad.js", JAVASCRIPT);
    put("/icon.svg", "icon.svg", "image/svg+xml");
    put("/openapi.yaml", "openapi.yaml", "application/yaml");
  }

  /** The files by path. */
  Map<String, File> files() {
    return Map.copyOf(files);
  }

  private void put(String path, String resource, String type) {
    try (InputStream in = Site.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing from this build");
      }
      files.put(path, new File(type, in.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
