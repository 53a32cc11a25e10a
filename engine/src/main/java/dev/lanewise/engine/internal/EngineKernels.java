package dev.lanewise.engine.internal;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.kernel.Kernels;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of an engine, for learners: they are in other packages than {@link Engine}, which is
 * public and says nothing of kernels.
 */
public final class EngineKernels {

  private static volatile @Nullable Function<Engine, Kernels> field;

  private EngineKernels() {}

  /** What reads an engine's field, from the class that has it, before there is any engine. */
  public static void readBy(Function<Engine, Kernels> field) {
    EngineKernels.field = field;
  }

  /** The kernels that an engine was opened with. */
  public static Kernels of(Engine engine) {
    return Objects.requireNonNull(field).apply(engine);
  }
}
