package dev.lanewise.data.examples;

import dev.lanewise.data.BlockAverage;
import dev.lanewise.data.DataCatalog;
import dev.lanewise.data.ImageSet;
import dev.lanewise.data.MiniMnistSplit;
import dev.lanewise.data.Splits;
import dev.lanewise.data.TrainTest;
import dev.lanewise.data.fetch.FetchException;
import dev.lanewise.data.fetch.Fetcher;
import dev.lanewise.data.format.NpyArray;
import dev.lanewise.data.format.Npz;
import dev.lanewise.data.format.Tensors;
import dev.lanewise.data.random.NumpyRandomState;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.random.SeedStreams;
import java.net.URI;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.function.Consumer;

/** An example a package; the regions are what the documentation shows. */
final class Examples {

  private Examples() {}

  static FloatMatrix data() {
    // @start region=data
    ImageSet digits = DataCatalog.embedded().miniMnist();
    MiniMnistSplit split =
        Splits.miniMnist(digits.labels(), new SeedStreams(1).stream("permutations"));
    ImageSet train = digits.gather(split.train());
    return BlockAverage.means(train.images(), train.side(), 2); // 28 x 28 becomes 14 x 14.
    // @end
  }

  static TrainTest fetch(URI mirror, Path directory, Consumer<String> log) {
    // @start region=fetch
    try {
      // Nothing is downloaded twice, and nothing kept that is not what was published.
      new Fetcher(mirror, directory).fetch("mnist", (file, done, total) -> {});
    } catch (FetchException e) {
      log.accept(e.getMessage() + "; the embedded images will do");
    }
    return DataCatalog.at(directory).mnist();
    // @end
  }

  static SequencedMap<String, NpyArray> format(
      Engine engine, FloatMatrix x, int[] labels, Path file) {
    // @start region=format
    SeedStreams seeds = new SeedStreams(1);
    SoftmaxRegression model =
        new SoftmaxRegressionTrainer(engine, 2)
            .fit(x, labels, seeds.stream("weights"), seeds.stream("shuffles"));
    Tensors.writeNpz(file, model.tensors()); // numpy.load(file)["weight"]
    return Npz.read(file);
    // @end
  }

  static int[] random() {
    // @start region=random
    // numpy.random.RandomState(521).permutation(10)
    return new NumpyRandomState(521).shuffled(10);
    // @end
  }
}
