package dev.lanewise.engine.event;

import dev.lanewise.engine.EngineInfo;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Events in the flight recorder, where the module {@code jdk.jfr} is there, and lines in the log
 * {@code dev.lanewise.engine}. An event that nobody records costs a test of a flag.
 */
public final class Events {

  private static final System.Logger LOG = System.getLogger("dev.lanewise.engine");

  /** Without the module, {@link Recorded} must not even be loaded. */
  private static final boolean RECORDER =
      ModuleLayer.boot()
          .findModule("jdk.jfr")
          .filter(module -> Events.class.getModule().canRead(module))
          .isPresent();

  private Events() {}

  /** Something that takes time. */
  public interface Span {
    /** Ends it, successful or not. */
    void end();
  }

  /** Of what nobody records. */
  static final Span NONE = () -> {};

  /** An engine was opened. */
  public static void engineOpened(EngineInfo info) {
    LOG.log(
        Level.DEBUG,
        () ->
            "using backend "
                + info.backend()
                + " with "
                + info.threads()
                + " threads on "
                + info.java()
                + ", "
                + info.platform()
                + ": "
                + info.reason());
    if (RECORDER) {
      Recorded.engineOpened(info);
    }
  }

  /** A search begins. */
  public static Span search(
      String backend, int rows, int columns, String distance, int queries, int k) {
    return RECORDER ? Recorded.search(backend, rows, columns, distance, queries, k) : NONE;
  }

  /**
   * Runs a fit.
   *
   * @param learner its name in events and the log
   * @param rows of the training set
   * @param columns of the training set
   */
  public static <T> T fit(
      EngineInfo info, String learner, int rows, int columns, Supplier<T> work) {
    long begin = System.nanoTime();
    Span span = RECORDER ? Recorded.fit(info.backend(), learner, rows, columns) : NONE;
    try {
      T result = work.get();
      LOG.log(
          Level.DEBUG,
          () ->
              String.format(
                  Locale.ROOT,
                  "fitted %s to %d x %d on backend %s in %.3f s",
                  learner,
                  rows,
                  columns,
                  info.backend(),
                  (System.nanoTime() - begin) * 1e-9));
      return result;
    } finally {
      span.end();
    }
  }
}
