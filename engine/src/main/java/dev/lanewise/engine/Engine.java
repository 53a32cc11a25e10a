package dev.lanewise.engine;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.BackendUnavailableException;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.backend.Selection;
import dev.lanewise.engine.event.Events;
import dev.lanewise.engine.internal.EngineKernels;
import dev.lanewise.engine.kernel.Kernels;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The chosen kernels and the threads to run them on: what every learner is given. Open one for a
 * program and close it at the end.
 *
 * <pre>{@code
 * try (Engine engine = Engine.open()) {
 *   ...
 * }
 * }</pre>
 *
 * <p>Thread-safety: immutable; any number of threads may use one engine at once.
 */
public final class Engine implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger("dev.lanewise.engine");

  private static final AtomicBoolean WARNED = new AtomicBoolean();

  static {
    EngineKernels.readBy(engine -> engine.kernels);
  }

  private final Kernels kernels;
  private final Parallelism parallelism;
  private final EngineInfo info;

  private Engine(Kernels kernels, Parallelism parallelism, EngineInfo info) {
    this.kernels = kernels;
    this.parallelism = parallelism;
    this.info = info;
  }

  /**
   * An engine on the backend that the system property {@value Backends#PROPERTY} names, else the
   * best one that works, with as many threads as there are processors.
   *
   * @throws IllegalArgumentException if the property names no backend
   * @throws BackendUnavailableException if it names one that does not work here
   */
  public static Engine open() {
    return builder().open();
  }

  /** To choose the backend or the threads. */
  public static Builder builder() {
    return new Builder();
  }

  /** What was chosen, and why. */
  public EngineInfo info() {
    return info;
  }

  /** The threads. */
  public Parallelism parallelism() {
    return parallelism;
  }

  /**
   * The same kernels on the calling thread alone, for those who run many small jobs side by side on
   * {@link #parallelism()}. It starts no threads, so it need not be closed.
   */
  public Engine serial() {
    return new Engine(kernels, Parallelism.serial(), EngineInfo.of(info.selection(), 1));
  }

  /**
   * Stops the threads this engine started. Objects made with it go on working, on the calling
   * thread alone.
   */
  @Override
  public void close() {
    parallelism.close();
  }

  /** Collects choices for {@link Engine}. */
  public static final class Builder {
    private @Nullable BackendRequest request;
    private @Nullable Parallelism parallelism;

    private Builder() {}

    /**
     * Asks for a backend; without this, the system property and then {@link BackendRequest#AUTO}
     * decide.
     */
    public Builder backend(BackendRequest request) {
      this.request = request;
      return this;
    }

    /**
     * The most threads a job may use, the calling one included; without this, one for each
     * processor.
     *
     * @throws IllegalArgumentException if {@code threads} is less than 1
     */
    public Builder threads(int threads) {
      this.parallelism = Parallelism.threads(threads);
      return this;
    }

    /** As {@link Parallelism#on}: the executor stays the caller's. */
    public Builder executor(Executor executor, int threads) {
      this.parallelism = Parallelism.on(executor, threads);
      return this;
    }

    /**
     * Opens the engine. When {@link BackendRequest#AUTO} has to do without the vector backend, one
     * warning a process says which flag would bring it.
     *
     * @throws BackendUnavailableException if a backend was asked for that does not work here
     */
    public Engine open() {
      Backends backends = Backends.discover();
      Selection selection = backends.select(request == null ? Backends.requested() : request);
      if (selection.degraded() && !WARNED.getAndSet(true)) {
        LOG.log(
            System.Logger.Level.WARNING,
            "using backend {0}: {1}",
            selection.backend(),
            selection.reason());
      }
      Parallelism threads =
          parallelism == null
              ? Parallelism.threads(Runtime.getRuntime().availableProcessors())
              : parallelism;
      EngineInfo info = EngineInfo.of(selection, threads.threads());
      Engine engine = new Engine(backends.create(selection), threads, info);
      Events.engineOpened(info);
      return engine;
    }
  }
}
