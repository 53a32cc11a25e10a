/**
 * Generators that repeat the random numbers of other systems.
 *
 * {@snippet file="dev/lanewise/data/examples/Examples.java" region="random"}
 */
@NullMarked
package dev.lanewise.data.random;

import org.jspecify.annotations.NullMarked;
