/** Tests of the engine and its threads. */
@NullMarked
package dev.lanewise.engine;

import org.jspecify.annotations.NullMarked;
