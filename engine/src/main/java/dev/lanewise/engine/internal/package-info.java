/** What the engine's packages show each other, and nobody else. */
@NullMarked
package dev.lanewise.engine.internal;

import org.jspecify.annotations.NullMarked;
