/**
 * Linear classifiers: softmax regression by mini-batch descent or by random search, and perceptrons
 * for many classes, linear or quadratic.
 *
 * <p>Every source of randomness is a {@link java.util.random.RandomGenerator} of the caller's, one
 * for each use. Given the same generators and the same backend, training gives the same bits
 * whatever the number of threads: work is cut where the data says, never where the threads are.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="linear"}
 */
@NullMarked
package dev.lanewise.engine.linear;

import org.jspecify.annotations.NullMarked;
