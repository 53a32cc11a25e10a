package dev.lanewise.cli.fuzz;

import static dev.lanewise.cli.fuzz.Scratch.require;

import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.Npz;
import dev.lanewise.data.format.Tensors;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * {@link Tensors}, the writer of safetensors and npz: whatever the names are, another reader finds
 * them and the values, or nothing is written and an {@link IllegalArgumentException} says why.
 */
public final class TensorsFuzz {

  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private TensorsFuzz() {}

  /** One input: names in UTF-16, each after a byte for its length and one for a shape. */
  public static void fuzzerTestOneInput(byte[] input) {
    SequencedMap<String, FloatMatrix> tensors = tensors(ByteBuffer.wrap(input));
    Path file = Scratch.path("copy.safetensors");
    try {
      Tensors.writeSafetensors(file, tensors);
      checkSafetensors(tensors, Scratch.bytes(file));
    } catch (IllegalArgumentException e) {
      require(!String.valueOf(e.getMessage()).isEmpty(), "no reason");
    }
    Path archive = Scratch.path("tensors.npz");
    try {
      Tensors.writeNpz(archive, tensors);
    } catch (IllegalArgumentException e) {
      require(!String.valueOf(e.getMessage()).isEmpty(), "no reason");
      return;
    }
    SequencedMap<String, NpyArray> arrays = Npz.read(archive);
    require(List.copyOf(arrays.keySet()).equals(List.copyOf(tensors.keySet())), "other names");
    tensors.forEach(
        (name, matrix) ->
            require(
                java.util.Arrays.equals(
                    Objects.requireNonNull(arrays.get(name)).toFloatMatrix().toArray(),
                    matrix.toArray()),
                "other values of " + name));
  }

  private static SequencedMap<String, FloatMatrix> tensors(ByteBuffer input) {
    SequencedMap<String, FloatMatrix> tensors = new LinkedHashMap<>();
    float value = 0;
    while (input.remaining() >= 2) {
      int length = Math.min(input.get() & 0xFF, (input.remaining() - 1) / 2);
      int shape = input.get();
      StringBuilder name = new StringBuilder();
      for (int i = 0; i < length; i++) {
        name.append(input.getChar());
      }
      FloatMatrix matrix = FloatMatrix.zeros(shape & 7, shape >> 3 & 7);
      for (int i = 0; i < matrix.rows(); i++) {
        for (int j = 0; j < matrix.columns(); j++) {
          matrix.set(i, j, value++);
        }
      }
      tensors.put(name.toString(), matrix);
    }
    return tensors;
  }

  private static void checkSafetensors(SequencedMap<String, FloatMatrix> tensors, byte[] bytes) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(file.getLong(0));
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    JsonNode json = STRICT.readTree(header);
    require(
        List.copyOf(json.propertyNames()).equals(List.copyOf(tensors.keySet())),
        "other names in " + header);
    long end = 0;
    for (var tensor : tensors.entrySet()) {
      JsonNode entry = json.path(tensor.getKey());
      FloatMatrix matrix = tensor.getValue();
      require(entry.path("data_offsets").path(0).asLong() == end, "a gap or an overlap");
      for (float element : matrix.toArray()) {
        require(file.getFloat((int) (8 + length + end)) == element, "another value");
        end += 4;
      }
      require(entry.path("data_offsets").path(1).asLong() == end, "another end");
      require(
          entry.path("shape").path(0).asInt() == matrix.rows()
              && entry.path("shape").path(1).asInt() == matrix.columns(),
          "another shape");
    }
    require(8 + length + end == bytes.length, "bytes after the end");
  }
}
