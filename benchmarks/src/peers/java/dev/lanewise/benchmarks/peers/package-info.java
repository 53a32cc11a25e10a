/** JVM libraries that users would otherwise take, doing the same work on the same inputs. */
@NullMarked
package dev.lanewise.benchmarks.peers;

import org.jspecify.annotations.NullMarked;
