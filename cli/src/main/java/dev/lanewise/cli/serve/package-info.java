/**
 * The page where the engine answers while you draw, and the JSON API behind it. Connections wait on
 * virtual threads; the engine works on a few platform threads with a bounded queue before them.
 */
@NullMarked
package dev.lanewise.cli.serve;

import org.jspecify.annotations.NullMarked;
