/**
 * SIMD in Java. The only package that may name {@code jdk.incubator.vector}; {@link
 * dev.lanewise.engine.kernel.vector.Lanes} alone chooses the species.
 */
@NullMarked
package dev.lanewise.engine.kernel.vector;

import org.jspecify.annotations.NullMarked;
