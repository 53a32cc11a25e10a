package dev.lanewise.cli.experiment;

import dev.lanewise.engine.kernel.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * One network of the grid.
 *
 * @param miniBatch 10 random images of each digit an update, else all 800
 * @param layers counted as the code does, with the output layer
 * @param width neurons of every hidden layer
 */
record GridModel(boolean miniBatch, int layers, int width, Activation activation) {

  static final List<Integer> WIDTHS = List.of(16, 32, 64);

  /** In the order of the published columns. */
  static final List<Activation> ACTIVATIONS =
      List.of(Activation.RELU, Activation.ATAN, Activation.SIGMOID);

  /** What the write-up printed for one network. */
  record Published(double seconds, int updates, double accuracy) {}

  /** Seconds, updates and test accuracy with ReLU | arc tangent | sigmoid. */
  private static final String TABLE =
      """
      Full 2 16 | 6.000886 22 .18 | 29.080719 95 .59 | 40.940173 153 .60
      Full 2 32 | 16.049314 52 .27 | 27.997217 100 .74 | 32.894463 126 .65
      Full 2 64 | 4.899778 20 .10 | 14.788104 54 .71 | 33.815546 125 .71
      Full 3 16 | 5.900219 20 .15 | 31.677809 93 .55 | 5.803709 20 .03
      Full 3 32 | 6.794970 20 .15 | 23.886321 70 .75 | 36.042895 113 .55
      Full 3 64 | 6.665277 20 .15 | 18.361584 53 .74 | 34.802931 106 .71
      Full 4 16 | 7.700433 20 .10 | 45.067983 113 .67 | 15.420143 39 .27
      Full 4 32 | 7.756204 20 .10 | 36.149270 89 .71 | 10.885658 29 .21
      Full 4 64 | 7.218679 20 .14 | 36.915671 87 .82 | 42.005840 104 .73
      Mini-batch 2 16 | 3.969850 100 .10 | 14.212722 364 .61 | 11.297341 295 .61
      Mini-batch 2 32 | 3.813542 101 .10 | 17.564721 437 .65 | 17.841669 460 .81
      Mini-batch 2 64 | 4.692308 132 .10 | 11.648956 289 .81 | 11.876622 303 .84
      Mini-batch 3 16 | 4.649059 100 .10 | 16.671530 336 .55 | 27.473595 578 .71
      Mini-batch 3 32 | 4.326637 100 .10 | 14.220106 291 .66 | 21.385022 457 .82
      Mini-batch 3 64 | 4.540968 100 .10 | 19.257941 374 .59 | 18.600242 401 .81
      Mini-batch 4 16 | 5.825655 100 .10 | 6.737685 123 .49 | 17.431572 293 .38
      Mini-batch 4 32 | 5.021848 100 .22 | 14.382130 250 .49 | 31.544056 565 .76
      Mini-batch 4 64 | 5.198819 100 .12 | 21.804624 357 .61 | 16.443465 296 .83
      """;

  /** All networks with so many layers, in the order of the published table. */
  static List<GridModel> all(int fewestLayers, int mostLayers) {
    List<GridModel> models = new ArrayList<>();
    for (boolean miniBatch : new boolean[] {false, true}) {
      for (int layers = fewestLayers; layers <= mostLayers; layers++) {
        for (int width : WIDTHS) {
          for (Activation activation : ACTIVATIONS) {
            models.add(new GridModel(miniBatch, layers, width, activation));
          }
        }
      }
    }
    return models;
  }

  /** What was published for the networks with 2, 3 and 4 layers, in their order. */
  static List<Published> published() {
    return TABLE
        .lines()
        .flatMap(line -> List.of(line.split(" \\| ", -1)).stream().skip(1))
        .map(cell -> cell.split(" ", -1))
        .map(
            cell ->
                new Published(
                    Double.parseDouble(cell[0]),
                    Integer.parseInt(cell[1]),
                    Double.parseDouble(cell[2])))
        .toList();
  }

  static String name(Activation activation) {
    return switch (activation) {
      case RELU -> "ReLU";
      case ATAN -> "atan";
      case SIGMOID -> "sigmoid";
      default -> activation.name();
    };
  }

  static String batch(boolean miniBatch) {
    return miniBatch ? "mini-batch" : "full";
  }

  /** As in {@code "full 2x16 ReLU"}. */
  String label() {
    return batch(miniBatch) + " " + layers + "x" + width + " " + name(activation);
  }

  /** A number of its own, whatever else is in the grid: its random streams follow from it. */
  int number() {
    return ((miniBatch ? 100 : 0) + layers) * 1000 + width * 10 + ACTIVATIONS.indexOf(activation);
  }
}
