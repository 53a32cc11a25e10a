/** Data sets, splits and image sizes; {@link dev.lanewise.data.DataCatalog} is the way in. */
@NullMarked
package dev.lanewise.data;

import org.jspecify.annotations.NullMarked;
