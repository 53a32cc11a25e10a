package dev.lanewise.cli.serve;

import dev.lanewise.data.ImageSet;
import dev.lanewise.data.ImageTransforms;
import dev.lanewise.engine.Engine;
import dev.lanewise.engine.linear.SoftmaxRegression;
import dev.lanewise.engine.linear.SoftmaxRegressionTrainer;
import dev.lanewise.engine.matrix.ByteMatrix;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Batching;
import dev.lanewise.engine.nn.Decision;
import dev.lanewise.engine.nn.Mlp;
import dev.lanewise.engine.nn.MlpTrainer;
import dev.lanewise.engine.nn.Optimizer;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.nn.Scaling;
import dev.lanewise.engine.nn.TrainingListener;
import dev.lanewise.engine.random.SeedStreams;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** How the server makes one of its models. */
enum Recipe {

  /**
   * Two layers, trained with Adam on images that are moved anew by up to a pixel in every pass, at
   * a rate that falls along a half cosine; on all of MNIST about 0.985 of the test images are
   * right.
   */
  MLP("mlp", "neural network", 1) {
    private static final int HIDDEN = 256;
    private static final int BATCH = 128;
    private static final int PASSES = 8;
    private static final double RATE = 1e-3;

    @Override
    String detail() {
      return "784-" + HIDDEN + "-10, ReLU, Adam, " + PASSES + " passes over shifted images";
    }

    @Override
    long steps(int rows) {
      return (long) PASSES * ((rows + BATCH - 1) / BATCH);
    }

    @Override
    Model train(Engine engine, ImageSet images, LongConsumer done) {
      SeedStreams seeds = new SeedStreams(SEED);
      TrainingListener listener =
          new TrainingListener() {
            @Override
            public Decision onUpdate(long update, int rows, double lossSum) {
              done.accept(1);
              return Decision.CONTINUE;
            }
          };
      MlpTrainer.Builder builder =
          MlpTrainer.builder(engine, images.images().columns(), HIDDEN, images.classes().size())
              .batching(Batching.shuffled(BATCH))
              .epochs(1);
      Mlp mlp = null;
      for (int pass = 0; pass < PASSES; pass++) {
        double rate = RATE * (1 + Math.cos(Math.PI * pass / PASSES)) / 2;
        ByteMatrix moved =
            ImageTransforms.jittered(
                images.images(), images.side(), 1, seeds.stream("shifts", pass));
        MlpTrainer.Run run =
            builder
                .optimizer(Optimizer.adam(rate))
                .build()
                .on(new Samples(Scaling.unit(moved), images.labels()))
                .listener(listener);
        if (mlp != null) {
          run.startingFrom(mlp);
        }
        mlp = run.fit(seeds.child("pass", pass)).model();
      }
      return new Perceptron(java.util.Objects.requireNonNull(mlp));
    }

    @Override
    Model load(Engine engine, Path file) {
      return new Perceptron(Mlp.load(engine, file));
    }
  },

  /** Multinomial logistic regression by gradient descent. */
  SOFTMAX("softmax", "softmax regression", 1) {
    private static final int EPOCHS = 20;

    @Override
    String detail() {
      return "784-10, " + EPOCHS + " epochs of gradient descent";
    }

    @Override
    long steps(int rows) {
      return EPOCHS;
    }

    @Override
    Model train(Engine engine, ImageSet images, LongConsumer done) {
      SeedStreams seeds = new SeedStreams(SEED);
      return new Linear(
          new SoftmaxRegressionTrainer(engine, images.classes().size())
              .epochs(EPOCHS)
              .onEpoch(
                  epoch -> {
                    done.accept(1);
                    return true;
                  })
              .fit(
                  Scaling.unit(images.images()),
                  images.labels(),
                  seeds.stream("weights"),
                  seeds.stream("batches")));
    }

    @Override
    Model load(Engine engine, Path file) {
      return new Linear(SoftmaxRegression.load(engine, file));
    }
  };

  private static final long SEED = 2026;

  private final String id;
  private final String title;
  private final int version;

  Recipe(String id, String title, int version) {
    this.id = id;
    this.title = title;
    this.version = version;
  }

  /** Its name in the API. */
  String id() {
    return id;
  }

  /** Its name for people. */
  String title() {
    return title;
  }

  /** What it is, in a few words. */
  abstract String detail();

  /** Changed with anything that makes another model of the same images. */
  int version() {
    return version;
  }

  /** How many steps {@link #train} reports for so many images. */
  abstract long steps(int rows);

  /**
   * Trains.
   *
   * @param done told how many more steps are done
   */
  abstract Model train(Engine engine, ImageSet images, LongConsumer done);

  /**
   * Reads what {@link Model#save} wrote.
   *
   * @throws RuntimeException of any kind, if the file is missing or damaged
   */
  abstract Model load(Engine engine, Path file);

  private record Perceptron(Mlp mlp) implements Model {
    @Override
    public FloatMatrix probabilities(ByteMatrix images) {
      return mlp.predictProbabilities(Scaling.unit(images));
    }

    @Override
    public Model on(Engine engine) {
      List<FloatMatrix> weights = new ArrayList<>();
      List<FloatMatrix> biases = new ArrayList<>();
      for (int layer = 0; layer < mlp.layers(); layer++) {
        weights.add(mlp.weights(layer));
        biases.add(mlp.biases(layer));
      }
      return new Perceptron(Mlp.of(engine, mlp.activation(), weights, biases));
    }

    @Override
    public void save(Path file) {
      mlp.save(file);
    }
  }

  private record Linear(SoftmaxRegression regression) implements Model {
    @Override
    public FloatMatrix probabilities(ByteMatrix images) {
      return regression.predictProbabilities(Scaling.unit(images));
    }

    @Override
    public Model on(Engine engine) {
      return new Linear(
          SoftmaxRegression.of(engine, regression.weights(), regression.bias().orElseThrow()));
    }

    @Override
    public void save(Path file) {
      regression.save(file);
    }
  }
}
