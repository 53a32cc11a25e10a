package dev.lanewise.benchmarks.proof;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lanewise.engine.matrix.FloatMatrix;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Another BLAS with its own threads, as its users run it. The bridge holds OpenBLAS to one thread;
 * a fair comparison on two cores lets it have both.
 */
final class ForeignBlas {

  private static final Linker LINKER = Linker.nativeLinker();

  private final MethodHandle sgemm;
  private final MethodHandle sgemv;
  private final MethodHandle setThreads;

  private ForeignBlas(SymbolLookup symbols, String setThreadsName) {
    sgemm =
        LINKER.downcallHandle(
            symbols.findOrThrow("cblas_sgemm"),
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT));
    sgemv =
        LINKER.downcallHandle(
            symbols.findOrThrow("cblas_sgemv"),
            FunctionDescriptor.ofVoid(
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT,
                ADDRESS,
                JAVA_INT,
                JAVA_FLOAT,
                ADDRESS,
                JAVA_INT));
    setThreads =
        LINKER.downcallHandle(
            symbols.findOrThrow(setThreadsName), FunctionDescriptor.ofVoid(JAVA_INT));
  }

  /**
   * The OpenBLAS that an engine has loaded into this process.
   *
   * @throws IllegalStateException if none is loaded, or the system does not tell
   */
  static ForeignBlas loadedOpenBlas() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      String library =
          maps.map(line -> line.replaceFirst("^.* (?=/)", ""))
              .filter(file -> file.matches("/.*/libopenblas[^/]*"))
              .findFirst()
              .orElseThrow(() -> new IllegalStateException("no OpenBLAS is loaded"));
      return new ForeignBlas(
          SymbolLookup.libraryLookup(Path.of(library), Arena.global()), "openblas_set_num_threads");
    } catch (IOException e) {
      throw new IllegalStateException("only Linux tells which libraries are loaded", e);
    }
  }

  /** MKL from bytedeco's artefact, unpacked into a folder that goes with the process. */
  static ForeignBlas mkl() {
    try {
      Path folder = Files.createTempDirectory("lanewise-mkl");
      List<String> files =
          List.of(
              "libiomp5.so",
              "libmkl_core.so.2",
              "libmkl_intel_thread.so.2",
              "libmkl_intel_lp64.so.2",
              "libmkl_def.so.2",
              "libmkl_avx2.so.2",
              "libmkl_avx512.so.2",
              "libmkl_rt.so.2");
      for (String file : files) {
        try (var in =
            ForeignBlas.class.getResourceAsStream("/org/bytedeco/mkl/linux-x86_64/" + file)) {
          if (in == null) {
            throw new IllegalStateException(
                "bytedeco's MKL is not on the class path (" + file + "): build with -Ppeers");
          }
          Files.copy(in, folder.resolve(file));
          folder.resolve(file).toFile().deleteOnExit();
        }
      }
      folder.toFile().deleteOnExit();
      System.load(folder.resolve("libiomp5.so").toString());
      return new ForeignBlas(
          SymbolLookup.libraryLookup(folder.resolve("libmkl_rt.so.2"), Arena.global()),
          "MKL_Set_Num_Threads");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Does work on that many threads. One is left behind, which is what the engine in this process
   * has set the library to: two of its threads, each with two of OpenBLAS's, would be four.
   */
  void on(int threads, Runnable work) {
    threads(threads);
    try {
      work.run();
    } finally {
      threads(1);
    }
  }

  private void threads(int threads) {
    try {
      setThreads.invokeExact(threads);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  /** C = op(A) op(B). */
  void sgemm(boolean transposeA, boolean transposeB, FloatMatrix a, FloatMatrix b, FloatMatrix c) {
    try {
      sgemm.invokeExact(
          101, // Row-major.
          transposeA ? 112 : 111,
          transposeB ? 112 : 111,
          c.rows(),
          c.columns(),
          transposeA ? a.rows() : a.columns(),
          1f,
          start(a),
          a.stride(),
          start(b),
          b.stride(),
          0f,
          start(c),
          c.stride());
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  /** y = A x, with x and y as single rows. */
  void sgemv(FloatMatrix a, FloatMatrix x, FloatMatrix y) {
    try {
      sgemv.invokeExact(
          101, 111, a.rows(), a.columns(), 1f, start(a), a.stride(), start(x), 1, 0f, start(y), 1);
    } catch (Throwable t) {
      throw new IllegalStateException(t);
    }
  }

  private static MemorySegment start(FloatMatrix x) {
    return x.segment().asSlice(x.offset() * Float.BYTES);
  }
}
