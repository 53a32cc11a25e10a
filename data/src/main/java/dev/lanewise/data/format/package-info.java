/**
 * Readers and writers of foreign formats, written for files that may be damaged or hostile: what is
 * wrong is a {@code DataFormatException} with file and byte, a file that is not there a {@code
 * MissingDataException}, and no more memory is taken than the file's length warrants.
 *
 * <p>Thread-safety: readers and writers have no state; arrays are read-only.
 *
 * {@snippet file="dev/lanewise/data/examples/Examples.java" region="format"}
 */
@NullMarked
package dev.lanewise.data.format;

import org.jspecify.annotations.NullMarked;
