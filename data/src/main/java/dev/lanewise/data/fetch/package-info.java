/** Downloads of pinned data sets into a directory. */
@NullMarked
package dev.lanewise.data.fetch;

import org.jspecify.annotations.NullMarked;
