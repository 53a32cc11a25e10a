package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.format.Npy;
import dev.lanewise.data.format.NpyArray;
import java.nio.file.Path;

/** {@link Npy}: what was read, written and read again, is the same. */
public final class NpyFuzz {
  private NpyFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Path file = Scratch.file("input.npy", input);
    NpyArray array;
    try {
      array = Npy.read(file);
    } catch (DataFormatException e) {
      Refusal.check(e, file);
      return;
    }
    require(
        array.size() * array.type().bytes() <= Unpacked.bytes(input).length,
        array + " is larger than its file");
    SameArray.use(array);
    Path copy = Scratch.path("copy.npy");
    Npy.write(copy, array);
    SameArray.check(array, Npy.read(copy));
  }
}
