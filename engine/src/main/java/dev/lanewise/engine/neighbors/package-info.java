/**
 * Exact nearest neighbours and the classifiers made of them. Results are ordered by (distance, row)
 * and are the same on every backend, vector width and thread count.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="neighbors"}
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="updates"}
 */
@NullMarked
package dev.lanewise.engine.neighbors;

import org.jspecify.annotations.NullMarked;
