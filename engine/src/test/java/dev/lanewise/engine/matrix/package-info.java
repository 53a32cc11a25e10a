/** Tests of the matrices. */
@NullMarked
package dev.lanewise.engine.matrix;

import org.jspecify.annotations.NullMarked;
