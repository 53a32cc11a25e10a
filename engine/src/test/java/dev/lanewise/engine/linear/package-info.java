@NullMarked
package dev.lanewise.engine.linear;

import org.jspecify.annotations.NullMarked;
