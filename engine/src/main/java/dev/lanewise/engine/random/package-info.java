/**
 * Reproducible randomness: one seed, a stream for each use.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="random"}
 */
@NullMarked
package dev.lanewise.engine.random;

import org.jspecify.annotations.NullMarked;
