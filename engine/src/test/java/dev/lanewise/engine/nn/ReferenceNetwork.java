package dev.lanewise.engine.nn;

import dev.lanewise.engine.kernel.Activation;
import dev.lanewise.engine.matrix.FloatMatrix;

/** The loss of a network in doubles, straight from the formulas. */
final class ReferenceNetwork {

  final double[][][] weights;
  final double[][] biases;
  private final Activation activation;
  private final Output output;
  private final double epsilon;

  ReferenceNetwork(Mlp mlp, Output output, double epsilon) {
    this.activation = mlp.activation();
    this.output = output;
    this.epsilon = epsilon;
    weights = new double[mlp.layers()][][];
    biases = new double[mlp.layers()][];
    for (int l = 0; l < mlp.layers(); l++) {
      weights[l] = doubles(mlp.weights(l));
      biases[l] = doubles(mlp.biases(l))[0];
    }
  }

  static double[][] doubles(FloatMatrix x) {
    double[][] result = new double[x.rows()][x.columns()];
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.columns(); j++) {
        result[i][j] = x.get(i, j);
      }
    }
    return result;
  }

  /** The sum over the samples of -log(p + epsilon). */
  double loss(Samples samples) {
    double[][] scores = doubles(samples.rows());
    for (int l = 0; l < weights.length; l++) {
      scores = layer(l, scores);
    }
    if (output == Output.SOFTMAX_OVER_ROWS) {
      for (int j = 0; j < scores[0].length; j++) {
        double sum = 0;
        for (double[] row : scores) {
          sum += Math.exp(row[j]);
        }
        for (double[] row : scores) {
          row[j] = Math.exp(row[j]) / sum;
        }
      }
    }
    double loss = 0;
    for (int i = 0; i < scores.length; i++) {
      double sum = 0;
      for (double score : scores[i]) {
        sum += Math.exp(score);
      }
      loss -= Math.log(Math.exp(scores[i][samples.labels()[i]]) / sum + epsilon);
    }
    return loss;
  }

  private double[][] layer(int l, double[][] x) {
    double[][] result = new double[x.length][biases[l].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < biases[l].length; j++) {
        double sum = biases[l][j];
        for (int p = 0; p < x[i].length; p++) {
          sum += x[i][p] * weights[l][p][j];
        }
        result[i][j] = l == weights.length - 1 ? sum : value(sum);
      }
    }
    return result;
  }

  private double value(double z) {
    return switch (activation) {
      case IDENTITY -> z;
      case RELU -> Math.max(z, 0);
      case ATAN -> Math.atan(z);
      case SIGMOID -> 1 / (1 + Math.exp(-z));
      case TANH -> Math.tanh(z);
    };
  }
}
