@NullMarked
package dev.lanewise.engine.nn;

import org.jspecify.annotations.NullMarked;
