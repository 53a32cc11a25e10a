package dev.lanewise.engine.io;

import dev.lanewise.engine.matrix.ByteMatrix;
import java.nio.file.Path;

/** A file of 800 KB whose parts must fit together. */
final class SavedFile {

  private SavedFile() {}

  /** Takes {@code write FILE N}, or {@code check FILE} and prints N. */
  public static void main(String[] args) {
    Path file = Path.of(args[1]);
    if (args[0].equals("write")) {
      write(file, Integer.parseInt(args[2]));
    } else {
      System.out.println(check(file));
    }
  }

  /**
   * Writes one.
   *
   * @param n from 0 to 2: the content
   */
  static void write(Path file, int n) {
    ByteMatrix matrix = ByteMatrix.zeros(200 + n, 4096);
    for (int row = 0; row < matrix.rows(); row++) {
      matrix.set(row, 0, n);
    }
    new ModelWriter("saved").integer("n", n).bytes("m", matrix).write(file);
  }

  /**
   * What a file was written with.
   *
   * @throws ModelFormatException if it is damaged
   * @throws IllegalStateException if its parts are of two files
   */
  static int check(Path file) {
    ModelFile saved = ModelFile.open(file);
    saved.verify();
    int n = saved.integer("n", 0, 2);
    ByteMatrix matrix = saved.bytes("m");
    if (matrix.rows() != 200 + n || matrix.get(199, 0) != n) {
      throw new IllegalStateException("half of one file and half of another");
    }
    return n;
  }
}
