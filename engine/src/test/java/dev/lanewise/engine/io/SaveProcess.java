package dev.lanewise.engine.io;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Saves one file over and over, until it is killed. */
final class SaveProcess {

  private SaveProcess() {}

  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    for (int i = 0; ; i++) {
      SavedFile.write(file, i % 3);
      if (i == 0) {
        System.out.write("saved\n".getBytes(StandardCharsets.US_ASCII), 0, 6);
        System.out.flush();
      }
    }
  }
}
