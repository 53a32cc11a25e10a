package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.BackendUnavailableException;
import dev.lanewise.engine.internal.EngineKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a program sees that was started without {@code --add-modules jdk.incubator.vector}. */
@Tag("no-incubator")
final class NoIncubatorTest {

  @Test
  void theModuleIsAbsentInThisRun() {
    assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isEmpty();
  }

  @Test
  void autoTakesScalarAndWarnsOnceNamingTheFlag() {
    List<String> messages = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            messages.add(
                record.getLevel()
                    + " "
                    + new java.util.logging.SimpleFormatter().formatMessage(record));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger logger = Logger.getLogger("dev.lanewise.engine");
    logger.addHandler(handler);
    try {
      for (int i = 0; i < 2; i++) {
        try (Engine engine = Engine.builder().threads(1).open()) {
          assertThat(engine.info().backend()).isEqualTo("scalar");
          assertThat(engine.info().reason()).contains("--add-modules jdk.incubator.vector");
          assertThat(EngineKernels.of(engine).name()).isEqualTo("scalar");
        }
      }
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(messages).hasSize(1);
    assertThat(messages.getFirst()).contains("WARNING", "--add-modules jdk.incubator.vector");
  }

  @Test
  void anExplicitRequestFailsLoudly() {
    assertThatThrownBy(() -> Engine.builder().backend(BackendRequest.VECTOR).open())
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContainingAll("'vector'", "--add-modules jdk.incubator.vector");
  }
}
