/**
 * Readers and writers of foreign formats, written for files that may be damaged or hostile.
 *
 * {@snippet file="dev/lanewise/data/examples/Examples.java" region="format"}
 */
@NullMarked
package dev.lanewise.data.format;

import org.jspecify.annotations.NullMarked;
