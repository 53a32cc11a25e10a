/**
 * Dense row-major matrices in native memory: the one storage decision for pixels, weights and
 * results.
 *
 * <p>Thread-safety: elements are plain memory; who writes while others read must order it. Shapes
 * and views never change.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="matrix"}
 */
@NullMarked
package dev.lanewise.engine.matrix;

import org.jspecify.annotations.NullMarked;
