@NullMarked
package dev.lanewise.engine.io;

import org.jspecify.annotations.NullMarked;
