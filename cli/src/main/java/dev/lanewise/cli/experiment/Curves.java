package dev.lanewise.cli.experiment;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures after every epoch of some trainings, one a seed. Trainings of different seeds may write
 * at the same time.
 */
final class Curves {

  private final int epochs;
  // By name: [seed][epoch].
  private final Map<String, double[][]> values = new LinkedHashMap<>();
  private final double[] seconds;

  Curves(int epochs, int seeds, List<String> figures) {
    this.epochs = epochs;
    this.seconds = new double[seeds];
    for (String figure : figures) {
      values.put(figure, new double[seeds][epochs]);
    }
  }

  int epochs() {
    return epochs;
  }

  int seeds() {
    return seconds.length;
  }

  void set(String figure, int seed, int epoch, double value) {
    curves(figure)[seed][epoch] = value;
  }

  void took(int seed, double time) {
    seconds[seed] = time;
  }

  /** The mean time of a training, watching included. */
  double seconds() {
    return Arrays.stream(seconds).average().orElseThrow();
  }

  /** One seed's figure after every epoch. */
  double[] of(String figure, int seed) {
    return curves(figure)[seed].clone();
  }

  /** The figure over the seeds, after one epoch, counted from 0. */
  Spread at(String figure, int epoch) {
    return Spread.of(seedsAt(figure, epoch));
  }

  /** The figure at each seed, after one epoch, counted from 0. */
  double[] seedsAt(String figure, int epoch) {
    return Arrays.stream(curves(figure)).mapToDouble(curve -> curve[epoch]).toArray();
  }

  /** The mean over the seeds, drawn over the epochs. */
  Series mean(String chart, String name, String figure, String y) {
    double[] means = new double[epochs];
    Arrays.setAll(means, epoch -> at(figure, epoch).mean());
    return Series.of(chart, name, "epoch", y, 0, means);
  }

  private double[][] curves(String figure) {
    double[][] curves = values.get(figure);
    if (curves == null) {
      throw new IllegalArgumentException("no figure '" + figure + "' among " + values.keySet());
    }
    return curves;
  }
}
