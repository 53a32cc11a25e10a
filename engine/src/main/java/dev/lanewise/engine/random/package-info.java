/** Reproducible randomness: one seed, a stream for each use. */
@NullMarked
package dev.lanewise.engine.random;

import org.jspecify.annotations.NullMarked;
