package dev.lanewise.engine.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.Parallelism;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.matrix.SparseRows;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Which inputs are worth a sparse form, and what becomes of it. */
class SparseFormsTest {

  private static FloatMatrix everyNth(int n, int rows, int columns) {
    FloatMatrix x = FloatMatrix.zeros(rows, columns);
    Random random = new Random(n);
    for (int i = 0; i < rows * columns; i += n) {
      x.set(i / columns, i % columns, random.nextFloat() + 1);
    }
    return x;
  }

  @Test
  void aFormIsMadeForThreeQuartersOfZerosAndOnce() {
    SparseForms forms = new SparseForms(Parallelism.serial());
    FloatMatrix sparse = everyNth(4, 3, 40);
    SparseRows form = forms.of(sparse);
    assertThat(form).isNotNull();
    assertThat(forms.of(sparse)).isSameAs(form);
    assertThat(forms.of(everyNth(4, 3, 40))).isNotNull().isNotSameAs(form);
    assertThat(forms.of(everyNth(3, 3, 40))).isNull();
  }

  @Test
  void aForwardPassIsTheSameWithAndWithoutZeros() {
    FloatMatrix x = everyNth(5, Work.CHUNK + 9, 30);
    SparseRows form = new SparseForms(Parallelism.serial()).of(x);
    Parameters parameters = Parameters.zeros(new int[] {30, 60, 4}, Activation.RELU);
    Random random = new Random(1);
    for (int l = 0; l < parameters.layers(); l++) {
      Initializer.pytorchLinear().initialize(parameters.weights[l], parameters.biases[l], random);
    }
    try (Engine engine = Engine.builder().threads(1).open()) {
      float[] dense =
          new Inference(engine, parameters, Output.LOGITS, x, null, Arena.ofAuto())
              .logits()
              .toArray();
      float[] sparse =
          new Inference(engine, parameters, Output.LOGITS, x, form, Arena.ofAuto())
              .logits()
              .toArray();
      assertThat(sparse).containsExactly(dense, within(1e-5f));
    }
  }
}
