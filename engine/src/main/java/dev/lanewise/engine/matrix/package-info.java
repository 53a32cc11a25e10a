/**
 * Dense row-major matrices in native memory: the one storage decision for pixels, weights and
 * results.
 */
@NullMarked
package dev.lanewise.engine.matrix;

import org.jspecify.annotations.NullMarked;
