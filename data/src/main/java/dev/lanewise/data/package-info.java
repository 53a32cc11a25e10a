/**
 * Data sets, splits and image sizes; {@link dev.lanewise.data.DataCatalog} is the way in.
 *
 * <p>Thread-safety: everything here is immutable or without state. Sets share their pixels with who
 * made them, as records say; a missing or damaged file is an exception that names it, and the byte.
 *
 * {@snippet file="dev/lanewise/data/examples/Examples.java" region="data"}
 */
@NullMarked
package dev.lanewise.data;

import org.jspecify.annotations.NullMarked;
