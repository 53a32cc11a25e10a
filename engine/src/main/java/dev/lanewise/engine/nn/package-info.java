/**
 * Multi-layer perceptrons: {@link dev.lanewise.engine.nn.MlpTrainer} fits an {@link
 * dev.lanewise.engine.nn.Mlp}.
 *
 * <p>Everything is float32. A layer is z = x W + b with W fan-in x fan-out and b 1 x fan-out, so a
 * batch, one example a row, is one multiplication. A batch is cut into chunks of rows and a weight
 * gradient into tiles; where the cuts are depends on shapes alone, every sum is made within one
 * chunk or tile in a fixed order, and so results are the same, bit for bit, for any number of
 * threads on one backend.
 *
 * <p>Thread-safety: everything here is immutable but {@code MlpTrainer.Builder} and {@code
 * MlpTrainer.Run}, which belong to one thread. Measures that a program passes in are called by
 * several threads at once and must be thread-safe; initialisers and listeners run on the thread
 * that trains.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="nn"}
 */
@NullMarked
package dev.lanewise.engine.nn;

import org.jspecify.annotations.NullMarked;
