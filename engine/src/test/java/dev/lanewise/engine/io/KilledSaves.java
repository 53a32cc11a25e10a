package dev.lanewise.engine.io;

import dev.lanewise.engine.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/** Processes that save one file over and over, killed at random moments. */
final class KilledSaves {

  private KilledSaves() {}

  /**
   * What came of it.
   *
   * @param kills after each of which the file was whole
   * @param mid how many of them left a temporary file, which tells that they hit a save
   * @param left what is there at the end, beside the file
   */
  record Outcome(int kills, int mid, List<String> left) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d kills, %d of them in the middle of a save, the file whole each time; the next save"
              + " left %s beside it",
          kills,
          mid,
          left);
    }
  }

  /** Takes a directory and the number of kills. */
  public static void main(String[] args) throws Exception {
    System.out.println(run(Path.of(args[0]), Integer.parseInt(args[1])));
  }

  /**
   * Saves into a directory.
   *
   * @throws ModelFormatException if half a file was found
   * @throws IllegalStateException if temporary files pile up
   */
  static Outcome run(Path directory, int kills) throws IOException, InterruptedException {
    Path file = directory.resolve("saved.lwm");
    Random random = new Random(1);
    int mid = 0;
    for (int i = 0; i < kills; i++) {
      Process process =
          ChildJvm.of(List.of(), SaveProcess.class, file.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try {
        // Written once at least: from here on a kill interrupts one save or another.
        require(process.getInputStream().read() == 's', "nothing was saved");
        Thread.sleep(random.nextInt(60));
      } finally {
        process.destroyForcibly(); // SIGKILL
      }
      process.waitFor();
      SavedFile.check(file);
      int left = beside(file).size();
      require(left < 2, "temporary files pile up: " + left);
      mid += left;
    }
    SavedFile.write(file, 0);
    return new Outcome(kills, mid, beside(file));
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw new IllegalStateException(otherwise);
    }
  }

  private static List<String> beside(Path file) throws IOException {
    try (Stream<Path> files = Files.list(file.getParent())) {
      return files
          .filter(path -> !path.equals(file))
          .map(path -> path.getFileName().toString())
          .toList();
    }
  }
}
