package dev.lanewise.engine.nn;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.io.ModelFormatException;
import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.memory.Scratch;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;

/**
 * A multi-layer perceptron for classification. Layer l computes z = x W + b with weights W fan-in x
 * fan-out and biases b 1 x fan-out; hidden layers apply the activation to z, the last layer's z are
 * the logits, one a class.
 *
 * <p><b>Cost.</b> Predicting takes a multiply-add for each row and weight.
 *
 * <p>Thread-safety: immutable; any number of threads may predict at once. Work on many rows is
 * shared over the engine's threads; results do not depend on how many there are.
 */
public final class Mlp {

  private final Engine engine;
  private final Parameters parameters;
  private final Output output;

  private Mlp(Engine engine, Parameters parameters, Output output) {
    this.engine = engine;
    this.parameters = parameters;
    this.output = output;
  }

  /**
   * A network with given parameters, which are copied.
   *
   * @param weights of each layer, fan-in x fan-out; at least one layer
   * @param biases of each layer, 1 x fan-out
   * @throws IllegalArgumentException if shapes do not follow from one another
   */
  public static Mlp of(
      Engine engine, Activation activation, List<FloatMatrix> weights, List<FloatMatrix> biases) {
    if (weights.isEmpty() || weights.size() != biases.size()) {
      throw new IllegalArgumentException(
          weights.size() + " weight matrices and " + biases.size() + " biases");
    }
    int[] sizes = new int[weights.size() + 1];
    sizes[0] = weights.get(0).rows();
    for (int l = 0; l < weights.size(); l++) {
      FloatMatrix w = weights.get(l);
      FloatMatrix b = biases.get(l);
      sizes[l + 1] = w.columns();
      if (w.rows() != sizes[l] || w.rows() == 0 || w.columns() == 0) {
        throw new IllegalArgumentException(
            "layer " + l + " has weights " + w.shape() + " after " + sizes[l] + " neurons");
      }
      if (b.rows() != 1 || b.columns() != w.columns()) {
        throw new IllegalArgumentException(
            "layer " + l + " has weights " + w.shape() + " and biases " + b.shape());
      }
    }
    Parameters parameters = Parameters.zeros(sizes, activation);
    for (int l = 0; l < weights.size(); l++) {
      parameters.weights[l].setAll(weights.get(l));
      parameters.biases[l].setAll(biases.get(l));
    }
    return new Mlp(engine, parameters, Output.LOGITS);
  }

  /** Takes the parameters over: nobody may change them afterwards. */
  static Mlp owning(Engine engine, Parameters parameters, Output output) {
    return new Mlp(engine, parameters, output);
  }

  /** The same parameters read through another output layer; shares their memory. */
  public Mlp withOutput(Output other) {
    return new Mlp(engine, parameters, other);
  }

  /** The same parameters with another activation between them; shares their memory. */
  public Mlp withActivation(Activation other) {
    return new Mlp(engine, parameters.with(other), output);
  }

  /** The number of layers with weights. */
  public int layers() {
    return parameters.layers();
  }

  /** The number of features a row must have. */
  public int inputs() {
    return parameters.inputs();
  }

  /** The number of classes. */
  public int classes() {
    return parameters.classes();
  }

  /** What the hidden layers apply. */
  public Activation activation() {
    return parameters.activation;
  }

  /** What becomes of the logits. */
  public Output output() {
    return output;
  }

  /**
   * A copy of a layer's weights, fan-in x fan-out.
   *
   * @throws IndexOutOfBoundsException if there is no such layer
   */
  public FloatMatrix weights(int layer) {
    Objects.checkIndex(layer, layers());
    return parameters.weights[layer].copy();
  }

  /**
   * A copy of a layer's biases, 1 x fan-out.
   *
   * @throws IndexOutOfBoundsException if there is no such layer
   */
  public FloatMatrix biases(int layer) {
    Objects.checkIndex(layer, layers());
    return parameters.biases[layer].copy();
  }

  /**
   * The last layer's sums, whatever the output layer.
   *
   * @param rows n x inputs
   * @return n x classes
   * @throws IllegalArgumentException if the columns do not fit, or NaN or an infinity is among them
   */
  public FloatMatrix logits(FloatMatrix rows) {
    return inference(rows).logits();
  }

  /**
   * What classes are compared by: the logits after the output layer.
   *
   * @param rows n x inputs; with {@link Output#SOFTMAX_OVER_ROWS} they depend on each other
   * @return n x classes
   * @throws IllegalArgumentException as {@link #logits}
   */
  public FloatMatrix scores(FloatMatrix rows) {
    return inference(rows).scores();
  }

  /**
   * The row-wise softmax of the scores.
   *
   * @param rows n x inputs
   * @return n x classes, each row 0..1 and summing to 1
   * @throws IllegalArgumentException as {@link #logits}
   */
  public FloatMatrix predictProbabilities(FloatMatrix rows) {
    return inference(rows).probabilities();
  }

  /**
   * The class with the highest score; a tie goes to the lower class.
   *
   * @param rows n x inputs
   * @return n classes
   * @throws IllegalArgumentException as {@link #logits}
   */
  public int[] predict(FloatMatrix rows) {
    FloatMatrix scores = scores(rows);
    int[] classes = new int[rows.rows()];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = Tally.argMax(scores, i);
    }
    return classes;
  }

  /**
   * Accuracy and measures on labelled rows.
   *
   * @param measures what to report; none means cross-entropy
   * @throws IllegalArgumentException as {@link #logits}, and if there are no rows, or labels beyond
   *     the classes
   */
  public Evaluation evaluate(Samples samples, Measure... measures) {
    parameters.checkSamples(EngineKernels.of(engine), "the set to evaluate", samples);
    List<Measure> wanted =
        measures.length == 0 ? List.of(Measure.crossEntropy()) : List.of(measures);
    try (Arena arena = Scratch.take()) {
      return new Inference(engine, parameters, output, samples.rows(), null, arena)
          .evaluate(samples.labels(), wanted);
    }
  }

  private Inference inference(FloatMatrix rows) {
    parameters.checkInputs(EngineKernels.of(engine), "the input", rows);
    return new Inference(engine, parameters, output, rows, null, Arena.ofAuto());
  }

  /**
   * The parameters by the names that other libraries give them: {@code layers.0.weight}, fan-in x
   * fan-out, {@code layers.0.bias}, 1 x fan-out, and so on; copies.
   */
  public SequencedMap<String, FloatMatrix> tensors() {
    SequencedMap<String, FloatMatrix> tensors = new LinkedHashMap<>();
    for (int l = 0; l < layers(); l++) {
      tensors.put("layers." + l + ".weight", weights(l));
      tensors.put("layers." + l + ".bias", biases(l));
    }
    return tensors;
  }

  /**
   * Saves the network: its parameters, activation and output. The file is replaced in one step.
   *
   * @throws IllegalStateException if a parameter is NaN or infinite, as training that kept going
   *     may leave it: the message names it
   * @throws UncheckedIOException if the file cannot be written; an older one is then as it was
   */
  public void save(Path file) {
    MlpFile.save(parameters, output, file);
  }

  /**
   * Loads a network, which no longer needs the file.
   *
   * @param engine what it shall compute with; need not be the kind that trained it
   * @throws ModelFormatException if the file is not a network's, is damaged, or is of a newer
   *     version
   * @throws UncheckedIOException if it cannot be read
   */
  public static Mlp load(Engine engine, Path file) {
    return MlpFile.load(engine, file);
  }

  Parameters parameters() {
    return parameters;
  }
}
