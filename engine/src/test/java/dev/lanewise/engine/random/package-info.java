@NullMarked
package dev.lanewise.engine.random;

import org.jspecify.annotations.NullMarked;
