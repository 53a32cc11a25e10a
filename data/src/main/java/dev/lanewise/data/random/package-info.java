/** Generators that repeat the random numbers of other systems. */
@NullMarked
package dev.lanewise.data.random;

import org.jspecify.annotations.NullMarked;
