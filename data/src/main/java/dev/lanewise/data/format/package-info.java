/** Readers and writers of foreign formats, written for files that may be damaged or hostile. */
@NullMarked
package dev.lanewise.data.format;

import org.jspecify.annotations.NullMarked;
