/**
 * Side-by-side runs: every row of the table of targets, ours and its peers in turns, each in a
 * process of its own. {@link dev.lanewise.benchmarks.proof.Proof} runs them, {@link
 * dev.lanewise.benchmarks.proof.Worker} is the process of a JVM contestant, {@link
 * dev.lanewise.benchmarks.proof.Table} judges the results.
 */
@NullMarked
package dev.lanewise.benchmarks.proof;

import org.jspecify.annotations.NullMarked;
