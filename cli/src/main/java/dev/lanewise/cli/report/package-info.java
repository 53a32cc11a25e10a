/** The results of a reproduction as a page to look at, made from its JSON alone. */
@NullMarked
package dev.lanewise.cli.report;

import org.jspecify.annotations.NullMarked;
