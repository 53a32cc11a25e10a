package dev.lanewise.data.fetch;

import dev.lanewise.data.format.Checksum;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Downloads that are killed at random moments, over a file that was there before. */
final class KilledFetches {

  private static final byte[] CONTENT = content();

  private KilledFetches() {}

  /**
   * What came of it.
   *
   * @param kills processes that were killed before they were done
   * @param oldFile after how many the old file was there
   * @param newFile after how many the new one was
   * @param left what is there at the end, beside the file
   */
  record Outcome(int kills, int oldFile, int newFile, List<String> left) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d kills, after which the old file was there %d times, the new one %d times, half a one"
              + " never; the next run completed it and left %s",
          kills,
          oldFile,
          newFile,
          left);
    }
  }

  /** Takes a directory and the number of kills. */
  public static void main(String[] args) throws Exception {
    System.out.println(run(Path.of(args[0]), Integer.parseInt(args[1])));
  }

  /**
   * Downloads into a directory.
   *
   * @throws IllegalStateException if something else is there than the old file or the new one
   */
  static Outcome run(Path directory, int kills) throws IOException, InterruptedException {
    Path file = Files.createDirectories(directory.resolve("mnist")).resolve("pixels.gz");
    byte[] packed = pack(CONTENT);
    byte[] older = pack(new byte[1_000]);
    Random random = new Random(1);
    int killed = 0;
    int oldFile = 0;
    int newFile = 0;
    try (SlowMirror mirror = new SlowMirror(packed)) {
      Files.write(file, older);
      while (killed < kills) {
        Process process = start(mirror, directory);
        try (BufferedReader said = process.inputReader()) {
          require(FetchProcess.STARTS.equals(said.readLine()), "the download does not start");
          // Long enough for some to be done before.
          Thread.sleep(random.nextInt(1_500));
        } finally {
          process.destroyForcibly(); // SIGKILL
        }
        if (process.waitFor() != 0) {
          killed++;
          if (Arrays.equals(Files.readAllBytes(file), older)) {
            oldFile++;
            continue;
          }
          newFile++;
        }
        require(Arrays.equals(unpack(file), CONTENT), "neither the old file nor the new one");
        Files.write(file, older);
      }
      require(start(mirror, directory).waitFor() == 0, "the next download fails");
      require(Arrays.equals(unpack(file), CONTENT), "the next download is not complete");
    }
    try (Stream<Path> files = Files.list(file.getParent())) {
      return new Outcome(
          killed,
          oldFile,
          newFile,
          files
              .filter(path -> !path.equals(file))
              .map(path -> path.getFileName().toString())
              .toList());
    }
  }

  private static Process start(SlowMirror mirror, Path directory) throws IOException {
    return FetchProcess.of(mirror.uri(), directory, CONTENT.length, Checksum.sha256(CONTENT))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static byte[] unpack(Path file) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      return in.readAllBytes();
    }
  }

  private static byte[] content() {
    byte[] bytes = new byte[400_000];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  private static byte[] pack(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
