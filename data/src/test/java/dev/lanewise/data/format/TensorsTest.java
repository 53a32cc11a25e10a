package dev.lanewise.data.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.linear.ClassScheme;
import dev.lanewise.engine.linear.FeatureMap;
import dev.lanewise.engine.linear.Perceptron;
import dev.lanewise.engine.linear.PerceptronTrainer;
import dev.lanewise.engine.linear.PerceptronTrainer.Form;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Mlp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorsTest {

  @TempDir Path directory;

  private static FloatMatrix random(long seed, int rows, int columns) {
    Random random = new Random(seed);
    FloatMatrix matrix = FloatMatrix.zeros(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        matrix.set(i, j, (float) random.nextGaussian());
      }
    }
    return matrix;
  }

  private static Mlp mlp(Engine engine) {
    return Mlp.of(
        engine,
        Activation.RELU,
        List.of(random(1, 5, 4), random(2, 4, 3)),
        List.of(random(3, 1, 4), random(4, 1, 3)));
  }

  @Test
  void anNpzReadsBack() {
    try (Engine engine = Engine.builder().threads(1).open()) {
      Path file = directory.resolve("mlp.npz");
      Mlp mlp = mlp(engine);
      Tensors.writeNpz(file, mlp.tensors());
      SequencedMap<String, NpyArray> arrays = Npz.read(file);
      assertThat(arrays.keySet())
          .containsExactly("layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias");
      mlp.tensors()
          .forEach(
              (name, matrix) ->
                  assertThat(
                          arrays
                              .getOrDefault(name, NpyArray.of(new float[0], 0))
                              .toFloatMatrix()
                              .toArray())
                      .containsExactly(matrix.toArray()));
    }
  }

  /** As the format's description has it, by hand: 8 bytes of length, JSON, data. */
  @Test
  void aSafetensorsFileIsWhatItsDescriptionSays() throws IOException {
    SequencedMap<String, FloatMatrix> tensors = new LinkedHashMap<>();
    tensors.put("weight", random(5, 6, 3).block(1, 5, 0, 2));
    tensors.put("a \"b\" \\ \n \u00e9", random(6, 1, 7));
    Path path = directory.resolve("x.safetensors");
    Tensors.writeSafetensors(path, tensors);
    byte[] bytes = Files.readAllBytes(path);
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(file.getLong(0));
    assertThat(length % 8).isZero();
    String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
    assertThat(header)
        .startsWith("{\"weight\":{\"dtype\":\"F32\",\"shape\":[4,2],\"data_offsets\":[0,32]},")
        .contains("\"a \\\"b\\\" \\\\ \\u000a \u00e9\":{\"dtype\":\"F32\",\"shape\":[1,7],")
        .matches("\\{.*}} *");
    Matcher offsets = Pattern.compile("data_offsets\":\\[(\\d+),(\\d+)]").matcher(header);
    long end = 0;
    for (FloatMatrix matrix : tensors.values()) {
      assertThat(offsets.find()).isTrue();
      assertThat(Long.parseLong(offsets.group(1))).isEqualTo(end);
      for (float value : matrix.toArray()) {
        assertThat(file.getFloat((int) (8 + length + end))).isEqualTo(value);
        end += 4;
      }
      assertThat(Long.parseLong(offsets.group(2))).isEqualTo(end);
    }
    assertThat(8 + length + end).isEqualTo(bytes.length);
    tensors.put("__metadata__", random(7, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensors.writeSafetensors(path, tensors))
        .withMessageContaining("__metadata__");
  }

  /** What no reader could read back, or none of ours would. */
  @Test
  void namesThatCannotBeWrittenAreRefused() {
    FloatMatrix one = random(7, 1, 1);
    Path path = directory.resolve("x");
    SequencedMap<String, FloatMatrix> half = new LinkedHashMap<>(Map.of("\ud800", one));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensors.writeSafetensors(path, half))
        .withMessageContaining("half a surrogate pair");
    assertThatIllegalArgumentException().isThrownBy(() -> Tensors.writeNpz(path, half));
    for (String name : List.of("../x", "/x", "c:x", "a/../b", "a\0b", "\0")) {
      assertThatIllegalArgumentException()
          .as(name)
          .isThrownBy(() -> Tensors.writeNpz(path, new LinkedHashMap<>(Map.of(name, one))))
          .withMessageContaining("cannot be named");
    }
    assertThat(path).doesNotExist();
  }

  /** What NumPy computes with the exported weights is what the models say. */
  @Test
  void numpyReadsBothAndComputesTheSame() throws IOException, InterruptedException {
    assumeTrue(python("import numpy") == 0, "python3 with numpy is not installed");
    try (Engine engine = Engine.builder().threads(1).open()) {
      Mlp mlp = mlp(engine);
      SoftmaxRegression linear = SoftmaxRegression.of(engine, random(8, 5, 3), random(9, 1, 3));
      FloatMatrix x = random(10, 6, 5);
      Tensors.writeNpz(directory.resolve("mlp.npz"), mlp.tensors());
      Tensors.writeSafetensors(directory.resolve("mlp.safetensors"), mlp.tensors());
      Tensors.writeNpz(directory.resolve("linear.npz"), linear.tensors());
      int[] labels = {0, 1, 2, 0, 1, 2};
      SequencedMap<String, FloatMatrix> expected = new LinkedHashMap<>();
      for (Form form : List.of(Form.EXPLICIT, Form.DUAL)) {
        Perceptron perceptron =
            new PerceptronTrainer(engine, 3)
                .scheme(ClassScheme.ONE_VS_ONE_ORDERED)
                .features(FeatureMap.quadratic(2))
                .form(form)
                .passes(7)
                .fit(x, labels);
        String name = form.name().toLowerCase(Locale.ROOT);
        Tensors.writeSafetensors(directory.resolve(name + ".safetensors"), perceptron.tensors());
        Tensors.writeNpz(directory.resolve(name + ".npz"), perceptron.tensors());
        expected.put(name, floats(perceptron.scores(x)));
      }
      expected.put("x", x);
      expected.put("mlp", mlp.logits(x));
      expected.put("linear", linear.logits(x));
      Tensors.writeNpz(directory.resolve("expected.npz"), expected);
      assertThat(
              python(
                  String.format(
                      Locale.ROOT,
                      """
                      import json, numpy as np, struct
                      d = r'%s/'
                      def safetensors(name):
                          raw = open(d + name, 'rb').read()
                          n, = struct.unpack('<Q', raw[:8])
                          return {k: np.frombuffer(raw[8 + n:][v['data_offsets'][0]:
                                  v['data_offsets'][1]], '<f4').reshape(v['shape'])
                                  for k, v in json.loads(raw[8:8 + n]).items()}
                      def mlp(t):
                          h = np.maximum(e['x'] @ t['layers.0.weight'] + t['layers.0.bias'], 0)
                          return h @ t['layers.1.weight'] + t['layers.1.bias']
                      e = np.load(d + 'expected.npz')
                      l = np.load(d + 'linear.npz')
                      np.testing.assert_allclose(mlp(np.load(d + 'mlp.npz')), e['mlp'], 1e-4, 1e-5)
                      np.testing.assert_allclose(mlp(safetensors('mlp.safetensors')), e['mlp'],
                                                 1e-4, 1e-5)
                      np.testing.assert_allclose(e['x'] @ l['weight'] + l['bias'], e['linear'],
                                                 1e-4, 1e-5)
                      u = e['x'].astype('f8') / 2
                      pairs = [u[:, i] * u[:, j] for i in range(5) for j in range(i, 5)]
                      phi = np.column_stack([np.ones(len(u)), u] + pairs)
                      for form in 'explicit', 'dual':
                          for weights in np.load(d + form + '.npz'), safetensors(form + '.safetensors'):
                              np.testing.assert_allclose(phi @ weights['weight'], e[form],
                                                         1e-4, 1e-5)
                      """,
                      directory)))
          .isZero();
    }
  }

  private static FloatMatrix floats(double[][] rows) {
    FloatMatrix matrix = FloatMatrix.zeros(rows.length, rows[0].length);
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        matrix.set(i, j, (float) rows[i][j]);
      }
    }
    return matrix;
  }

  private static int python(String program) throws InterruptedException {
    try {
      Process process = new ProcessBuilder("python3", "-c", program).inheritIO().start();
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return -1;
      }
      return process.exitValue();
    } catch (IOException e) {
      return -1;
    }
  }
}
