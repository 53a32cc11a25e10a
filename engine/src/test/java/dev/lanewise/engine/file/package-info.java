@NullMarked
package dev.lanewise.engine.file;

import org.jspecify.annotations.NullMarked;
