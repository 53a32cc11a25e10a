@NullMarked
package dev.lanewise.benchmarks.proof;

import org.jspecify.annotations.NullMarked;
