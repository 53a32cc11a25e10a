/** What the contract of every backend cannot say about this one. */
@NullMarked
package dev.lanewise.engine.kernel.vector;

import org.jspecify.annotations.NullMarked;
