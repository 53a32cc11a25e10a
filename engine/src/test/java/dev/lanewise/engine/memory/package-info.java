@NullMarked
package dev.lanewise.engine.memory;

import org.jspecify.annotations.NullMarked;
