/**
 * Reproducible randomness: one seed, a stream for each use.
 *
 * <p>Thread-safety: {@code SeedStreams} is immutable; a stream belongs to one thread.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="random"}
 */
@NullMarked
package dev.lanewise.engine.random;

import org.jspecify.annotations.NullMarked;
