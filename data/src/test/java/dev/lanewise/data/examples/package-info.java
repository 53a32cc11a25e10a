/** The examples of the packages' documentation, compiled and run. */
@NullMarked
package dev.lanewise.data.examples;

import org.jspecify.annotations.NullMarked;
