package dev.lanewise.engine.nn;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.util.List;

/**
 * The gradient of a loss at one point, and the examples' evaluation there.
 *
 * @param weights of each layer, fan-in x fan-out, scaled as the trainer scales
 * @param biases of each layer, 1 x fan-out
 * @param evaluation accuracy and measures of the same examples
 */
public record Gradients(
    List<FloatMatrix> weights, List<FloatMatrix> biases, Evaluation evaluation) {}
