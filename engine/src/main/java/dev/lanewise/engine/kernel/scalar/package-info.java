/**
 * The specification: plain loops that read like the formulas, no fused operations, summed left to
 * right.
 */
@NullMarked
package dev.lanewise.engine.kernel.scalar;

import org.jspecify.annotations.NullMarked;
