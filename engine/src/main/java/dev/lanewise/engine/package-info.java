/**
 * Where an embedding program starts: {@link dev.lanewise.engine.Engine} holds the chosen kernels
 * and the threads, and is handed to the learners.
 */
@NullMarked
package dev.lanewise.engine;

import org.jspecify.annotations.NullMarked;
