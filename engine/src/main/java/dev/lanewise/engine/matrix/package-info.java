/**
 * Dense row-major matrices in native memory: the one storage decision for pixels, weights and
 * results.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="matrix"}
 */
@NullMarked
package dev.lanewise.engine.matrix;

import org.jspecify.annotations.NullMarked;
