/**
 * OpenBLAS behind the engine's kernel seam. {@link dev.lanewise.blas.OpenBlasKernels} decides what
 * is worth a native call, {@link dev.lanewise.blas.OpenBlas} is the library in Java terms, {@link
 * dev.lanewise.blas.ForeignOpenBlas} the only class that makes native calls, and {@link
 * dev.lanewise.blas.OpenBlasLocator} finds the library.
 */
@NullMarked
package dev.lanewise.blas;

import org.jspecify.annotations.NullMarked;
