/**
 * What every backend has to do, written once: the contracts extend {@link
 * dev.lanewise.engine.kernel.KernelContract} and are run for one backend by a subclass that names
 * it. They are in the test jar, so that a backend outside the engine is held to them too.
 */
@NullMarked
package dev.lanewise.engine.kernel;

import org.jspecify.annotations.NullMarked;
