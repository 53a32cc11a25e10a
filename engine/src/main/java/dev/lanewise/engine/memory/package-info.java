/** Memory that is used again; not for programs that embed the engine. */
@NullMarked
package dev.lanewise.engine.memory;

import org.jspecify.annotations.NullMarked;
