package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.Npz;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/** {@link Npz}: what was read, written and read again, is the same. */
public final class NpzFuzz {
  private NpzFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Path file = Scratch.file("input.npz", input);
    SequencedMap<String, NpyArray> arrays;
    try {
      arrays = Npz.read(file);
    } catch (DataFormatException e) {
      Refusal.check(e, file);
      return;
    }
    arrays.values().forEach(SameArray::use);
    Path copy = Scratch.path("copy.npz");
    Npz.write(copy, arrays);
    SequencedMap<String, NpyArray> again = Npz.read(copy);
    require(
        List.copyOf(arrays.keySet()).equals(List.copyOf(again.keySet())),
        arrays.keySet() + " came back as " + again.keySet());
    arrays.forEach(
        (name, array) -> SameArray.check(array, Objects.requireNonNull(again.get(name))));
  }
}
