/**
 * Data sets, splits and image sizes; {@link dev.lanewise.data.DataCatalog} is the way in.
 *
 * {@snippet file="dev/lanewise/data/examples/Examples.java" region="data"}
 */
@NullMarked
package dev.lanewise.data;

import org.jspecify.annotations.NullMarked;
