/** The examples of the packages' documentation, compiled and run. */
@NullMarked
package dev.lanewise.engine.examples;

import org.jspecify.annotations.NullMarked;
