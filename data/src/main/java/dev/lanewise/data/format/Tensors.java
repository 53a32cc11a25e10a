package dev.lanewise.data.format;

import dev.lanewise.data.AtomicFile;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Writes named matrices for other libraries: what {@code tensors()} of a model gives.
 *
 * <pre>{@code
 * Tensors.writeSafetensors(Path.of("mlp.safetensors"), mlp.tensors());
 * }</pre>
 *
 * <p>Every matrix becomes an array of two dimensions, rows x columns, row-major, little-endian
 * float32; weights are fan-in x fan-out, so that {@code x @ weight + bias} is a layer. (PyTorch's
 * {@code nn.Linear} keeps the transpose.) The same matrices give the same bytes.
 */
public final class Tensors {

  private static final String METADATA = "__metadata__";

  private Tensors() {}

  /**
   * Writes a NumPy archive, for {@code numpy.load}. The file is replaced in one step.
   *
   * @throws IllegalArgumentException as {@link Npz#write}
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void writeNpz(Path file, SequencedMap<String, FloatMatrix> tensors) {
    SequencedMap<String, NpyArray> arrays = new LinkedHashMap<>();
    tensors.forEach(
        (name, matrix) ->
            arrays.put(name, NpyArray.of(matrix.toArray(), matrix.rows(), matrix.columns())));
    Npz.write(file, arrays);
  }

  /**
   * Writes a safetensors file: the length of a header as 8 bytes, the header in JSON, the data. The
   * file is replaced in one step.
   *
   * @throws IllegalArgumentException if a name is {@code __metadata__}, which the format reserves,
   *     or has half a surrogate pair, which UTF-8 cannot say
   * @throws UncheckedIOException if the file cannot be written
   */
  public static void writeSafetensors(Path file, SequencedMap<String, FloatMatrix> tensors) {
    byte[] header = header(tensors);
    AtomicFile.write(
        file,
        out -> {
          out.write(
              ByteBuffer.allocate(Long.BYTES)
                  .order(ByteOrder.LITTLE_ENDIAN)
                  .putLong(header.length)
                  .array());
          out.write(header);
          for (FloatMatrix matrix : tensors.values()) {
            write(out, matrix);
          }
        });
  }

  private static byte[] header(SequencedMap<String, FloatMatrix> tensors) {
    StringBuilder json = new StringBuilder("{");
    long at = 0;
    for (Map.Entry<String, FloatMatrix> tensor : tensors.entrySet()) {
      if (tensor.getKey().equals(METADATA)) {
        throw new IllegalArgumentException("a tensor cannot be named " + METADATA);
      }
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(tensor.getKey())) {
        throw new IllegalArgumentException("a tensor's name has half a surrogate pair");
      }
      FloatMatrix matrix = tensor.getValue();
      long end = at + 4L * matrix.rows() * matrix.columns();
      json.append(json.length() == 1 ? "" : ",")
          .append(quoted(tensor.getKey()))
          .append(
              String.format(
                  Locale.ROOT,
                  ":{\"dtype\":\"F32\",\"shape\":[%d,%d],\"data_offsets\":[%d,%d]}",
                  matrix.rows(),
                  matrix.columns(),
                  at,
                  end));
      at = end;
    }
    json.append("}");
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    // Spaces, so that data begin at a multiple of 8.
    int padding = (8 - bytes.length % 8) % 8;
    return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
  }

  private static String quoted(String name) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '"' || c == '\\') {
        json.append('\\').append(c);
      } else if (c < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }

  private static void write(OutputStream out, FloatMatrix matrix) throws IOException {
    ByteBuffer row = ByteBuffer.allocate(4 * matrix.columns()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < matrix.rows(); i++) {
      row.clear().asFloatBuffer().put(matrix.row(i));
      out.write(row.array());
    }
  }
}
