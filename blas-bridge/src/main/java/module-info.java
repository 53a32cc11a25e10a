/**
 * OpenBLAS as a backend of the engine. Found with {@link java.util.ServiceLoader}; exports nothing.
 * The native library is a resource of an artifact that belongs on the class path.
 */
module dev.lanewise.blas {
  requires dev.lanewise.engine;
  requires static org.jspecify;

  provides dev.lanewise.engine.kernel.KernelProvider with
      dev.lanewise.blas.OpenBlasKernelProvider;
}
