@NullMarked
package dev.lanewise.engine.event;

import org.jspecify.annotations.NullMarked;
