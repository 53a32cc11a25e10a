/**
 * The seam between learners and the machine: {@link dev.lanewise.engine.kernel.Kernels}, and how
 * implementations of it are found. Learners name no species, no backend and no native symbol;
 * kernels know no learner, own no threads and print nothing. The package {@code scalar} is the
 * specification that every other implementation is tested against.
 *
 * <p>Thread-safety: all implementations of {@code Kernels} may be called by many threads at once,
 * on results that do not overlap; each call runs on its caller's thread.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="kernel"}
 */
@NullMarked
package dev.lanewise.engine.kernel;

import org.jspecify.annotations.NullMarked;
