/**
 * The engine: matrices, kernels, exact nearest neighbours, linear models and neural networks.
 * Depends on nothing; uses the incubator module {@code jdk.incubator.vector} where a program adds
 * it, and {@code jdk.jfr} where it is there: always on the class path, with {@code --add-modules
 * jdk.jfr} on the module path.
 */
@SuppressWarnings("module") // The modules that files are shared with are built after this one.
module dev.lanewise.engine {
  requires static jdk.incubator.vector;
  requires static jdk.jfr;
  requires static org.jspecify;

  exports dev.lanewise.engine;
  exports dev.lanewise.engine.backend;
  exports dev.lanewise.engine.io;
  exports dev.lanewise.engine.kernel;
  exports dev.lanewise.engine.linear;
  exports dev.lanewise.engine.matrix;
  exports dev.lanewise.engine.neighbors;
  exports dev.lanewise.engine.nn;
  exports dev.lanewise.engine.random;
  exports dev.lanewise.engine.file to
      dev.lanewise.blas,
      dev.lanewise.data;

  uses dev.lanewise.engine.kernel.KernelProvider;

  provides dev.lanewise.engine.kernel.KernelProvider with
      dev.lanewise.engine.kernel.vector.VectorKernelProvider;
}
