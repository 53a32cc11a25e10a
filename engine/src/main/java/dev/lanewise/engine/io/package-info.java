/**
 * The file format of models and indexes: named matrices and numbers, checked and mapped into
 * memory. {@code docs/format.md} specifies it byte by byte.
 *
 * <p>Programs save and load through the models ({@code Mlp.save}, {@code NearestNeighbors.open});
 * this package is for tools that look into a file, and for its errors.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="save"}
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="io"}
 */
@NullMarked
package dev.lanewise.engine.io;

import org.jspecify.annotations.NullMarked;
