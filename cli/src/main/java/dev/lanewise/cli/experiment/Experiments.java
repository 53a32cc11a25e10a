package dev.lanewise.cli.experiment;

import java.util.List;
import java.util.Optional;

/** All experiments, in the order of the write-ups. */
public final class Experiments {

  private static final List<Experiment> ALL =
      List.of(
          new KnnDemo(),
          new KnnSweep(),
          new SoftmaxSgd(),
          new Knn1000(),
          new KnnFull(),
          new RandomSearchMnist(),
          OneVersus.rest(),
          OneVersus.one(),
          new QuadraticOvr(),
          new MiniKnn(),
          new Backprop333(),
          new MlpGrid(),
          new MlpLong(),
          new ReluSaturation(),
          new ReluSquished(),
          new MlpMnist(),
          new MlpMnistDoubleSoftmax(),
          new NotMnistMlp(),
          new NotMnistEarlyStopping(),
          BestAccuracy.mnist(),
          BestAccuracy.miniMnist(),
          BestAccuracy.notMnist());

  private Experiments() {}

  /** All of them. */
  public static List<Experiment> all() {
    return ALL;
  }

  /** The one of that name. */
  public static Optional<Experiment> find(String id) {
    return ALL.stream().filter(experiment -> experiment.id().equals(id)).findFirst();
  }
}
