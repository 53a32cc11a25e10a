package dev.lanewise.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.engine.backend.BackendRequest;
import dev.lanewise.engine.backend.BackendUnavailableException;
import dev.lanewise.engine.backend.Backends;
import dev.lanewise.engine.internal.EngineKernels;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class EngineTest {

  @Test
  void itsSerialTwinHasTheSameKernelsAndOneThread() {
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(3).open()) {
      Engine serial = engine.serial();
      assertThat(EngineKernels.of(serial)).isSameAs(EngineKernels.of(engine));
      assertThat(serial.parallelism().threads()).isEqualTo(1);
      assertThat(serial.info().threads()).isEqualTo(1);
      serial.close();
      assertThat(engine.parallelism().threads()).isEqualTo(3);
    }
  }

  @Test
  void opensWhatWasAskedFor() {
    try (Engine engine = Engine.builder().backend(BackendRequest.SCALAR).threads(3).open()) {
      assertThat(engine.info().backend()).isEqualTo("scalar");
      assertThat(engine.info().threads()).isEqualTo(3);
      assertThat(EngineKernels.of(engine).name()).isEqualTo("scalar");
      assertThat(engine.info().selection().request()).isEqualTo(BackendRequest.SCALAR);
    }
  }

  @Test
  void withoutAChoiceThePropertyDecidesAndThenTheBest() {
    try (Engine engine = Engine.open()) {
      assertThat(engine.info().backend()).isEqualTo("vector");
      assertThat(engine.info().threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
    }
    System.setProperty(Backends.PROPERTY, "scalar");
    try (Engine engine = Engine.open()) {
      assertThat(engine.info().backend()).isEqualTo("scalar");
    } finally {
      System.clearProperty(Backends.PROPERTY);
    }
    System.setProperty(Backends.PROPERTY, "quantum");
    try {
      assertThatThrownBy(Engine::open)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("quantum");
    } finally {
      System.clearProperty(Backends.PROPERTY);
    }
  }

  @Test
  void aBackendThatIsNotThereIsRefusedWithWhatToDo() {
    assertThatThrownBy(() -> Engine.builder().backend(BackendRequest.OPENBLAS).open())
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessageContaining("lanewise-blas-bridge");
  }

  @Test
  void worksOnTheCallingThreadAfterItWasClosed() {
    Engine engine = Engine.builder().threads(2).open();
    engine.close();
    AtomicInteger done = new AtomicInteger();
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    engine
        .parallelism()
        .forEach(
            10,
            task -> {
              threads.add(Thread.currentThread());
              done.incrementAndGet();
            });
    assertThat(done).hasValue(10);
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void worksOnAnExecutorThatStaysTheCallers() {
    AtomicInteger handed = new AtomicInteger();
    Executor executor = task -> handed.incrementAndGet();
    try (Engine engine = Engine.builder().executor(executor, 3).open()) {
      assertThat(engine.info().threads()).isEqualTo(3);
      engine.parallelism().forEach(10, task -> {});
    }
    assertThat(handed).hasValue(2);
  }
}
