/**
 * Which kernels run, and why: a pure function of a request and of what was probed.
 *
 * {@snippet file="dev/lanewise/engine/examples/Examples.java" region="backend"}
 */
@NullMarked
package dev.lanewise.engine.backend;

import org.jspecify.annotations.NullMarked;
