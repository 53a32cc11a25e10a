/** How the project's modules write files; not for programs that embed the engine. */
@NullMarked
package dev.lanewise.engine.file;

import org.jspecify.annotations.NullMarked;
