/** Which kernels run, and why: a pure function of a request and of what was probed. */
@NullMarked
package dev.lanewise.engine.backend;

import org.jspecify.annotations.NullMarked;
