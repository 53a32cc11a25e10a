package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.DataFormatException;
import dev.lanewise.data.format.Idx;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** {@link Idx}: images or labels that were read, written again, are the file. */
public final class IdxFuzz {

  private static final int CLASSES = 10;

  private IdxFuzz() {}

  /** One input. */
  public static void fuzzerTestOneInput(byte[] input) {
    Path file = Scratch.file("input.idx", input);
    try {
      Idx.Images images = Idx.images(file);
      byte[] content = Unpacked.bytes(input);
      require(Arrays.equals(content, written(images, content[3])), "other images than in the file");
    } catch (DataFormatException e) {
      Refusal.check(e, file);
    }
    try {
      int[] labels = Idx.labels(file, CLASSES);
      require(
          Arrays.stream(labels).allMatch(label -> label >= 0 && label < CLASSES), "a wrong label");
      require(
          Arrays.equals(Unpacked.bytes(input), written(labels)), "other labels than in the file");
    } catch (DataFormatException e) {
      Refusal.check(e, file);
    }
  }

  private static byte[] written(Idx.Images images, int dimensions) {
    ByteArrayOutputStream out = header(dimensions, images.pixels().rows());
    if (dimensions == 3) {
      out.writeBytes(ByteBuffer.allocate(4).putInt(images.height()).array());
    }
    out.writeBytes(ByteBuffer.allocate(4).putInt(images.width()).array());
    for (int i = 0; i < images.pixels().rows(); i++) {
      out.writeBytes(images.pixels().row(i));
    }
    return out.toByteArray();
  }

  private static byte[] written(int[] labels) {
    ByteArrayOutputStream out = header(1, labels.length);
    for (int label : labels) {
      out.write(label);
    }
    return out.toByteArray();
  }

  private static ByteArrayOutputStream header(int dimensions, int count) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 0, 8, (byte) dimensions});
    out.writeBytes(ByteBuffer.allocate(4).putInt(count).array());
    return out;
  }
}
