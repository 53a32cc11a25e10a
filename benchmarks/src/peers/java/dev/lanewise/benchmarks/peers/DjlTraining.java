package dev.lanewise.benchmarks.peers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.lanewise.benchmarks.proof.Epochs;
import dev.lanewise.benchmarks.proof.Sets;
import dev.lanewise.benchmarks.proof.Task;
import dev.lanewise.engine.matrix.FloatMatrix;
import dev.lanewise.engine.nn.Samples;
import dev.lanewise.engine.random.Draws;
import java.util.Arrays;
import java.util.Random;

/**
 * Trainings in PyTorch through DJL, backward passes by hand: the same steps as worker.py takes, in
 * the newest PyTorch that DJL brings with its own MKL and oneDNN.
 */
final class DjlTraining {

  private DjlTraining() {}

  /** A manager of its own; the threads are PyTorch's, of the whole process. */
  static NDManager manager(int threads) {
    NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    ai.djl.pytorch.jni.JniUtils.setNumThreads(threads);
    ai.djl.pytorch.jni.JniUtils.setGradMode(false);
    return manager;
  }

  static NDArray array(NDManager manager, FloatMatrix x) {
    return manager.create(x.toArray(), new Shape(x.rows(), x.columns()));
  }

  private static FloatMatrix oneHot(int[] labels) {
    FloatMatrix y = FloatMatrix.zeros(labels.length, 10);
    for (int i = 0; i < labels.length; i++) {
      y.set(i, labels[i], 1);
    }
    return y;
  }

  /** Weights and biases of two layers, and what momentum keeps. */
  private static final class Net {
    final NDArray w1;
    final NDArray b1;
    final NDArray w2;
    final NDArray b2;
    final NDArray v1;
    final NDArray v2;

    Net(NDManager manager, int hidden) {
      w1 = array(manager, Sets.weights(784, hidden, 1));
      w2 = array(manager, Sets.weights(hidden, 10, 2));
      b1 = manager.zeros(new Shape(hidden));
      b2 = manager.zeros(new Shape(10));
      v1 = manager.zeros(w1.getShape());
      v2 = manager.zeros(w2.getShape());
    }

    NDArray logits(NDArray x) {
      return x.matMul(w1).addi(b1).maximum(0f).matMul(w2).addi(b2);
    }

    /** One step; gradients are divided so, and weights moved by velocities with this momentum. */
    void step(NDArray x, NDArray y, float divisor, float rate, float momentum) {
      try (NDManager scope = w1.getManager().newSubManager()) {
        // What an operation makes belongs to the manager of its first operand, and goes with it.
        scope.tempAttachAll(x, y, w1, b1, w2, b2, v1, v2);
        NDArray h = x.matMul(w1).addi(b1).maximum(0f);
        NDArray d2 = h.matMul(w2).addi(b2).softmax(1).subi(y).divi(divisor);
        NDArray d1 = d2.matMul(w2.transpose()).muli(h.gt(0f));
        NDArray g2 = h.transpose().matMul(d2);
        NDArray g1 = x.transpose().matMul(d1);
        if (momentum == 0) {
          w2.subi(g2.muli(rate));
          w1.subi(g1.muli(rate));
        } else {
          w2.subi(v2.muli(momentum).addi(g2).mul(rate));
          w1.subi(v1.muli(momentum).addi(g1).mul(rate));
        }
        b2.subi(d2.sum(new int[] {0}).muli(rate));
        b1.subi(d1.sum(new int[] {0}).muli(rate));
      }
    }
  }

  private static double accuracy(NDArray logits, int[] labels) {
    long[] predicted = logits.argMax(1).toLongArray();
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      right += predicted[i] == labels[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /** A training from the start, as often as it is asked for; the last net is judged. */
  private abstract static class Training implements Task {
    final NDManager base;
    private NDManager last;

    Training(int threads) {
      base = manager(threads);
      last = base.newSubManager();
    }

    @Override
    public void run() {
      last.close();
      last = base.newSubManager();
      train(last);
    }

    abstract void train(NDManager manager);

    @Override
    public void close() {
      base.close();
    }
  }

  static Task mlp(int threads) {
    Samples train = Sets.samples(Sets.mnist().train());
    Samples test = Sets.samples(Sets.mnist().test());
    return new Training(threads) {
      private final NDArray x = array(base, train.rows());
      private final NDArray y = array(base, oneHot(train.labels()));
      private final NDList batches = x.split(train.size() / 8);
      private final NDList targets = y.split(train.size() / 8);
      private Net net = new Net(base, 300);

      @Override
      void train(NDManager manager) {
        net = new Net(manager, 300);
        for (int epoch = 0; epoch < Epochs.MLP; epoch++) {
          for (int i = 0; i < batches.size(); i++) {
            net.step(batches.get(i), targets.get(i), 8, .1f, 0);
          }
        }
      }

      @Override
      public double check() {
        return accuracy(net.logits(array(base, test.rows())), test.labels());
      }
    };
  }

  static Task notMnist(int threads) {
    Samples train = Sets.notMnist(15_000);
    return new Training(threads) {
      private final NDArray x = array(base, train.rows());
      private final NDArray y = array(base, oneHot(train.labels()));
      private Net net = new Net(base, 1000);

      @Override
      void train(NDManager manager) {
        net = new Net(manager, 1000);
        for (int epoch = 0; epoch < Epochs.NOT_MNIST; epoch++) {
          net.step(x, y, 1, 1e-5f, .99f);
        }
      }

      @Override
      public double check() {
        return accuracy(net.logits(x), train.labels());
      }
    };
  }

  static Task softmax(int threads) {
    Samples train = Sets.samples(Sets.mnist().train());
    Samples test = Sets.samples(Sets.mnist().test());
    return new Training(threads) {
      private final NDArray x = array(base, train.rows());
      private final NDArray y = array(base, oneHot(train.labels()));
      private NDArray w = array(base, Sets.weights(784, 10, 1));

      @Override
      void train(NDManager manager) {
        w = array(manager, Sets.weights(784, 10, 1));
        Random random = new Random(0);
        int[] order = new int[train.size()];
        Arrays.setAll(order, i -> i);
        for (int epoch = 0; epoch < Epochs.SOFTMAX; epoch++) {
          Draws.shuffle(random, order);
          for (int i = 0; i < order.length; i += 128) {
            try (NDManager scope = manager.newSubManager()) {
              scope.tempAttachAll(x, y, w);
              NDArray rows =
                  scope.create(Arrays.copyOfRange(order, i, Math.min(order.length, i + 128)));
              NDArray some = x.get(rows);
              NDArray target = y.get(rows);
              NDArray d = some.matMul(w).softmax(1).subi(target);
              NDArray g = some.transpose().matMul(d);
              w.subi(g.muli(.1f / 128));
            }
          }
        }
      }

      @Override
      public double check() {
        return accuracy(array(base, test.rows()).matMul(w), test.labels());
      }
    };
  }
}
