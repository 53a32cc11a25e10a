package dev.lanewise.engine.io;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Saves one file over and over, until it is killed. */
final class SaveProcess {

  private SaveProcess() {}

  public static void main(String[] args) {
    Path file = Path.of(args[0]);
    for (int i = 0; ; i++) {
      ByteMatrix matrix = ByteMatrix.zeros(200 + i % 3, 4096);
      for (int row = 0; row < matrix.rows(); row++) {
        matrix.set(row, 0, i % 3);
      }
      new ModelWriter("saved").integer("n", i % 3).bytes("m", matrix).write(file);
      if (i == 0) {
        System.out.write("saved\n".getBytes(StandardCharsets.US_ASCII), 0, 6);
        System.out.flush();
      }
    }
  }
}
