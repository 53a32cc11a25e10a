package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.engine.io.ModelFile;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.io.ModelWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * {@link ModelFile}: there is one place for every byte, so a file that was accepted, written again,
 * is the same file.
 */
public final class ModelFileFuzz {
  private ModelFileFuzz() {}

  /** One input, as it is and with right checksums. */
  public static void fuzzerTestOneInput(byte[] input) {
    check(input);
    check(Sealed.of(input));
  }

  private static void check(byte[] input) {
    Path path = Scratch.file("input.lwm", input);
    Path copy = Scratch.path("copy.lwm");
    try (Arena arena = Arena.ofConfined()) {
      ModelFile file = ModelFile.open(path, arena);
      file.verify();
      ModelWriter writer = new ModelWriter(file.kind());
      for (ModelFile.Entry entry : file.entries()) {
        String name = entry.name();
        switch (entry.type()) {
          case UINT8 -> writer.bytes(name, file.bytes(name));
          case INT32 -> writer.ints(name, file.ints(name));
          case FLOAT32 -> writer.floats(name, file.floats(name));
          case FLOAT64 -> writer.doubles(name, file.doubles(name));
          case INTEGER -> writer.integer(name, file.integer(name));
          case REAL -> writer.real(name, file.real(name));
          case TEXT -> writer.text(name, file.text(name));
        }
      }
      writer.write(copy);
    } catch (ModelFormatException e) {
      refused(e, path, input.length);
      return;
    }
    require(Arrays.equals(Scratch.bytes(copy), input), "written again, it is another file");
  }

  static void refused(ModelFormatException e, Path path, int length) {
    require(e.file().equals(path.toString()), "the message names another file");
    require(e.offset() >= 0 && e.offset() <= Math.max(64, length), "byte " + e.offset());
    require(
        String.valueOf(e.getMessage()).chars().noneMatch(Character::isISOControl),
        "the message has control characters");
  }
}
