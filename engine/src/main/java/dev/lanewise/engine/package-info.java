/**
 * Where an embedding program starts: {@link dev.lanewise.engine.Engine} holds the chosen kernels
 * and the threads, and is handed to the learners.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="engine"}
 */
@NullMarked
package dev.lanewise.engine;

import org.jspecify.annotations.NullMarked;
