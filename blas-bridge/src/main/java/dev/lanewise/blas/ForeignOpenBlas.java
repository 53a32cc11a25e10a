package dev.lanewise.blas;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lanewise.engine.kernel.Transpose;
import dev.lanewise.engine.matrix.FloatMatrix;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Locale;

/**
 * OpenBLAS through {@code java.lang.foreign}. Matrices are native memory, so their addresses are
 * passed as they are; the linker keeps each segment, and with it its arena, alive during a call.
 *
 * <p>No call is marked critical: a critical call holds back garbage collection for as long as it
 * runs, and a large multiplication takes seconds.
 */
final class ForeignOpenBlas implements OpenBlas {

  // enum CBLAS_ORDER and CBLAS_TRANSPOSE in cblas.h.
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;

  /** More than any configuration string; they are about 100 characters. */
  private static final long MAX_STRING = 4096;

  private static final Linker LINKER = Linker.nativeLinker();

  // The function's address is an argument, so that the handles can be constants.
  private static final MethodHandle SGEMM =
      LINKER.downcallHandle(
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
  private static final MethodHandle SGEMV =
      LINKER.downcallHandle(
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
  private static final MethodHandle GET_STRING =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              ADDRESS.withTargetLayout(
                  MemoryLayout.sequenceLayout(
                      MAX_STRING, java.lang.foreign.ValueLayout.JAVA_BYTE))));
  private static final MethodHandle GET_INT =
      LINKER.downcallHandle(FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle SET_INT =
      LINKER.downcallHandle(FunctionDescriptor.ofVoid(JAVA_INT));

  private final MemorySegment sgemm;
  private final MemorySegment sgemv;
  private final MemorySegment getNumThreads;
  private final String config;
  private final String coreName;

  /**
   * Binds a loaded library and sets it to one thread: the engine parallelises, and a kernel may run
   * on the calling thread alone.
   *
   * @param library what the symbols are looked up in, for messages
   * @throws IllegalStateException if a symbol is missing or the library has 64-bit integers
   */
  ForeignOpenBlas(SymbolLookup symbols, String library) {
    sgemm = symbol(symbols, "cblas_sgemm", library);
    sgemv = symbol(symbols, "cblas_sgemv", library);
    getNumThreads = symbol(symbols, "openblas_get_num_threads", library);
    config = string(symbol(symbols, "openblas_get_config", library)).strip();
    if (config.toUpperCase(Locale.ROOT).contains("USE64BITINT")) {
      throw new IllegalStateException(
          library + " takes 64-bit integers (" + config + "); a build with 32-bit ones is needed");
    }
    coreName = string(symbol(symbols, "openblas_get_corename", library));
    setThreads(symbol(symbols, "openblas_set_num_threads", library), 1);
  }

  private static MemorySegment symbol(SymbolLookup symbols, String name, String library) {
    return symbols
        .find(name)
        .orElseThrow(
            () -> new IllegalStateException("the symbol " + name + " is not in " + library));
  }

  @Override
  public void sgemm(
      Transpose transposeA,
      Transpose transposeB,
      float alpha,
      FloatMatrix a,
      FloatMatrix b,
      float beta,
      FloatMatrix c) {
    try {
      SGEMM.invokeExact(
          sgemm,
          ROW_MAJOR,
          code(transposeA),
          code(transposeB),
          c.rows(),
          c.columns(),
          transposeA == Transpose.NO ? a.columns() : a.rows(),
          alpha,
          start(a),
          a.stride(),
          start(b),
          b.stride(),
          beta,
          start(c),
          c.stride());
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  @Override
  public void sgemv(
      Transpose transpose, float alpha, FloatMatrix a, FloatMatrix x, float beta, FloatMatrix y) {
    try {
      SGEMV.invokeExact(
          sgemv,
          ROW_MAJOR,
          code(transpose),
          a.rows(),
          a.columns(),
          alpha,
          start(a),
          a.stride(),
          start(x),
          increment(x),
          beta,
          start(y),
          increment(y));
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  private static int code(Transpose transpose) {
    return transpose == Transpose.NO ? NO_TRANSPOSE : TRANSPOSE;
  }

  private static int increment(FloatMatrix vector) {
    return vector.rows() == 1 ? 1 : vector.stride();
  }

  private static MemorySegment start(FloatMatrix x) {
    return x.offset() == 0 ? x.segment() : x.segment().asSlice(x.offset() * Float.BYTES);
  }

  @Override
  public String config() {
    return config;
  }

  @Override
  public String coreName() {
    return coreName;
  }

  @Override
  public int threads() {
    try {
      return (int) GET_INT.invokeExact(getNumThreads);
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  private static void setThreads(MemorySegment setNumThreads, int threads) {
    try {
      SET_INT.invokeExact(setNumThreads, threads);
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  private static String string(MemorySegment function) {
    try {
      return ((MemorySegment) GET_STRING.invokeExact(function)).getString(0);
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  /** A native function throws nothing; what arrives here comes from the linker (a closed arena). */
  private static RuntimeException unchecked(Throwable t) {
    return switch (t) {
      case RuntimeException e -> e;
      case Error e -> throw e;
      default -> new IllegalStateException(t);
    };
  }
}
