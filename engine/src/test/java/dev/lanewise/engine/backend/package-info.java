/** Tests of the choice of a backend. */
@NullMarked
package dev.lanewise.engine.backend;

import org.jspecify.annotations.NullMarked;
