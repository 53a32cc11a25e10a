package dev.lanewise.cli;

import dev.lanewise.engine.Engine;
import dev.lanewise.engine.backend.BackendRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code --backend} and {@code --threads}. */
final class EngineOptions {

  /** More than any machine has; a typing error, not a wish. */
  private static final int MOST_THREADS = 4096;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec mixee;

  @Option(
      names = "--backend",
      paramLabel = "BACKEND",
      description =
          "auto, scalar, vector, openblas or mixed. Without it, the system property"
              + " lanewise.backend decides, and then auto.",
      converter = BackendConverter.class)
  private @Nullable BackendRequest backend;

  private @Nullable Integer threads;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads to use (default: one for each processor).")
  void setThreads(int value) {
    if (value < 1 || value > MOST_THREADS) {
      throw new CommandLine.ParameterException(
          java.util.Objects.requireNonNull(mixee).commandLine(),
          "--threads must be in 1.." + MOST_THREADS + ", not " + value);
    }
    threads = value;
  }

  Engine open() {
    Engine.Builder builder = Engine.builder();
    if (backend != null) {
      builder.backend(backend);
    }
    if (threads != null) {
      builder.threads(threads);
    }
    try {
      return builder.open();
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCodes.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Reads a backend's name. */
  static final class BackendConverter implements CommandLine.ITypeConverter<BackendRequest> {
    @Override
    public BackendRequest convert(String value) {
      try {
        return BackendRequest.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
