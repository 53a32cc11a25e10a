/**
 * Downloads of pinned data sets into a directory.
 *
 * {@snippet file="dev/lanewise/data/examples/Examples.java" region="fetch"}
 */
@NullMarked
package dev.lanewise.data.fetch;

import org.jspecify.annotations.NullMarked;
