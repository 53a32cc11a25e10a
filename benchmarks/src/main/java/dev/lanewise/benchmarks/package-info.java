/**
 * JMH benchmarks of kernels and of what is built on them, and {@link dev.lanewise.benchmarks.Main},
 * which runs them and writes the results down. What a benchmark measures is a plain method that
 * unit tests run too.
 */
@NullMarked
package dev.lanewise.benchmarks;

import org.jspecify.annotations.NullMarked;
