package dev.lanewise.data.fetch;

import dev.lanewise.data.DataSetInfo;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A download in a process of its own, which says when it starts and which files it then has. */
final class FetchProcess {
  static final String STARTS = "starts";

  private FetchProcess() {}

  /** What starts one that fetches the file {@code pixels} of that length and SHA-256. */
  static ProcessBuilder of(URI mirror, Path directory, long bytes, String sha256) {
    return new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
        FetchProcess.class.getName(),
        mirror.toString(),
        directory.toString(),
        String.valueOf(bytes),
        sha256);
  }

  /** Takes the mirror, the directory, and the length and SHA-256 of the file {@code pixels}. */
  public static void main(String[] args) {
    DataSetInfo.File file = new DataSetInfo.File("pixels", Long.parseLong(args[2]), args[3]);
    Fetcher fetcher =
        new Fetcher(
            URI.create(args[0]),
            Path.of(args[1]),
            List.of(file),
            Duration.ofSeconds(5),
            Duration.ofMillis(1));
    System.out.println(STARTS);
    fetcher.fetch("mnist", (name, done, total) -> {}).forEach(System.out::println);
  }
}
