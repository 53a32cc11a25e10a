package dev.lanewise.engine.nn;

import dev.lanewise.engine.Parallelism;
import java.util.function.IntConsumer;

/** How a network's work is cut. All cuts follow from shapes, none from the number of threads. */
final class Work {

  /**
   * Rows of a batch that one task takes through all layers. A gemm packs the whole weight matrix
   * for every chunk, about 1 / rows of its work; more rows would leave too few chunks to share.
   */
  static final int CHUNK = 512;

  /**
   * The most rows and columns of a weight gradient that one task computes, for the same reasons.
   */
  static final int TILE = 512;

  /**
   * Multiply-adds below which work is neither cut into tiles nor handed to other threads: 2^23 take
   * some 0.2 ms, waking a thread up to 0.05 ms.
   */
  static final long SHARED = 1L << 23;

  private Work() {}

  static int chunks(int rows) {
    return (rows + CHUNK - 1) / CHUNK;
  }

  static int chunkEnd(int chunk, int rows) {
    return Math.min(rows, (chunk + 1) * CHUNK);
  }

  /**
   * Runs tasks, on other threads too only if that is worth it.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted
   */
  static void run(Parallelism parallelism, long products, int tasks, IntConsumer task) {
    if (tasks == 1 || parallelism.threads() == 1 || products < SHARED) {
      for (int i = 0; i < tasks; i++) {
        Parallelism.throwIfInterrupted();
        task.accept(i);
      }
    } else {
      parallelism.forEach(tasks, task);
    }
  }
}
