/**
 * Exact nearest neighbours and the classifiers made of them. Results are ordered by (distance, row)
 * and are the same on every backend, vector width and thread count.
 */
@NullMarked
package dev.lanewise.engine.neighbors;

import org.jspecify.annotations.NullMarked;
